//! The statements that a connection has prepared, and which of them it forgets.

use std::sync::Arc;

use foldhash::fast::RandomState;
use quick_cache::{Equivalent, Lifecycle, Weighter, unsync::Cache};
use tokio_postgres::types::Type;

/// What the statements of a connection may weigh together.
///
/// Postgres keeps a parsed tree of 8 to 12 kB for each, and after five runs a plan: 2 kB of the
/// smallest, 250 kB of a list, 1 MB of a view of forty columns, whatever the length of the text.
/// So a hundred usual ones are kept, and fewer of those whose texts are long.
const WEIGHT: u64 = 512 * 1024;

/// What a statement weighs beside its text.
const BESIDE: u64 = 4 * 1024;

/// A statement that Postgres knows by a name.
#[derive(Clone)]
pub(super) struct Statement {
    pub(super) name: Arc<str>,
    /// The types of its columns.
    pub(super) types: Arc<[Type]>,
}

/// Whom a statement is planned for, and its text: the plan of a table with row-level security is
/// made for one role.
#[derive(Hash, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) role: String,
    pub(super) sql: String,
}

/// The same, borrowed.
#[derive(Hash)]
struct Asked<'a> {
    role: &'a str,
    sql: &'a str,
}

impl Equivalent<Form> for Asked<'_> {
    fn equivalent(&self, form: &Form) -> bool {
        (self.role, self.sql) == (form.role.as_str(), form.sql.as_str())
    }
}

struct ByText;

impl Weighter<Form, Statement> for ByText {
    fn weight(&self, form: &Form, _: &Statement) -> u64 {
        BESIDE + form.sql.len() as u64
    }
}

/// Collects the names of what is forgotten.
struct Forgotten;

impl Lifecycle<Form, Statement> for Forgotten {
    type RequestState = Vec<Arc<str>>;

    fn begin_request(&self) -> Vec<Arc<str>> {
        Vec::new()
    }

    fn on_evict(&self, names: &mut Vec<Arc<str>>, _: Form, statement: Statement) {
        names.push(statement.name);
    }
}

/// What a connection has prepared. Hashing a long text by the standard library's ways would cost
/// more than sending it.
pub(super) struct Statements {
    kept: Cache<Form, Statement, ByText, RandomState, Forgotten>,
    /// Statements prepared so far: the next one's name.
    prepared: u64,
}

impl Statements {
    pub(super) fn new() -> Self {
        let usual = (WEIGHT / (BESIDE + 1024)) as usize;
        let kept = Cache::with(usual, WEIGHT, ByText, RandomState::default(), Forgotten);
        Self { kept, prepared: 0 }
    }

    /// The statement of this text, if it is known.
    pub(super) fn get(&self, role: &str, sql: &str) -> Option<Statement> {
        self.kept.get(&Asked { role, sql }).cloned()
    }

    /// A name that no statement of this connection has had.
    pub(super) fn next_name(&mut self) -> Arc<str> {
        self.prepared += 1;
        format!("s{}", self.prepared).into()
    }

    /// Keep what Postgres has understood. Returns the names of what it may forget instead.
    pub(super) fn keep(&mut self, form: Form, statement: Statement) -> Vec<Arc<str>> {
        self.kept.insert_with_lifecycle(form, statement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(statements: &mut Statements, sql: String) -> Vec<Arc<str>> {
        let statement = Statement { name: statements.next_name(), types: [].into() };
        statements.keep(Form { role: "anon".into(), sql }, statement)
    }

    #[test]
    fn a_statement_is_kept_for_its_role_alone() {
        let mut statements = Statements::new();
        assert!(keep(&mut statements, "select 1".into()).is_empty());
        assert!(statements.get("anon", "select 1").is_some());
        assert!(statements.get("authenticated", "select 1").is_none());
    }

    #[test]
    fn every_statement_is_kept_or_named_as_forgotten_and_the_sum_is_bounded() {
        for length in [10, 1000, 30_000, 600_000] {
            let mut statements = Statements::new();
            let mut forgotten = 0;
            for n in 0..300 {
                let sql = format!("{n}{}", " ".repeat(length));
                forgotten += keep(&mut statements, sql).len();
                assert!(statements.kept.weight() <= WEIGHT);
            }
            assert_eq!(statements.kept.len() + forgotten, 300, "{length}");
        }
    }
}
