//! SQL tests: the files of tests/sql, run by pgTAP, each in a database of its own.

use anyhow::{Context, Result, ensure};
use convene::deploy;
use tokio_postgres::SimpleQueryMessage;

use crate::{World, world::told};

/// What the SQL tests say instead of ids and tokens: `tests.id('alice')`,
/// `tests.act_as('alice')`.
const VOCABULARY: &str = concat!(
    include_str!("vocabulary.sql"),
    include_str!("money.sql"),
    include_str!("crowd.sql"),
    include_str!("history.sql"),
    include_str!("operations.sql"),
);

/// The TAP lines of one file.
#[derive(Debug)]
pub struct Report {
    /// `ok 1 - a customer books two seats`, `# …`, `1..9`.
    pub lines: Vec<String>,
}

impl Report {
    /// Whether every test that was planned ran, and none failed.
    pub fn passed(&self) -> bool {
        let planned = self.lines.iter().find_map(|line| line.strip_prefix("1.."));
        let planned = planned.and_then(|count| count.trim().parse().ok());
        let ok = self.lines.iter().filter(|line| line.starts_with("ok ")).count();
        let failed = self.lines.iter().any(|line| line.starts_with("not ok "));
        planned == Some(ok) && !failed
    }
}

impl World {
    /// Whether the server has pgTAP to offer. `.ci/run` installs it.
    pub async fn has_pgtap(&self) -> bool {
        let sql = "select exists (select from pg_available_extensions where name = 'pgtap')";
        self.value(sql, &[]).await
    }

    /// Give Rust tests the words of the SQL tests: `select tests.paid('slot', 'alice')`.
    pub async fn speak_sql(&self) {
        self.sql(VOCABULARY).await;
    }

    /// Run the text of one SQL test.
    pub async fn tap(&self, text: &str) -> Result<Report> {
        self.sql(VOCABULARY).await;
        let client = deploy::connect(&self.database.admin_url).await?;
        client.batch_execute("set search_path = public, tap").await?;
        let mut lines = Vec::new();
        let messages =
            client.simple_query(text).await.map_err(|error| anyhow::anyhow!("{}", told(&error)));
        for message in messages.context("the file does not run to its end")? {
            if let SimpleQueryMessage::Row(row) = message {
                let text = row.get(0).unwrap_or_default();
                lines.extend(text.lines().map(str::to_owned));
            }
        }
        ensure!(!lines.is_empty(), "the file tests nothing");
        Ok(Report { lines })
    }
}
