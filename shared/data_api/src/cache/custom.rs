//! What a database defines for the API itself: the representations of its domains, computed
//! columns, and media types that its aggregates make from rows.

use serde::{Deserialize, Serialize};

use super::name::Qualified;

/// Functions of the implicit casts between a domain and its representation, spelled as in SQL.
/// Values of the domain go through them, instead of being read and written as the base type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Representation {
    /// From the domain to `json`, for answers.
    pub output: Option<String>,
    /// From `json` to the domain, for bodies.
    pub input: Option<String>,
    /// From `text` to the domain, for filters.
    pub operand: Option<String>,
}

/// An aggregate over rows whose result is a domain named like a media type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    /// The aggregate.
    pub function: Qualified,
    /// The relation whose rows it takes; `None` if it takes any rows.
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
    /// Whether its parameter has a name; then it can be called as well.
    pub named: bool,
}
