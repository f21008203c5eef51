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
    /// Whether the greatest come first, where it is said.
    pub descending: Option<bool>,
    /// Whether nulls come first, where it is said.
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
    let descending = match () {
        () if cursor.eat(".asc") => Some(false),
        () if cursor.eat(".desc") => Some(true),
        () => None,
    };
    let nulls_first = match () {
        () if cursor.eat(".nullsfirst") => Some(true),
        () if cursor.eat(".nullslast") => Some(false),
        () => None,
    };
    cursor.spaces();
    match cursor.peek() {
        None | Some(',') => Ok(OrderTerm { by, descending, nulls_first }),
        Some(_) => cursor.stop("\",\", direction (asc or desc) or nulls (nullsfirst or nullslast)"),
    }
}

fn related(cursor: &mut Cursor) -> Parsed<OrderBy> {
    let relation = name::name(cursor)?;
    cursor.expect("(", "\"(\"")?;
    let field = name::field(cursor)?;
    cursor.expect(")", "\")\"")?;
    Ok(OrderBy::Related(relation, field))
}
