//! Names, and how they are written in SQL.

use serde::{Deserialize, Serialize};

/// A name with its schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Qualified {
    /// The schema.
    pub schema: String,
    /// The name in it.
    pub name: String,
}

impl Qualified {
    /// A name in a schema.
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: schema.into(), name: name.into() }
    }
}

/// A name as a quoted identifier.
pub fn identifier(name: &str) -> String {
    let mut quoted = String::with_capacity(name.len() + 2);
    quote_into(&mut quoted, name);
    quoted
}

/// Write a name as a quoted identifier.
pub(crate) fn quote_into(text: &mut String, name: &str) {
    text.push('"');
    for c in name.chars() {
        match c {
            '"' => text.push_str("\"\""),
            // Identifiers of Postgres contain no NUL, and a NUL would end the statement.
            '\0' => {}
            c => text.push(c),
        }
    }
    text.push('"');
}
