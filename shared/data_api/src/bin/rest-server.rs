//! The data API as a server of its own for any database, with the settings of PostgREST.

use std::sync::Arc;

use data_api::{
    DataApi, Profile,
    identity::{Identity, JwtRules},
    settings::{self, Settings},
};
use environment::{BadSetting, optional, parsed, required};
use postgres::{Db, Limits};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    telemetry::start(telemetry::Format::Text)?;
    let url = required("PGRST_DB_URI")?;
    let limits = Limits {
        connections: parsed("PGRST_DB_POOL", 10)?,
        prepared: settings::flag("PGRST_DB_PREPARED_STATEMENTS", true)?,
        queues: true,
        ..Limits::default()
    };
    for name in settings::unknown() {
        tracing::warn!(
            "{name} has no meaning here; docs/data-api/use.md lists the settings that have"
        );
    }
    let settings = Settings::from_env()?;
    let identity = Identity::Jwt(Arc::new(JwtRules::from_env()?));
    let api = DataApi::new(Db::connect(&url, limits)?, identity, settings, Profile::default());

    let host = optional("PGRST_SERVER_HOST").unwrap_or_else(|| "127.0.0.1".into());
    let port: u16 = parsed("PGRST_SERVER_PORT", 3000)?;
    let listener = web::server::listen((host.as_str(), port)).await?;
    tracing::info!("the data API listens on http://{}", listener.local_addr()?);
    if let Err(error) = api.warm().await {
        tracing::warn!(%error, "the first request loads the schema cache");
    }
    tokio::spawn(listen(api.clone(), url));
    data_api::standalone(listener, api).await;
    Ok(())
}

/// Listen for reloads, and reconnect if the database restarts.
async fn listen(api: DataApi, url: String) -> Result<(), BadSetting> {
    loop {
        if let Err(error) = api.listen(&url).await {
            tracing::warn!(%error, "cannot listen for reloads");
        }
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    }
}
