//! The data API alone, on a port of its own, before any database: settings as PostgREST's.

use std::sync::Arc;

use environment::{BadSetting, optional, parsed, required};
use postgres::{Db, Limits};
use rest::{
    Rest,
    identity::{Identity, Plain},
    settings::{self, Settings},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_max_level(parsed("RUST_LOG", tracing::Level::INFO)?)
        .with_writer(std::io::stderr)
        .init();
    let url = required("PGRST_DB_URI")?;
    let limits = Limits {
        connections: parsed("PGRST_DB_POOL", 10)?,
        prepared: settings::flag("PGRST_DB_PREPARED_STATEMENTS", true)?,
        ..Limits::default()
    };
    for name in settings::unknown() {
        tracing::warn!(
            "{name} has no meaning here; docs/data-api/use.md lists the settings that have"
        );
    }
    let settings = Settings::from_env()?;
    let identity = Identity::Plain(Arc::new(Plain::from_env()?));
    let rest = Rest::new(Db::connect(&url, limits)?, identity, settings);

    let host = optional("PGRST_SERVER_HOST").unwrap_or_else(|| "127.0.0.1".into());
    let port: u16 = parsed("PGRST_SERVER_PORT", 3000)?;
    let listener = tokio::net::TcpListener::bind((host.as_str(), port)).await?;
    tracing::info!("the data API listens on http://{}", listener.local_addr()?);
    if let Err(error) = rest.warm().await {
        tracing::warn!(%error, "the first request loads the schema cache");
    }
    tokio::spawn(listen(rest.clone(), url));
    Ok(rest::standalone(listener, rest).await?)
}

/// Listen for reloads, again and again: the database may restart.
async fn listen(rest: Rest, url: String) -> Result<(), BadSetting> {
    loop {
        if let Err(error) = rest.listen(&url).await {
            tracing::warn!(%error, "cannot listen for reloads");
        }
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    }
}
