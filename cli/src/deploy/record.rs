//! What was deployed to a database, kept in it: its files, its state, and its migrations.

use std::collections::BTreeMap;

use anyhow::Result;
use tokio_postgres::Client;

/// Files of `sql/` by their paths, with their digests.
pub type Files = BTreeMap<String, String>;

/// Statements that made tables, by their digests, with the files they were in. The digest leaves
/// out comments and white space, so a statement can move without being taken for another one.
pub type State = BTreeMap<String, String>;

/// A migration that a database has had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Its path below `sql/`.
    pub path: String,
    /// The digest of its text.
    pub sha256: String,
}

/// What a database knows about its last deploy.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The files of the last deploy.
    pub files: Files,
    /// The statements that made its tables; `None` if an older program deployed it.
    pub state: Option<State>,
    /// The files that made its tables, if an older program deployed it: it kept no statements.
    pub once: Files,
    /// The migrations it has had, or was made with, by their numbers.
    pub migrations: BTreeMap<i32, Done>,
}

/// Outside of the marketplace's own schemas, because these rows are about them and survive them.
/// Row-level security without a policy keeps everybody out except the owner.
const TABLES: &str = "
    create table if not exists convene.deployed_file (
      path   text primary key,
      sha256 text not null
    );
    alter table convene.deployed_file drop column if exists run_once;
    alter table convene.deployed_file enable row level security;
    comment on table convene.deployed_file is
      'The files of sql/ as they were last deployed here: an unchanged deploy does nothing.';

    create table if not exists convene.deployed_state (
      sha256 text primary key,
      path   text not null
    );
    alter table convene.deployed_state enable row level security;
    comment on table convene.deployed_state is
      'The statements of sql/schema that this database was made with or migrated to. A statement that is missing here is not run: it needs a migration.';

    create table if not exists convene.migration (
      number integer primary key,
      path   text not null,
      sha256 text not null,
      run_at timestamptz
    );
    alter table convene.migration enable row level security;
    comment on table convene.migration is
      'The migrations that this database has had. run_at is null if it was made with their result.';
";

/// The digest of a text, in hex.
pub fn digest(text: &str) -> String {
    hex::encode(ring::digest::digest(&ring::digest::SHA256, text.as_bytes()))
}

/// What was deployed last, if `convene deploy` was ever run here.
pub async fn read(client: &Client) -> Result<Option<Known>> {
    if !exists(client, "convene.deployed_file").await? {
        return Ok(None);
    }
    let files = pairs(client, "select path, sha256 from convene.deployed_file").await?;
    let mut known = Known { files, ..Known::default() };
    if exists(client, "convene.deployed_state").await? {
        let sql = "select sha256, path from convene.deployed_state";
        known.state = Some(pairs(client, sql).await?);
        let sql = "select number, path, sha256 from convene.migration";
        for row in client.query(sql, &[]).await? {
            let done = Done { path: row.get("path"), sha256: row.get("sha256") };
            known.migrations.insert(row.get("number"), done);
        }
    } else {
        let sql = "select path, sha256 from convene.deployed_file where run_once";
        known.once = pairs(client, sql).await?;
    }
    Ok(Some(known))
}

async fn exists(client: &Client, table: &str) -> Result<bool> {
    let row = client.query_one("select to_regclass($1) is not null", &[&table]).await?;
    Ok(row.get(0))
}

async fn pairs(client: &Client, sql: &str) -> Result<BTreeMap<String, String>> {
    let rows = client.query(sql, &[]).await?;
    Ok(rows.into_iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Record what was deployed. Migrations are recorded one by one: see [`done`].
pub async fn write(client: &Client, files: &Files, state: &State) -> Result<()> {
    client.batch_execute(TABLES).await?;
    client.batch_execute("delete from convene.deployed_file").await?;
    client.batch_execute("delete from convene.deployed_state").await?;
    for (table, columns, rows) in
        [("deployed_file", "path, sha256", files), ("deployed_state", "sha256, path", state)]
    {
        let sql = format!(
            "insert into convene.{table} ({columns}) select * from unnest($1::text[], $2::text[])"
        );
        let (left, right): (Vec<&String>, Vec<&String>) = rows.iter().unzip();
        client.execute(&sql, &[&left, &right]).await?;
    }
    Ok(())
}

/// Record that a database has had a migration: `now`, or by being made with its result.
pub async fn done(client: &Client, number: i32, done: &Done, now: bool) -> Result<()> {
    let sql = "insert into convene.migration (number, path, sha256, run_at)
               values ($1, $2, $3, case when $4 then clock_timestamp() end)
               on conflict (number) do nothing";
    client.execute(sql, &[&number, &done.path, &done.sha256, &now]).await?;
    Ok(())
}
