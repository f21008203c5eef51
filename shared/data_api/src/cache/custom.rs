//! What a database defines of its own for the API: how values of its domains are written, what
//! is computed from rows, and the media types that its aggregates make of them.

use serde::{Deserialize, Serialize};

use super::name::Qualified;

/// Functions of implicit casts between a domain and what travels, spelled as in SQL. A value
/// goes through them instead of being read and written as the type under the domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Representation {
    /// From the domain to `json`: what is answered.
    pub output: Option<String>,
    /// From `json` to the domain: what a body holds.
    pub input: Option<String>,
    /// From `text` to the domain: what a condition compares with.
    pub operand: Option<String>,
}

/// An aggregate over rows whose result is a domain named like a media type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    /// The aggregate.
    pub function: Qualified,
    /// The relation whose rows it takes; without one it takes any.
    pub relation: Option<Qualified>,
    /// The media type in lower case, or `*/*`.
    pub media: String,
}

/// A function of a row that can be selected like a column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Computed {
    /// The function.
    pub function: Qualified,
    /// The type of its values.
    pub kind: String,
    /// Whether its parameter has a name, so that it can be called as well.
    pub named: bool,
}
