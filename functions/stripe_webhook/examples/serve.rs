//! The webhook on 127.0.0.1 at the port of PORT, for `bench/money.sh`.

use shared::config;
use stripe_webhook::{Webhook, router};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = config::required("PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, router(Webhook::from_env()?)).await?;
    Ok(())
}
