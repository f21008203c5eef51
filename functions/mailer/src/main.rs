//! The mailer Lambda.

use lambda_runtime::{Error, service_fn};
use mailer::Mailer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mailer = Mailer::from_env()?;
    lambda_runtime::run(service_fn(async |event| Ok::<_, Error>(mailer.invoke(event).await))).await
}
