//! The query string: its grammar and its meaning.
//!
//! `select`, `columns`, `on_conflict` are reserved. `order`, `limit`, `offset`, `and`, `or` are
//! reserved too, and may follow the path of an embedding (`author.order=name`). Every other key is
//! a filter, or an argument if a function is called with GET.

mod cursor;
mod filter;
mod logic;
mod name;
mod order;
mod select;

pub use cursor::ParseError;
pub use filter::{Filter, FtsKind, IsValue, Operation, Operator, Quantifier};
pub use logic::{Connective, Logic};
pub use name::{Field, JsonKey, JsonStep};
pub use order::{OrderBy, OrderTerm};
pub use select::{Aggregate, FieldItem, Item, Join, RelationItem};

/// Names of the embeddings from the root to the one it applies to.
pub type Path = Vec<String>;

/// The deepest nesting of embeddings or logic that is accepted.
pub const MAX_DEPTH: usize = 24;

/// `limit` and `offset` of one embedding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The first row.
    pub offset: i64,
    /// How many rows at most.
    pub limit: Option<i64>,
}

/// A parsed query string.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// What to return.
    pub select: Vec<Item>,
    /// Conditions, each on one embedding.
    pub filters: Vec<(Path, Filter)>,
    /// Trees of conditions, each on one embedding.
    pub logic: Vec<(Path, Logic)>,
    /// How to sort.
    pub order: Vec<(Path, Vec<OrderTerm>)>,
    /// How much to return.
    pub ranges: Vec<(Path, Range)>,
    /// The columns a write may touch.
    pub columns: Option<Vec<String>>,
    /// The columns that identify a duplicate.
    pub on_conflict: Option<Vec<String>>,
    /// Arguments of a function called with GET, in order.
    pub arguments: Vec<(String, String)>,
}

impl Query {
    /// The page of the root.
    pub fn page(&self) -> Range {
        self.ranges
            .iter()
            .find(|(path, _)| path.is_empty())
            .map(|(_, page)| *page)
            .unwrap_or_default()
    }

    /// Change the page of the root.
    pub fn set_page(&mut self, page: Range) {
        match self.ranges.iter_mut().find(|(path, _)| path.is_empty()) {
            Some((_, known)) => *known = page,
            None if page != Range::default() => self.ranges.push((Vec::new(), page)),
            None => {}
        }
    }

    /// Parse a query string. `call` says that the resource is a function: then a value without an
    /// operator is an argument.
    pub fn parse(raw: &str, call: bool) -> Result<Self, ParseError> {
        let mut query = Self::default();
        let mut select = None;
        for (key, value) in form_urlencoded::parse(raw.as_bytes()) {
            match key.as_ref() {
                "select" => select = select.or(Some(value)),
                "columns" => query.columns = Some(name::list("columns", &value)?),
                "on_conflict" => query.on_conflict = Some(name::list("on_conflict", &value)?),
                _ => query.parameter(&key, &value, call)?,
            }
        }
        let select = select.as_deref().filter(|select| !select.trim().is_empty());
        query.select = select::items(select.unwrap_or("*"))?;
        Ok(query)
    }

    fn parameter(&mut self, key: &str, value: &str, call: bool) -> Result<(), ParseError> {
        let (path, last) = key.rsplit_once('.').unwrap_or(("", key));
        match last {
            "order" => self.order.push((name::path(path)?, order::terms(value)?)),
            "limit" => self.range(name::path(path)?).limit = value.trim().parse().ok(),
            "offset" => {
                self.range(name::path(path)?).offset = value.trim().parse().unwrap_or_default();
            }
            "and" | "or" => {
                let (path, negated) = match path.strip_suffix("not") {
                    Some("") => ("", true),
                    Some(rest) if rest.ends_with('.') => (&rest[..rest.len() - 1], true),
                    _ => (path, false),
                };
                self.logic.push((name::path(path)?, logic::tree(last, negated, value)?));
            }
            _ if !call || path_like(key) || filter::looks_like(value) => {
                let (path, field) = name::field_path(key)?;
                self.filters.push((path, Filter { field, operation: filter::operation(value)? }));
            }
            _ => self.arguments.push((key.to_owned(), value.to_owned())),
        }
        Ok(())
    }

    fn range(&mut self, path: Path) -> &mut Range {
        let at = match self.ranges.iter().position(|(other, _)| *other == path) {
            Some(at) => at,
            None => {
                self.ranges.push((path, Range::default()));
                self.ranges.len() - 1
            }
        };
        &mut self.ranges[at].1
    }

    /// The filters on the root alone, which a write applies.
    pub fn root_filters(&self) -> impl Iterator<Item = &Filter> {
        self.filters.iter().filter(|(path, _)| path.is_empty()).map(|(_, filter)| filter)
    }

    /// The number of conditions, including those within trees.
    pub fn conditions(&self) -> usize {
        self.filters.len() + self.logic.iter().map(|(_, tree)| tree.size()).sum::<usize>()
    }
}

/// Whether a key names a column of an embedding, and not an argument.
fn path_like(key: &str) -> bool {
    key.contains('.')
}
