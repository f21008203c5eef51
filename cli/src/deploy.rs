//! Bring `sql/` into a database: all of it or nothing, and nothing twice.
//!
//! `sql/install.sql` says what is run and in which order; plain psql can run it too. What
//! this adds: a record of what was deployed, so that an unchanged deploy does nothing and a
//! changed table is refused; errors that name file and line; and logins that can be used.

mod lenses;
mod login;
mod record;
mod script;
mod sources;
mod split;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio_postgres::{Client, error::SqlState};

use script::{Failed, Script};

pub use lenses::Lenses;
pub use login::{Logins, derive, login, with_database};
pub use sources::Sources;

/// The result of a deploy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The database was empty.
    Installed,
    /// Code, lenses and permissions were replaced.
    Updated,
    /// The same files had been deployed before.
    Unchanged,
}

/// Roles belong to the cluster. Deploys of two databases meet in its catalog, where our lock does
/// not reach, and Postgres tells one of them to try again.
const ATTEMPTS: u32 = 8;

/// Deploy the embedded `sql/` to the database that `url` names.
pub async fn deploy(url: &str) -> Result<Outcome> {
    deploy_sources(url, &Sources::embedded()).await
}

/// Deploy these files to the database that `url` names.
pub async fn deploy_sources(url: &str, sources: &Sources) -> Result<Outcome> {
    deploy_lenses(url, sources, &Lenses::from_env()?).await
}

/// Deploy these files with these lenses.
pub async fn deploy_lenses(url: &str, sources: &Sources, lenses: &Lenses) -> Result<Outcome> {
    let script = Script::read(sources, "install.sql", lenses)?;
    let client = connect(url).await?;
    let mut attempt = 1;
    loop {
        match deploy_once(&client, &script, lenses).await {
            Err(error) if attempt < ATTEMPTS && is_collision(&error) => {
                client.batch_execute("rollback").await.context("The connection was lost")?;
                tokio::time::sleep(Duration::from_millis(20 << attempt)).await;
                attempt += 1;
            }
            Err(error) => return Err(error),
            Ok(outcome) => {
                leave_schema_cache(&client).await?;
                return Ok(outcome);
            }
        }
    }
}

/// Whether `sources` were deployed last to the database of `client`.
pub async fn is_current(client: &Client, sources: &Sources) -> Result<bool> {
    let script = Script::read(sources, "install.sql", &Lenses::from_env()?)?;
    Ok(record::read(client).await?.as_ref() == Some(script.record()))
}

/// Connect as a deploying user.
pub async fn connect(url: &str) -> Result<Client> {
    let (config, tls) = postgres::tls::parse(url)?;
    let (client, connection) =
        config.connect(tls).await.context("The database cannot be reached; check DATABASE_URL")?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "connection lost");
        }
    });
    Ok(client)
}

async fn deploy_once(client: &Client, script: &Script, lenses: &Lenses) -> Result<Outcome> {
    client.batch_execute("begin").await?;
    // Held to the end of the transaction: two deploys of one database cannot meet.
    client.batch_execute("select pg_advisory_xact_lock(hashtext('convene deploy'))").await?;
    let fresh: bool = client.query_one("select to_regnamespace('core') is null", &[]).await?.get(0);
    let record = record::read(client).await?;
    if let Some(record) = &record {
        if record == script.record() {
            client.batch_execute("rollback").await?;
            return Ok(Outcome::Unchanged);
        }
        if !fresh && let Some(file) = record::changed_state(record, script.record()) {
            client.batch_execute("rollback").await?;
            bail!(
                "sql/{file} was changed after this database was made, and tables are never \
                 replaced: start afresh with `convene serve --reset`, or write a migration."
            );
        }
    }
    if !lenses.setting().is_empty() {
        let set = "select set_config('convene.lenses', $1, true)";
        client.execute(set, &[&lenses.setting()]).await?;
    }
    script.run(client).await?;
    record::write(client, script.record()).await?;
    client.batch_execute("commit").await.context("The deploy could not be committed")?;
    Ok(if fresh { Outcome::Installed } else { Outcome::Updated })
}

/// What the data API knows of the catalog, left for its cold starts. Nothing depends on it: a
/// row that is missing or does not fit is made anew by whoever looks for it.
///
/// The logins hold no privilege of their own, so everybody may read it, as everybody may read
/// the catalog it is made of.
async fn leave_schema_cache(client: &Client) -> Result<()> {
    // The lock of a deploy, beyond its transaction: two at once would both make the table.
    client.batch_execute("select pg_advisory_lock(hashtext('convene deploy'))").await?;
    let schemas = rest::settings()?.schemas();
    if !data_api::cache::is_published(client, &schemas).await {
        data_api::cache::publish(client, &schemas, &["public"]).await?;
    }
    client.batch_execute("select pg_advisory_unlock(hashtext('convene deploy'))").await?;
    Ok(())
}

fn is_collision(error: &anyhow::Error) -> bool {
    let statement = error.downcast_ref::<Failed>().map(|failed| &failed.cause);
    let cause = statement.or_else(|| error.downcast_ref());
    let Some(error) = cause.and_then(|cause| cause.as_db_error()) else { return false };
    matches!(*error.code(), SqlState::T_R_DEADLOCK_DETECTED | SqlState::T_R_SERIALIZATION_FAILURE)
        || error.message().contains("tuple concurrently")
        || (*error.code() == SqlState::UNIQUE_VIOLATION
            && error.table().is_some_and(|table| table.starts_with("pg_")))
}
