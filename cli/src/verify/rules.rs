//! The rules of the house, asked of the catalog. Each lists those who break it.
//!
//! They are written in SQL, under `rules/`: a comment says the rule, the query after it finds
//! its offenders. Whoever adds one, shows in `tests/it/house.rs` that it can be broken.

use anyhow::{Context, Result};
use tokio_postgres::Client;

const CATALOG: &str = include_str!("rules/catalog.sql");

const FILES: [&str; 3] = [
    include_str!("rules/state.sql"),
    include_str!("rules/code.sql"),
    include_str!("rules/permission.sql"),
];

const LIMITS: &str = include_str!("rules/limit.sql");

/// A rule, and the query that finds its offenders.
#[derive(Debug)]
pub struct Rule {
    /// The rule as a sentence.
    pub says: String,
    /// One column of text: the names of what breaks it.
    query: &'static str,
}

impl Rule {
    /// All of them.
    pub fn all() -> Vec<Self> {
        FILES.iter().flat_map(|file| file.split(";\n")).filter_map(Self::parse).collect()
    }

    /// What a database may keep us from that is not ours alone. The same form, but nothing is
    /// wrong where one holds.
    pub fn limits() -> Vec<Self> {
        LIMITS.split(";\n").filter_map(Self::parse).collect()
    }

    /// The comment right above a query is its sentence.
    fn parse(statement: &'static str) -> Option<Self> {
        let start = statement.find("\nselect")?;
        let (head, query) = statement.split_at(start);
        let says = head.rsplit("\n\n").next()?.trim();
        let says: Vec<_> = says.lines().map(|line| line.trim_start_matches("-- ")).collect();
        Some(Self { says: says.join(" "), query })
    }

    /// The names of what breaks it.
    pub async fn offenders(&self, client: &Client) -> Result<Vec<String>> {
        let query = format!("{CATALOG}{}", self.query);
        let rows = client.query(&query, &[]).await.with_context(|| self.says.clone())?;
        Ok(rows.into_iter().map(|row| row.get(0)).collect())
    }
}
