//! The rest Lambda.

use shared::{
    auth::{Gateway, Settings},
    config::required,
    db::{Db, Limits},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let db = Db::connect(&required("API_DATABASE_URL")?, Limits::default())?;
    let gateway = Gateway::new(&Settings::from_env()?, Vec::new())?;
    lambda_http::run(rest::router(rest::Rest::house(db, gateway)?)).await
}
