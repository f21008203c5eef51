//! What a deploy will do to a database, decided before it does anything.

use std::fmt;

use anyhow::{Result, bail};

use super::{
    migration::{self, Migration},
    record::{Known, State},
    script::Script,
};

/// What a deploy will do.
#[derive(Debug)]
pub enum Plan<'a> {
    /// Install everything: the database is empty.
    Install(&'a Script),
    /// Nothing: the same files are deployed.
    Nothing,
    /// Bring an existing database to this release.
    Update {
        /// The migrations to run in the transaction of the deploy, in order.
        migrations: Vec<&'a Migration>,
        /// The migrations to run after it, in order.
        online: Vec<&'a Migration>,
        /// How many files are new or changed, and how many are gone; `None` if no deploy is
        /// recorded.
        files: Option<(usize, usize)>,
    },
}

impl<'a> Plan<'a> {
    /// Decide what to do with a database that is `fresh`, or knows this about itself.
    pub fn new(script: &'a Script, fresh: bool, known: Option<&Known>) -> Result<Self> {
        if fresh {
            return Ok(Self::Install(script));
        }
        let Some(known) = known else {
            return without_record(script, None);
        };
        let pending = migration::pending(script.migrations(), known)?;
        if known.files == *script.files() && pending.is_empty() {
            return Ok(Self::Nothing);
        }
        let files = Some(difference(script, known));
        let changed = match &known.state {
            Some(state) => unexplained(state, script.state(), &pending),
            None => known.once.iter().find_map(|(path, sha256)| {
                (script.files().get(path) != Some(sha256)).then_some(path)
            }),
        };
        if let Some(path) = changed {
            bail!(
                "sql/{path} was changed after this database was made, and no pending migration \
                 is for it. Tables are never replaced: write a migration (CONTRIBUTING.md), or \
                 start afresh with `convene serve --reset`."
            );
        }
        if known.state.is_none() {
            return without_record(script, files);
        }
        let (online, migrations) = pending.into_iter().partition(|one| one.online);
        Ok(Self::Update { migrations, online, files })
    }
}

/// Plain psql or an older program deployed this database. Its tables are believed to be those of
/// the first release, because until then there were no migrations.
fn without_record(script: &Script, files: Option<(usize, usize)>) -> Result<Plan<'_>> {
    if let Some(first) = script.migrations().first() {
        bail!(
            "Nothing says which release was deployed to this database, so it is not known \
             whether it needs sql/{}. Restore the schema `convene` from a backup.",
            first.path
        );
    }
    Ok(Plan::Update { migrations: Vec::new(), online: Vec::new(), files })
}

/// A file of `sql/schema` whose statements differ from those of the database, and that no
/// migration is for.
fn unexplained<'a>(
    before: &'a State,
    now: &'a State,
    migrations: &[&Migration],
) -> Option<&'a String> {
    let added = now.iter().filter(|(statement, _)| !before.contains_key(*statement));
    let gone = before.iter().filter(|(statement, _)| !now.contains_key(*statement));
    let mut paths = added.chain(gone).map(|(_, path)| path);
    paths.find(|path| !migrations.iter().any(|migration| migration.explains(path)))
}

fn difference(script: &Script, known: &Known) -> (usize, usize) {
    let now = script.files();
    let changed = now.iter().filter(|(path, sha256)| known.files.get(*path) != Some(sha256));
    let gone = known.files.keys().filter(|path| !now.contains_key(*path));
    (changed.count(), gone.count())
}

/// For people: what `convene deploy --plan` prints.
impl fmt::Display for Plan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Install(script) => {
                write!(f, "Install {} files: the database is empty.", script.files().len())
            }
            Self::Nothing => write!(f, "Nothing to do: the same files are already deployed."),
            Self::Update { migrations, online, files } => {
                match files {
                    Some((changed, gone)) => write!(
                        f,
                        "Replace code, lenses and permissions: {changed} files are new or \
                         changed, {gone} are gone."
                    )?,
                    None => write!(f, "Replace code, lenses and permissions.")?,
                }
                list(f, "In the same transaction, change tables:", migrations)?;
                list(f, "After it, while the marketplace is in use:", online)
            }
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, title: &str, migrations: &[&Migration]) -> fmt::Result {
    if !migrations.is_empty() {
        write!(f, "\n{title}")?;
    }
    migrations.iter().try_for_each(|one| write!(f, "\n  sql/{}  {}", one.path, one.about()))
}
