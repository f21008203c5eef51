//! Reads `sql/install.sql` as psql does; it knows only the psql commands that occur there.

use std::{collections::HashMap, fmt};

use anyhow::{Context, Result, bail};
use tokio_postgres::{Client, error::ErrorPosition};

use super::{
    lenses::Lenses,
    migration::{self, Migration},
    record::{Files, State, digest},
    sources::Sources,
    split::{Statement, essence, statements},
};

/// After this file, the code of the last release can be dropped and tables can be changed.
const CLEAR: &str = "clear.sql";

/// Locks all tables, and takes the lenses and permissions of the last release away.
const LOCK: &str = "lock.sql";

/// The folder of the functions and their triggers.
const FUNCTIONS: &str = "functions/";

/// Drops all code that earlier deploys made.
const DROP_CODE: &str = include_str!("drop_code.sql");

/// The installer and the files it names, in order; and the migrations.
#[derive(Debug)]
pub struct Script {
    steps: Vec<Step>,
    files: Files,
    state: State,
    migrations: Vec<Migration>,
}

/// How to run a script.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// Drop the code of the last release before that of this one is made.
    pub drop_code: bool,
    /// Send each statement by itself, so that an error says which one it was. To send a file at
    /// once is faster, the more so the busier the machine is.
    pub one_by_one: bool,
}

#[derive(Debug)]
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
        let mut script = Self {
            steps: Vec::new(),
            files: Files::new(),
            state: State::new(),
            migrations: migration::all(sources)?,
        };
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
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Every statement that makes a table, by its digest.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// All migrations, in order.
    pub fn migrations(&self) -> &[Migration] {
        &self.migrations
    }

    fn remember(&mut self, path: &str, text: &str, once: bool) {
        self.files.insert(path.into(), digest(text));
        if once {
            let digests = statements(text).into_iter().map(|one| digest(&essence(one.sql)));
            self.state.extend(digests.map(|sha256| (sha256, path.to_owned())));
        }
    }

    /// Run it in the transaction of `client`, with these migrations.
    ///
    /// A trigger locks its table, so those of the functions are made after all tables are locked,
    /// and not one by one while requests come and go.
    pub async fn run(&self, client: &Client, migrations: &[&Migration], how: How) -> Result<()> {
        let mut variables = HashMap::new();
        let mut skipping = false;
        let mut triggers = Vec::new();
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
                    let (later, now): (Vec<_>, Vec<_>) = placed(path, text, *first_line)
                        .partition(|(path, one)| path.starts_with(FUNCTIONS) && one.is_trigger());
                    run_all(client, &now, how).await?;
                    triggers.extend(later);
                    if path == CLEAR && (how.drop_code || !migrations.is_empty()) {
                        // What changes tables needs all of them from the beginning.
                        self.run_file(client, LOCK).await?;
                        client.batch_execute(DROP_CODE).await?;
                        migrate(client, migrations).await?;
                    }
                    if path == LOCK {
                        run_all(client, &std::mem::take(&mut triggers), how).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Run one of its files by itself.
    pub async fn run_file(&self, client: &Client, file: &str) -> Result<()> {
        for step in &self.steps {
            match step {
                Step::Run { path, text, first_line } if path == file => {
                    run(client, path, text, *first_line).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Change tables, in the transaction of the deploy.
async fn migrate(client: &Client, migrations: &[&Migration]) -> Result<()> {
    if migrations.is_empty() {
        return Ok(());
    }
    let forced = migration::unforce(client).await?;
    for migration in migrations {
        run(client, &migration.path, &migration.text, 1).await?;
        client.batch_execute("set constraints all immediate").await?;
        migration::done(client, migration, true).await?;
    }
    migration::force(client, &forced, "force").await
}

/// Run a migration outside of a transaction, one statement after the other.
pub async fn run_online(client: &Client, migration: &Migration) -> Result<()> {
    run(client, &migration.path, &migration.text, 1).await?;
    migration::done(client, migration, true).await
}

async fn run(client: &Client, path: &str, text: &str, first_line: usize) -> Result<()> {
    let how = How { one_by_one: true, ..How::default() };
    run_all(client, &placed(path, text, first_line).collect::<Vec<_>>(), how).await
}

/// The statements of a part of a file, by their lines in the file, each with its path.
fn placed<'a>(
    path: &'a str,
    text: &'a str,
    first_line: usize,
) -> impl Iterator<Item = (&'a str, Statement<'a>)> {
    let all = statements(text).into_iter();
    all.map(move |Statement { sql, line }| (path, whole(sql, line + first_line - 1)))
}

/// Run statements, each with the path of its file.
async fn run_all(client: &Client, all: &[(&str, Statement<'_>)], how: How) -> Result<()> {
    // The deploy has its own transaction, in which it also records what it did.
    let all = all.iter().filter(|(_, statement)| !["begin", "commit"].contains(&statement.sql));
    if !how.one_by_one {
        let all: Vec<&str> = all.map(|(_, statement)| statement.sql).collect();
        return Ok(client.batch_execute(&all.join(";\n")).await?);
    }
    for (path, statement) in all {
        let done = client.batch_execute(statement.sql).await;
        done.map_err(|error| located(error, path, statement))?;
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
