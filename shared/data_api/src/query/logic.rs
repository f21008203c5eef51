//! Trees of conditions: `or=(a.eq.1,not.and(b.gt.2,c.is.null))`.
//!
//! ```text
//! tree       = [ "not." ] ( "and" | "or" ) "(" node *( "," node ) ")"
//! node       = tree | field "." operation
//! ```

use super::{
    Filter, MAX_DEPTH,
    cursor::{Cursor, ParseError, Parsed, whole},
    filter::{self, Operand},
    name,
};

/// A condition, or several joined ones.
#[derive(Clone, Debug, PartialEq)]
pub enum Logic {
    /// Several, joined.
    Tree {
        /// Whether the whole is negated.
        negated: bool,
        /// What joins them.
        connective: Connective,
        /// What is joined.
        nodes: Vec<Logic>,
    },
    /// One condition.
    Leaf(Filter),
}

/// What joins conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Connective {
    And,
    Or,
}

impl Logic {
    /// The number of conditions in it.
    pub fn size(&self) -> usize {
        match self {
            Self::Leaf(_) => 1,
            Self::Tree { nodes, .. } => nodes.iter().map(Self::size).sum(),
        }
    }
}

fn connective(word: &str) -> Connective {
    if word == "or" { Connective::Or } else { Connective::And }
}

/// Read the value of `and=` or `or=`; the key gave `word` and `negated`.
pub(super) fn tree(word: &str, negated: bool, text: &str) -> Result<Logic, ParseError> {
    let read = whole("logic tree", text, |cursor| {
        let nodes = nodes(cursor, 0)?;
        Ok(Logic::Tree { negated, connective: connective(word), nodes })
    });
    // PostgREST counts positions from the last word of the key, so we do too.
    let before = word.len() + if negated { "not.".len() } else { 0 };
    read.map_err(|error| ParseError { column: error.column + before, ..error })
}

fn nodes(cursor: &mut Cursor, depth: usize) -> Parsed<Vec<Logic>> {
    if depth > MAX_DEPTH {
        return cursor.stop("fewer levels of nesting");
    }
    cursor.spaces();
    cursor.expect("(", "\"(\"")?;
    let mut nodes = vec![node(cursor, depth)?];
    while cursor.eat(",") {
        nodes.push(node(cursor, depth)?);
    }
    cursor.expect(")", "\",\" or \")\"")?;
    cursor.spaces();
    Ok(nodes)
}

fn node(cursor: &mut Cursor, depth: usize) -> Parsed<Logic> {
    cursor.spaces();
    if let Some((negated, connective)) = cursor.attempt(tree_head) {
        return Ok(Logic::Tree { negated, connective, nodes: nodes(cursor, depth + 1)? });
    }
    let field = name::field(cursor)?;
    cursor.expect(".", "\".\"")?;
    let operation = filter::read(cursor, Operand::InTree)?;
    cursor.spaces();
    Ok(Logic::Leaf(Filter { field, operation }))
}

fn tree_head(cursor: &mut Cursor) -> Parsed<(bool, Connective)> {
    let negated = cursor.eat("not.");
    let word = cursor.take_while(|c| c.is_ascii_alphabetic());
    if !matches!(word, "and" | "or") || !cursor.rest().trim_start().starts_with('(') {
        return cursor.stop("logic operator (and, or)");
    }
    Ok((negated, connective(word)))
}
