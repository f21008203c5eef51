//! SQL tests: the files of tests/sql, run by pgTAP, each in a database of its own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use convene::deploy;
use tokio_postgres::SimpleQueryMessage;

use crate::{World, world::told};

/// Where the SQL tests are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sql")
}

/// The words of the SQL tests for ids and tokens: `tests.id('alice')`, `tests.act_as('alice')`. For
/// psql, `vocabulary/all.sql` lists the files.
fn vocabulary() -> String {
    let folder = folder().join("vocabulary");
    let read = |name: &str| {
        fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    read("all.sql").lines().filter_map(|line| line.strip_prefix("\\ir ")).map(read).collect()
}

/// All SQL tests, as paths below tests/sql without the extension: `booking/review`.
pub fn sql_tests() -> Vec<String> {
    let list = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("a folder of SQL tests can be listed");
        entries.map(|entry| entry.expect("and so can its entries").path()).collect()
    };
    let areas = list(&folder()).into_iter().filter(|area| !area.ends_with("vocabulary"));
    let mut names: Vec<String> = areas
        .flat_map(|area| if area.is_dir() { list(&area) } else { vec![area] })
        .map(|path| path.strip_prefix(folder()).expect("it is below").with_extension(""))
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Environment variables that make some SQL tests longer, and the setting that such a test reads.
const SIZES: [(&str, &str); 2] = [("SALES", "tests.sales"), ("SEATS", "tests.seats")];

/// A shorter description leaves something out.
const SHORTEST: usize = 4;

/// A description that begins with one of these words depends on the line before it.
const CONTINUES: &[&str] = &[
    "also", "and", "as", "but", "by", "for", "he", "her", "his", "it", "its", "nor", "not", "of",
    "once", "or", "she", "so", "that", "their", "them", "then", "these", "they", "this", "those",
    "to", "too", "until", "which", "who", "whose", "with", "yet",
];

/// The TAP lines of one file.
#[derive(Debug)]
pub struct Report {
    /// `ok 1 - a customer books two seats`, `# …`, `1..9`.
    pub lines: Vec<String>,
}

impl Report {
    /// Whether all planned tests ran and none failed.
    pub fn passed(&self) -> bool {
        let planned = self.lines.iter().find_map(|line| line.strip_prefix("1.."));
        let planned = planned.and_then(|count| count.trim().parse().ok());
        let ok = self.lines.iter().filter(|line| line.starts_with("ok ")).count();
        let failed = self.lines.iter().any(|line| line.starts_with("not ok "));
        planned == Some(ok) && !failed
    }

    /// The descriptions that cannot be understood alone.
    pub fn fragments(&self) -> Vec<&str> {
        self.lines
            .iter()
            .filter(|line| line.starts_with("ok ") || line.starts_with("not ok "))
            .filter(|line| {
                let text = line.split_once(" - ").map_or("", |(_, text)| text);
                let first = text.split(' ').next().unwrap_or_default();
                text.split_whitespace().count() < SHORTEST || CONTINUES.contains(&first)
            })
            .map(String::as_str)
            .collect()
    }
}

impl World {
    /// Whether the server has pgTAP; `.ci/run` installs it.
    pub async fn has_pgtap(&self) -> bool {
        let sql = "select exists (select from pg_available_extensions where name = 'pgtap')";
        self.value(sql, &[]).await
    }

    /// Install the words of the SQL tests for Rust tests: `select tests.paid('slot', 'alice')`.
    pub async fn speak_sql(&self) {
        self.sql(&vocabulary()).await;
    }

    /// Run one SQL test, such as `booking/review`.
    pub async fn tap(&self, name: &str) -> Result<Report> {
        let text = fs::read_to_string(folder().join(name).with_extension("sql"))?;
        self.speak_sql().await;
        let client = deploy::connect(&self.database.admin_url).await?;
        client.batch_execute("set search_path = public, tap").await?;
        for (variable, setting) in SIZES {
            if let Ok(size) = std::env::var(variable) {
                let size: u32 = size.parse().with_context(|| format!("{variable} is a number"))?;
                client.batch_execute(&format!("set {setting} = {size}")).await?;
            }
        }
        let mut lines = Vec::new();
        let messages =
            client.simple_query(&text).await.map_err(|error| anyhow::anyhow!("{}", told(&error)));
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
