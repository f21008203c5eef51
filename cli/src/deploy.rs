//! Bring `sql/` into a database: all of it or nothing, and nothing twice.
//!
//! `sql/install.sql` says what is run and in which order; plain psql can install it too. This
//! module adds a record of what was deployed, so that an unchanged deploy does nothing and a
//! changed table is refused; migrations, which change the tables of an existing database; errors
//! that name file and line; and logins that can be used.

mod lenses;
mod login;
mod migration;
mod plan;
mod record;
mod script;
mod sources;
mod split;

use std::time::Duration;

use anyhow::{Context, Result};
use tokio_postgres::{Client, error::SqlState};

use plan::Plan;
use script::{Failed, How, Script};

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
    let mut how = How::default();
    let outcome = loop {
        match deploy_once(&client, &script, lenses, how).await {
            Err(error) if !how.drop_code && is_another_type(&error) => {
                client.batch_execute("rollback").await.context("The connection was lost")?;
                how.drop_code = true;
            }
            Err(error) if attempt < ATTEMPTS && is_collision(&error) => {
                client.batch_execute("rollback").await.context("The connection was lost")?;
                tokio::time::sleep(Duration::from_millis(20 << attempt)).await;
                attempt += 1;
            }
            Err(error) if !how.one_by_one && database_error(&error).is_some() => {
                client.batch_execute("rollback").await.context("The connection was lost")?;
                how.one_by_one = true;
            }
            Err(error) => return Err(error),
            Ok(outcome) => break outcome,
        }
    };
    finish_online(&client, &script).await?;
    leave_schema_cache(&client).await?;
    Ok(outcome)
}

/// What a deploy of the embedded files would do, as text. It changes nothing.
pub async fn plan(url: &str) -> Result<String> {
    plan_sources(url, &Sources::embedded()).await
}

/// What a deploy of these files would do, as text. It changes nothing.
pub async fn plan_sources(url: &str, sources: &Sources) -> Result<String> {
    let script = Script::read(sources, "install.sql", &Lenses::from_env()?)?;
    let client = connect(url).await?;
    let known = record::read(&client).await?;
    Ok(Plan::new(&script, is_fresh(&client).await?, known.as_ref())?.to_string())
}

/// Whether `sources` were deployed last to the database of `client`.
pub async fn is_current(client: &Client, sources: &Sources) -> Result<bool> {
    let script = Script::read(sources, "install.sql", &Lenses::from_env()?)?;
    let known = record::read(client).await?;
    let plan = Plan::new(&script, is_fresh(client).await?, known.as_ref());
    Ok(matches!(plan, Ok(Plan::Nothing)))
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

/// Whether the database of `client` has no tables of ours yet.
async fn is_fresh(client: &Client) -> Result<bool> {
    Ok(client.query_one("select to_regnamespace('core') is null", &[]).await?.get(0))
}

/// What is done for the database itself. A restored dump has all files, and not this.
const CLOSE: &str = "close.sql";

async fn deploy_once(
    client: &Client,
    script: &Script,
    lenses: &Lenses,
    how: How,
) -> Result<Outcome> {
    client.batch_execute("begin").await?;
    // Held to the end of the transaction: two deploys of one database cannot meet.
    client.batch_execute("select pg_advisory_xact_lock(hashtext('convene deploy'))").await?;
    // Whoever waits for a table makes everybody wait who comes later. sql/lock.sql waits less, and
    // tries again; this is for whatever else needs a lock, such as a catalog of the cluster.
    client.batch_execute("set local lock_timeout = '1s'").await?;
    let known = record::read(client).await?;
    let plan = Plan::new(script, is_fresh(client).await?, known.as_ref());
    let (migrations, outcome) = match plan {
        Ok(Plan::Install(_)) => (Vec::new(), Outcome::Installed),
        Ok(Plan::Update { migrations, .. }) => (migrations, Outcome::Updated),
        Ok(Plan::Nothing) => {
            script.run_file(client, CLOSE).await?;
            client.batch_execute("commit").await?;
            return Ok(Outcome::Unchanged);
        }
        Err(refused) => {
            client.batch_execute("rollback").await?;
            return Err(refused);
        }
    };
    if !lenses.setting().is_empty() {
        let set = "select set_config('convene.lenses', $1, true)";
        client.execute(set, &[&lenses.setting()]).await?;
    }
    script.run(client, &migrations, how).await?;
    record::write(client, script.files(), script.state()).await?;
    if outcome == Outcome::Installed {
        for migration in script.migrations() {
            migration::done(client, migration, false).await?;
        }
    }
    client.batch_execute("commit").await.context("The deploy could not be committed")?;
    Ok(outcome)
}

/// Run the migrations that run while the marketplace is in use.
async fn finish_online(client: &Client, script: &Script) -> Result<()> {
    // Of two deploys at once, the second finds nothing left to do.
    client.batch_execute("select pg_advisory_lock(hashtext('convene online'))").await?;
    if let Some(known) = record::read(client).await? {
        for migration in migration::pending(script.migrations(), &known)? {
            tracing::info!(migration = migration.path, "running online");
            script::run_online(client, migration).await?;
        }
    }
    client.batch_execute("select pg_advisory_unlock(hashtext('convene online'))").await?;
    Ok(())
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

/// What the database said, if it said something.
fn database_error(error: &anyhow::Error) -> Option<&tokio_postgres::error::DbError> {
    let statement = error.downcast_ref::<Failed>().map(|failed| &failed.cause);
    statement.or_else(|| error.downcast_ref())?.as_db_error()
}

/// Postgres replaces no function by one that returns something else, or calls a parameter by
/// another name.
fn is_another_type(error: &anyhow::Error) -> bool {
    database_error(error)
        .is_some_and(|error| *error.code() == SqlState::INVALID_FUNCTION_DEFINITION)
}

/// Another transaction was in the way, and the deploy can be tried again.
fn is_collision(error: &anyhow::Error) -> bool {
    let Some(error) = database_error(error) else { return false };
    let lost = [
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::LOCK_NOT_AVAILABLE,
    ];
    lost.contains(error.code())
        || error.message().contains("tuple concurrently")
        || (*error.code() == SqlState::UNIQUE_VIOLATION
            && error.table().is_some_and(|table| table.starts_with("pg_")))
}
