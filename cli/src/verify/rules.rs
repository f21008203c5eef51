//! The rules of the database, checked in the catalog. Each rule lists what breaks it.
//!
//! They are written in SQL, under `rules/`: a comment states the rule, and the query after it finds
//! what breaks it. A new rule needs a test in `tests/it/house.rs` that breaks it.

use anyhow::{Context, Result};
use tokio_postgres::Client;

const CATALOG: &str = include_str!("rules/catalog.sql");

const FILES: [&str; 3] = [
    include_str!("rules/state.sql"),
    include_str!("rules/code.sql"),
    include_str!("rules/permission.sql"),
];

const LIMITS: &str = include_str!("rules/limit.sql");

/// A rule, and the query that finds what breaks it.
#[derive(Debug)]
pub struct Rule {
    /// The rule as a sentence.
    pub says: String,
    /// One text column: the names of what breaks the rule.
    query: &'static str,
}

impl Rule {
    /// All of them.
    pub fn all() -> Vec<Self> {
        FILES.iter().flat_map(|file| file.split(";\n")).filter_map(Self::parse).collect()
    }

    /// Limits of a database that does not belong to us alone. They have the same form as rules, but
    /// are not faults.
    pub fn limits() -> Vec<Self> {
        LIMITS.split(";\n").filter_map(Self::parse).collect()
    }

    /// The comment directly above a query is its sentence.
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
