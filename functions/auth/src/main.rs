//! The auth Lambda.

use auth::{Auth, Config};
use shared::{auth::Settings, config::required, db::Db};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let db = Db::connect(&required("SERVICE_DATABASE_URL")?, Default::default())?;
    let settings = Settings::from_env()?;
    let config = Config::from_env(settings.jwt_secret.as_deref())?;
    let auth = Auth::new(db, &settings, config)?;
    lambda_http::run(auth::router(auth)).await
}
