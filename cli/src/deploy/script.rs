//! Reads `sql/install.sql` as psql does; it knows only the psql commands that occur there.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use anyhow::{Context, Result, bail};
use tokio_postgres::{Client, error::ErrorPosition};

use super::{
    lenses::Lenses,
    record::{Deployed, Record},
    sources::Sources,
    split::{Statement, statements},
};

/// The installer and the files it names, in order.
pub struct Script {
    steps: Vec<Step>,
    record: Record,
}

enum Step {
    /// `\ir path`, or the statements between two commands.
    Run { path: String, text: String, first_line: usize },
    /// `select … \gset`: its columns become variables.
    Set { path: String, text: String, line: usize },
    /// `\if :name`.
    If { name: String },
    /// `\endif`.
    EndIf,
}

impl Script {
    /// Read `path` of `sources`, with the lenses that are wanted.
    pub fn read(sources: &Sources, path: &str, lenses: &Lenses) -> Result<Self> {
        let text = sources.text(path)?;
        let mut script = Self { steps: Vec::new(), record: BTreeMap::new() };
        script.remember(path, text, false);
        // The same files with other lenses are a different deploy.
        script.remember(":lenses", lenses.setting(), false);
        let mut plain = String::new();
        let mut first_line = 1;
        let mut condition: Option<&str> = None;
        for (line, content) in text.lines().enumerate().map(|(at, content)| (at + 1, content)) {
            let command = content.trim_start().strip_prefix('\\');
            let query = content.trim_end().strip_suffix("\\gset");
            if command.is_none() && query.is_none() {
                plain.push_str(content);
                plain.push('\n');
                continue;
            }
            let text = std::mem::take(&mut plain);
            script.steps.push(Step::Run { path: path.into(), text, first_line });
            first_line = line + 1;
            if let Some(query) = query {
                script.steps.push(Step::Set { path: path.into(), text: query.into(), line });
                continue;
            }
            let words: Vec<&str> = command.unwrap_or_default().split_whitespace().collect();
            match words.as_slice() {
                // An error always ends a deploy, whatever psql would do.
                ["set", ..] => {}
                ["ir", path] => {
                    let text = sources.text(path)?;
                    script.remember(path, text, condition == Some(":fresh"));
                    let (path, text) = ((*path).into(), lenses.rename(path, text));
                    script.steps.push(Step::Run { path, text, first_line: 1 });
                }
                ["if", name] if condition.is_none() && name.starts_with(':') => {
                    condition = Some(name);
                    script.steps.push(Step::If { name: name[1..].into() });
                }
                ["endif"] if condition.is_some() => {
                    condition = None;
                    script.steps.push(Step::EndIf);
                }
                _ => bail!(
                    "sql/{path}:{line}: `{}` is not a command that a deploy understands",
                    content.trim()
                ),
            }
        }
        script.steps.push(Step::Run { path: path.into(), text: plain, first_line });
        Ok(script)
    }

    /// Every file with its digest, to notice changes.
    pub fn record(&self) -> &Record {
        &self.record
    }

    fn remember(&mut self, path: &str, text: &str, once: bool) {
        let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
        self.record.insert(path.into(), Deployed { sha256: hex::encode(digest), once });
    }

    /// Run it in the transaction of `client`.
    pub async fn run(&self, client: &Client) -> Result<()> {
        let mut variables = HashMap::new();
        let mut skipping = false;
        for step in &self.steps {
            match step {
                Step::EndIf => skipping = false,
                _ if skipping => {}
                Step::If { name } => {
                    let value = variables.get(name);
                    let value = value.with_context(|| format!("\\if: :{name} was never set"))?;
                    skipping = !value;
                }
                Step::Set { path, text, line } => {
                    let row = client.query_one(text.as_str(), &[]).await;
                    let row = row.map_err(|error| located(error, path, &whole(text, *line)))?;
                    for (at, column) in row.columns().iter().enumerate() {
                        variables.insert(column.name().to_owned(), row.try_get::<_, bool>(at)?);
                    }
                }
                Step::Run { path, text, first_line } => {
                    run(client, path, text, *first_line).await?;
                }
            }
        }
        Ok(())
    }
}

async fn run(client: &Client, path: &str, text: &str, first_line: usize) -> Result<()> {
    for mut statement in statements(text) {
        // The deploy has its own transaction, in which it also records what it did.
        if ["begin", "commit"].contains(&statement.sql) {
            continue;
        }
        statement.line += first_line - 1;
        let done = client.batch_execute(statement.sql).await;
        done.map_err(|error| located(error, path, &statement))?;
    }
    Ok(())
}

fn whole(sql: &str, line: usize) -> Statement<'_> {
    Statement { sql, line }
}

/// A statement that failed. Its text contains file, line, and everything the database said.
#[derive(Debug)]
pub struct Failed {
    text: String,
    /// The error of the database.
    pub cause: tokio_postgres::Error,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failed {}

fn located(cause: tokio_postgres::Error, path: &str, statement: &Statement<'_>) -> Failed {
    let Some(db) = cause.as_db_error() else {
        return Failed { text: format!("sql/{path}:{}: {cause}", statement.line), cause };
    };
    let into = match db.position() {
        Some(ErrorPosition::Original(position)) => {
            let before = statement.sql.chars().take((*position as usize).saturating_sub(1));
            before.filter(|c| *c == '\n').count()
        }
        _ => 0,
    };
    let mut text = format!("sql/{path}:{}: {}", statement.line + into, db.message());
    let more = [("detail", db.detail()), ("hint", db.hint()), ("context", db.where_())];
    for (name, more) in more {
        more.iter().for_each(|more| text.push_str(&format!("\n  {name}: {more}")));
    }
    let first = statement.sql.lines().next().unwrap_or_default();
    text.push_str(&format!("\n  statement: {first}"));
    Failed { text, cause }
}
