//! `convene import`: files of another system become people, offerings, hours, bookings and reviews.
//!
//! Every row gets a key that follows from the key it had, and `api.import_rows` writes those that
//! are not here yet, a batch in each transaction. So an import that broke off is simply run again.
//! docs/import.md describes the files.

mod kind;
mod rows;

use std::{fmt, path::PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;
use tokio_postgres::Client;

use crate::deploy;
use kind::Kind;
use rows::{Keys, Rows};

pub use kind::Format;

/// Rows of one transaction.
const BATCH: usize = 1_000;

/// As in a request of the service itself. Times without a zone are in UTC.
const SESSION: &str = "
    set role service_role;
    set timezone = 'UTC';
    set statement_timeout = '10min';
    set lock_timeout = '20s'";

/// What to import.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Whose files they are
    #[arg(long, value_enum, default_value = "csv")]
    pub from: Format,
    /// Name of the system they come from: rows of two systems may have the same keys
    #[arg(long, default_value = "import")]
    pub source: String,
    /// Say what would be refused, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Folder with the files
    pub folder: PathBuf,
}

/// A line that did not become a row.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Refused {
    /// Counted from 1; the first one holds the headings.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The name of the file.
    pub file: &'static str,
    /// Rows that were written.
    pub done: u64,
    /// Rows that were here already.
    pub known: u64,
    /// Lines that were refused, in order.
    pub refused: Vec<Refused>,
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Refused { line, reason } in &self.refused {
            writeln!(f, "{}:{line}: {reason}", self.file)?;
        }
        let Self { file, done, known, refused } = self;
        write!(f, "{file}: {done} new, {known} here already, {} refused", refused.len())
    }
}

/// Import the files of a folder over the service login.
pub async fn import(service_url: &str, options: &Options) -> Result<Vec<Imported>> {
    let client = deploy::connect(service_url).await?;
    client.batch_execute(SESSION).await.context("This is not the service login")?;
    let keys = Keys::new(&options.source);
    let mut imported = Vec::new();
    if options.dry_run {
        // Later files refer to earlier ones, so nothing is undone before the last one is read.
        client.batch_execute("begin").await?;
    }
    for kind in Kind::all(options.from) {
        if let Some(rows) = Rows::open(&options.folder, kind, &keys)? {
            imported.push(import_file(&client, kind, rows).await?);
        }
    }
    if options.dry_run {
        client.batch_execute("rollback").await?;
    }
    if imported.is_empty() {
        let names: Vec<&str> = Kind::all(options.from).iter().map(|kind| kind.file).collect();
        bail!("{} has none of {}", options.folder.display(), names.join(", "));
    }
    Ok(imported)
}

async fn import_file(client: &Client, kind: &Kind, mut rows: Rows<'_>) -> Result<Imported> {
    #[derive(Deserialize)]
    struct Answer {
        done: u64,
        known: u64,
        refused: Vec<Refused>,
    }
    let mut imported = Imported { file: kind.file, done: 0, known: 0, refused: Vec::new() };
    loop {
        let (batch, unread) = rows.take(BATCH);
        let is_last = batch.len() < BATCH;
        imported.refused.extend(unread);
        // Outside of a dry run, a statement is a transaction.
        let sql = "select api.import_rows($1, $2)";
        let answer = client.query_one(sql, &[&kind.name, &Value::from(batch)]).await;
        let answer = answer.with_context(|| kind.file)?.get(0);
        let Answer { done, known, refused } = serde_json::from_value(answer)?;
        imported.done += done;
        imported.known += known;
        imported.refused.extend(refused);
        tracing::info!(file = kind.file, imported.done, imported.known, "importing");
        if is_last {
            imported.refused.sort_by_key(|refused| refused.line);
            return Ok(imported);
        }
    }
}
