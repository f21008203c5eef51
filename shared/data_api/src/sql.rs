//! From a plan to one statement. Values become binds, written as text and typed by Postgres;
//! names become quoted identifiers; nothing else of a request gets here.

mod body;
mod bounded;
mod call;
mod expression;
mod order;
mod page;
mod privileges;
mod read;
mod result;
mod statement;
mod truth;
mod write;

pub use privileges::may_use;
pub use result::ResultRow;
pub use statement::{Before, Output, Statement, count_plan, statement_for};

use crate::cache::{model::Qualified, name::quote_into};

/// The text of a statement that is being written, and the values it binds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sql {
    /// The text.
    pub text: String,
    /// The values of `$1`, `$2`, ….
    pub binds: Vec<Option<String>>,
    /// Whether the root's rows come from a write or a call: they are mere records then, and the
    /// functions of their former type have been called already.
    root_is_result: bool,
    /// The columns of that former type: a function that takes a row is given one made of them.
    root_columns: Vec<String>,
    /// The nodes whose embeddings are one list rather than a row.
    lists: Vec<usize>,
    /// How many bytes the rows of a level may have that hold embeddings.
    most_bytes: Option<i64>,
}

impl Sql {
    /// Add SQL of our own.
    fn push(&mut self, sql: &str) -> &mut Self {
        self.text.push_str(sql);
        self
    }

    /// Add a name.
    fn name(&mut self, name: &str) -> &mut Self {
        quote_into(&mut self.text, name);
        self
    }

    /// Add a name with its schema.
    fn qualified(&mut self, id: &Qualified) -> &mut Self {
        if !id.schema.is_empty() {
            self.name(&id.schema).push(".");
        }
        self.name(&id.name)
    }

    /// Add the whole row of `table`. The name alone would mean a column of it that is called so.
    fn row(&mut self, table: &str) -> &mut Self {
        self.push(table).push(".*")
    }

    /// Add a bind. Its type is whatever its place in the statement asks for.
    fn bind(&mut self, value: impl Into<String>) -> &mut Self {
        self.binds.push(Some(value.into()));
        self.text.push('$');
        self.text.push_str(&self.binds.len().to_string());
        self
    }

    /// Add the parts of a list, with `separator` between them.
    fn list<T>(
        &mut self,
        separator: &str,
        parts: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (at, part) in parts.into_iter().enumerate() {
            if at > 0 {
                self.push(separator);
            }
            write(self, part);
        }
        self
    }
}

/// The rows of the root.
const ROOT: &str = "t0";

/// The column that holds the list of an embedding.
const LIST: &str = "pgrst_list";

/// The name of a node's rows: `t0`, `t1`, ….
fn rows(number: usize) -> String {
    format!("t{number}")
}

/// The name of what an embedding hands to its parent: `e1`, `e2`, ….
fn embedded(number: usize) -> String {
    format!("e{number}")
}
