//! Migrations: the files that bring the tables of an existing database to those of this release.
//!
//! `sql/migrations/NNNN_name.sql` runs in the transaction of the deploy, after the lenses and
//! permissions of the last release are gone and before the code of this one is there.
//! `NNNN_name.online.sql` runs after that transaction, one statement at a time, while the
//! marketplace is in use: for `create index concurrently`, `validate constraint` and backfills.
//! It may be interrupted and is then run again, so it must be safe to repeat.
//! `.before.sql` and `.after.sql` belong to the proof in `tests/it/migration.rs`.

use anyhow::{Context, Result, bail};
use tokio_postgres::Client;

use super::{
    record::{self, Done, Known, digest},
    sources::Sources,
};

/// The header line that names a file of `sql/schema` whose statements a migration explains.
const FOR: &str = "-- For ";

/// One migration of this release.
#[derive(Clone, Debug)]
pub struct Migration {
    /// Its place in the order.
    pub number: i32,
    /// Its path below `sql/`.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The digest of its text.
    pub sha256: String,
    /// Whether it runs after the deploy, outside of a transaction.
    pub online: bool,
    states: Vec<String>,
}

impl Migration {
    fn read(path: &str, text: &str) -> Result<Self> {
        let name = path.rsplit('/').next().unwrap_or_default();
        let number = name.split_once('_').filter(|(number, _)| number.len() == 4);
        let number = number.and_then(|(number, _)| number.parse().ok());
        let number = number.with_context(|| {
            format!("sql/{path} is no migration: its name must be NNNN_name.sql")
        })?;
        let header = text.lines().take_while(|line| line.starts_with("--"));
        let states = header.filter_map(|line| line.strip_prefix(FOR));
        Ok(Self {
            number,
            path: path.to_owned(),
            text: text.to_owned(),
            sha256: digest(text),
            online: name.ends_with(".online.sql"),
            states: states.map(|path| path.trim().trim_end_matches('.').to_owned()).collect(),
        })
    }

    /// The first line of its header, which says what it is for.
    pub fn about(&self) -> &str {
        let first = self.text.lines().next().unwrap_or_default();
        first.strip_prefix("--").unwrap_or_default().trim()
    }

    /// Whether it says that it is for this file of `sql/schema`.
    pub fn explains(&self, path: &str) -> bool {
        self.states.iter().any(|state| state == path)
    }
}

/// Record that a database has had a migration: `now`, or by being made with its result.
pub async fn done(client: &Client, migration: &Migration, now: bool) -> Result<()> {
    let Migration { number, path, sha256, .. } = migration;
    let done = Done { path: path.clone(), sha256: sha256.clone() };
    record::done(client, *number, &done, now).await
}

/// All migrations of these files, in order.
pub fn all(sources: &Sources) -> Result<Vec<Migration>> {
    let mut found: Vec<Migration> = Vec::new();
    for (path, text) in sources.below("migrations/") {
        if path.ends_with(".before.sql") || path.ends_with(".after.sql") {
            continue;
        }
        let migration = Migration::read(path, text)?;
        // The paths come in order, so numbers do too.
        if let Some(last) = found.last().filter(|last| last.number == migration.number) {
            bail!("sql/{path} and sql/{} have the same number", last.path);
        }
        found.push(migration);
    }
    Ok(found)
}

/// The migrations that a database still needs, or why it cannot be brought to this release.
pub fn pending<'a>(all: &'a [Migration], known: &Known) -> Result<Vec<&'a Migration>> {
    for (number, Done { path, sha256 }) in &known.migrations {
        match all.iter().find(|migration| migration.number == *number) {
            None => bail!(
                "This database has had sql/{path}, which this release does not know: a newer \
                 release was deployed here. Deploy that release or a later one."
            ),
            Some(migration) if migration.sha256 != *sha256 => bail!(
                "sql/{} was changed after it had run here. A migration that has run is never \
                 changed: bring back its text, and write another migration.",
                migration.path
            ),
            Some(_) => {}
        }
    }
    let last = known.migrations.keys().max().copied().unwrap_or(0);
    let pending: Vec<_> =
        all.iter().filter(|one| !known.migrations.contains_key(&one.number)).collect();
    // An online migration that was interrupted may be older than what has run since.
    if let Some(late) = pending.iter().find(|one| one.number < last && !one.online) {
        bail!(
            "sql/{} is numbered before migrations that have already run here: give it the next \
             number.",
            late.path
        );
    }
    Ok(pending)
}

/// Row-level security binds the owner of the tables too, and the policies are gone while a
/// migration runs: without this it would silently change no row.
const FORCED: &str = "
    select c.oid
    from pg_class as c
    where c.relnamespace in ('core'::regnamespace, 'identity'::regnamespace)
      and c.relforcerowsecurity";

/// Let the owner read and write all rows of all tables; returns those tables.
pub async fn unforce(client: &Client) -> Result<Vec<u32>> {
    let rows = client.query(FORCED, &[]).await?;
    let tables: Vec<u32> = rows.into_iter().map(|row| row.get(0)).collect();
    force(client, &tables, "no force").await?;
    Ok(tables)
}

/// Say whether row-level security binds the owner of these tables, as far as they still exist.
pub async fn force(client: &Client, tables: &[u32], word: &str) -> Result<()> {
    // By their oids, because a migration may have renamed them.
    let sql = "select format('alter table %s ', oid::regclass) from pg_class where oid = any($1)";
    for row in client.query(sql, &[&tables]).await? {
        let alter: String = row.get(0);
        client.batch_execute(&format!("{alter} {word} row level security")).await?;
    }
    Ok(())
}
