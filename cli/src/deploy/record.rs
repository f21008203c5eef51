//! What was deployed to a database, kept in it: one row per file of `sql/`.

use std::collections::BTreeMap;

use anyhow::Result;
use tokio_postgres::Client;

/// A file as it was deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// Its digest, in hex.
    pub sha256: String,
    /// Whether it is run once, on an empty database, and never again.
    pub once: bool,
}

/// The files by their paths.
pub type Record = BTreeMap<String, Deployed>;

/// Outside the marketplace's own schemas: it is about them, and survives them. Row-level
/// security without a policy keeps out everybody but the owner, whose record it is.
const TABLE: &str = "
    create table if not exists convene.deployed_file (
      path     text    primary key,
      sha256   text    not null,
      run_once boolean not null
    );
    alter table convene.deployed_file enable row level security;
    comment on table convene.deployed_file is
      'The files of sql/ as they were last deployed here: an unchanged deploy does nothing, and a changed file that is run once is refused.';
";

/// What was deployed last, if `convene deploy` ever was run here.
pub async fn read(client: &Client) -> Result<Option<Record>> {
    let known = client.query_one("select to_regclass('convene.deployed_file') is not null", &[]);
    if !known.await?.get::<_, bool>(0) {
        return Ok(None);
    }
    let rows = client.query("select path, sha256, run_once from convene.deployed_file", &[]);
    let files = rows.await?.into_iter().map(|row| {
        let deployed = Deployed { sha256: row.get("sha256"), once: row.get("run_once") };
        (row.get("path"), deployed)
    });
    Ok(Some(files.collect()))
}

/// Replace what was known.
pub async fn write(client: &Client, record: &Record) -> Result<()> {
    client.batch_execute(TABLE).await?;
    client.batch_execute("delete from convene.deployed_file").await?;
    let sql = "insert into convene.deployed_file (path, sha256, run_once) values ($1, $2, $3)";
    for (path, file) in record {
        client.execute(sql, &[path, &file.sha256, &file.once]).await?;
    }
    Ok(())
}

/// A file that is run once and is not what it was, or is new: `before` has had its once.
pub fn changed_state<'a>(before: &Record, now: &'a Record) -> Option<&'a str> {
    let changed = |path: &str, file: &Deployed| file.once && before.get(path) != Some(file);
    now.iter().find(|(path, file)| changed(path, file)).map(|(path, _)| path.as_str())
}
