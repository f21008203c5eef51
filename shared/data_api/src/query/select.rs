//! `select=`: which columns, which embeddings.
//!
//! ```text
//! items      = [ item *( "," item ) ]
//! item       = relation | "*" | column
//! relation   = ( "..." | ".." | [ name ":" ] ) name *( "!" ( "inner" | "left" | hint ) ) "(" items ")"
//! column     = [ name ":" ] ( "count()" | field [ cast ] [ "." aggregate "()" ] ) [ cast ]
//! cast       = "::" word
//! aggregate  = "avg" | "count" | "max" | "min" | "sum"
//! ```

use super::{
    MAX_DEPTH,
    cursor::{Cursor, ParseError, Parsed, whole},
    name::{self, Field},
};

/// One thing to return.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A column, or a value computed from one.
    Field(FieldItem),
    /// Rows of a related table.
    Relation(RelationItem),
}

/// A column to return.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldItem {
    /// The name in the answer.
    pub alias: Option<String>,
    /// The column; `*` for all, and for `count()`.
    pub field: Field,
    /// The type to cast it to.
    pub cast: Option<String>,
    /// The aggregate to compute over it.
    pub aggregate: Option<Aggregate>,
    /// The type to cast the aggregate to.
    pub aggregate_cast: Option<String>,
}

/// Rows of a related table to return.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RelationItem {
    /// The name in the answer.
    pub alias: Option<String>,
    /// The table, foreign key or column that names the relationship.
    pub name: String,
    /// Which relationship is meant, if there are several.
    pub hint: Option<String>,
    /// Whether a row without related rows is kept.
    pub join: Option<Join>,
    /// Whether its columns are placed among the parent's columns.
    pub spread: bool,
    /// What to return of it.
    pub items: Vec<Item>,
}

/// What an embedding does to its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// A parent without a related row is left out.
    Inner,
    /// A parent without a related row is kept.
    Left,
}

/// A function over many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Aggregate {
    Avg,
    Count,
    Max,
    Min,
    Sum,
}

impl Aggregate {
    /// Its name in the query string, in SQL, and in the answer.
    pub fn name(self) -> &'static str {
        match self {
            Self::Avg => "avg",
            Self::Count => "count",
            Self::Max => "max",
            Self::Min => "min",
            Self::Sum => "sum",
        }
    }

    const ALL: [Self; 5] = [Self::Avg, Self::Count, Self::Max, Self::Min, Self::Sum];
}

/// Read the value of `select=`.
pub(super) fn items(text: &str) -> Result<Vec<Item>, ParseError> {
    whole("select parameter", text, |cursor| forest(cursor, 0))
}

fn forest(cursor: &mut Cursor, depth: usize) -> Parsed<Vec<Item>> {
    if depth > MAX_DEPTH {
        return cursor.stop("fewer levels of nesting");
    }
    cursor.spaces();
    if cursor.at_end() || cursor.peek() == Some(')') {
        return Ok(Vec::new());
    }
    let mut items = vec![item(cursor, depth)?];
    cursor.spaces();
    while cursor.eat(",") {
        items.push(item(cursor, depth)?);
        cursor.spaces();
    }
    Ok(items)
}

fn item(cursor: &mut Cursor, depth: usize) -> Parsed<Item> {
    cursor.spaces();
    // Only a relation is followed by a parenthesis, so what comes before it decides. Only that part
    // is read twice, so the time stays linear in the length of the text.
    if let Some(mut relation) = cursor.attempt(relation_head) {
        relation.items = forest(cursor, depth + 1)?;
        cursor.expect(")", "\")\" or \",\"")?;
        return Ok(Item::Relation(relation));
    }
    if cursor.eat("*") {
        let field = Field { name: "*".into(), ..Field::default() };
        return Ok(Item::Field(FieldItem { field, ..FieldItem::default() }));
    }
    column(cursor).map(Item::Field)
}

/// Everything of a relation up to its opening parenthesis.
fn relation_head(cursor: &mut Cursor) -> Parsed<RelationItem> {
    let spread = cursor.eat("...") || cursor.eat("..");
    let alias = if spread { None } else { alias(cursor) };
    let mut relation =
        RelationItem { spread, alias, name: name::name(cursor)?, ..RelationItem::default() };
    while cursor.eat("!") {
        match name::name(cursor)?.as_str() {
            "inner" => relation.join = Some(Join::Inner),
            "left" => relation.join = Some(Join::Left),
            hint => relation.hint = Some(hint.to_owned()),
        }
    }
    // `count()` is a column: an aggregate over the rows.
    if relation.name == "count" && relation.hint.is_none() && cursor.rest().starts_with("()") {
        return cursor.stop("a relation");
    }
    cursor.expect("(", "\"(\"")?;
    Ok(relation)
}

fn alias(cursor: &mut Cursor) -> Option<String> {
    cursor.attempt(|cursor| {
        let alias = name::name(cursor)?;
        if cursor.rest().starts_with("::") {
            return cursor.stop("an alias");
        }
        cursor.expect(":", "\":\"")?;
        Ok(alias)
    })
}

fn column(cursor: &mut Cursor) -> Parsed<FieldItem> {
    let alias = alias(cursor);
    cursor.spaces();
    if cursor.eat("count()") {
        return Ok(FieldItem {
            alias,
            field: Field { name: "*".into(), ..Field::default() },
            aggregate: Some(Aggregate::Count),
            aggregate_cast: cast(cursor)?,
            ..FieldItem::default()
        });
    }
    let mut item = FieldItem { alias, field: name::field(cursor)?, ..FieldItem::default() };
    item.cast = cast(cursor)?;
    if cursor.eat(".") {
        item.aggregate = Some(aggregate(cursor)?);
        item.aggregate_cast = cast(cursor)?;
    }
    Ok(item)
}

fn cast(cursor: &mut Cursor) -> Parsed<Option<String>> {
    if !cursor.eat("::") {
        return Ok(None);
    }
    name::name(cursor).map(Some)
}

fn aggregate(cursor: &mut Cursor) -> Parsed<Aggregate> {
    let found = Aggregate::ALL.into_iter().find(|aggregate| cursor.eat(aggregate.name()));
    match found {
        Some(aggregate) => {
            cursor.expect("()", "\"()\"")?;
            Ok(aggregate)
        }
        None => cursor.stop("an aggregate (avg, count, max, min, sum)"),
    }
}
