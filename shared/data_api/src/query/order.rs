//! `order=`: `name.desc.nullslast,author(born)`.
//!
//! ```text
//! terms      = term *( "," term )
//! term       = ( field | name "(" field ")" ) [ "." ( "asc" | "desc" ) ] [ "." nulls ]
//! nulls      = "nullsfirst" | "nullslast"
//! ```

use super::{
    cursor::{Cursor, ParseError, Parsed, whole},
    name::{self, Field},
};

/// One thing to sort by.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderTerm {
    /// What.
    pub by: OrderBy,
    /// Descending; `None` if the request does not say.
    pub descending: Option<bool>,
    /// Nulls first; `None` if the request does not say.
    pub nulls_first: Option<bool>,
}

/// What to sort by.
#[derive(Clone, Debug, PartialEq)]
pub enum OrderBy {
    /// A column.
    Field(Field),
    /// A column of an embedding.
    Related(String, Field),
}

/// Read the value of `order=`.
pub(super) fn terms(text: &str) -> Result<Vec<OrderTerm>, ParseError> {
    whole("order", text, |cursor| {
        let mut terms = vec![term(cursor)?];
        while cursor.eat(",") {
            terms.push(term(cursor)?);
        }
        Ok(terms)
    })
}

fn term(cursor: &mut Cursor) -> Parsed<OrderTerm> {
    let by = match cursor.attempt(related) {
        Some(by) => by,
        None => OrderBy::Field(name::field(cursor)?),
    };
    let (mut descending, mut nulls_first) = (None, None);
    if cursor.eat(".") {
        descending = direction(cursor);
        if descending.is_none() {
            nulls_first = Some(nulls(cursor, EITHER)?);
        } else if cursor.eat(".") {
            nulls_first = Some(nulls(cursor, NULLS)?);
        }
    }
    cursor.spaces();
    match (cursor.peek(), nulls_first) {
        (None | Some(','), _) => Ok(OrderTerm { by, descending, nulls_first }),
        (Some(_), None) => cursor.stop("delimiter (.), \",\" or end of input"),
        (Some(_), Some(_)) => cursor.stop("\",\" or end of input"),
    }
}

const NULLS: &str = "\"nullsfirst\" or \"nullslast\"";
const EITHER: &str = "\"asc\", \"desc\", \"nullsfirst\" or \"nullslast\"";

fn direction(cursor: &mut Cursor) -> Option<bool> {
    if cursor.eat("asc") { Some(false) } else { cursor.eat("desc").then_some(true) }
}

fn nulls(cursor: &mut Cursor, expected: &'static str) -> Parsed<bool> {
    match () {
        () if cursor.eat("nullsfirst") => Ok(true),
        () if cursor.eat("nullslast") => Ok(false),
        () => cursor.stop(expected),
    }
}

fn related(cursor: &mut Cursor) -> Parsed<OrderBy> {
    let relation = name::name(cursor)?;
    cursor.expect("(", "\"(\"")?;
    let field = name::field(cursor)?;
    cursor.expect(")", "\")\"")?;
    Ok(OrderBy::Related(relation, field))
}
