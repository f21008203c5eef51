//! Conditions on a column: `eq.1`, `not.in.(a,b)`, `like(any).{a*,b*}`, `fts(english).word`.
//!
//! ```text
//! operation  = [ "not." ] ( quantified | plain | "in.(" list ")" | "is." word | fts )
//! quantified = operator [ "(" ( "any" | "all" ) ")" ] "." value
//! fts        = ( "fts" | "plfts" | "phfts" | "wfts" ) [ "(" configuration ")" ] "." value
//! list       = element *( "," element )
//! element    = quoted | *( any but "," and ")" )
//! ```

use super::{
    cursor::{Cursor, ParseError, Parsed, whole},
    name::{self, Field},
};

/// A condition on a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The column.
    pub field: Field,
    /// The condition.
    pub operation: Operation,
}

/// A condition without its column.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Whether it is negated.
    pub negated: bool,
    /// The comparison, with its operands.
    pub operator: Operator,
}

/// A comparison with its operands.
#[derive(Clone, Debug, PartialEq)]
pub enum Operator {
    /// A binary operator of SQL, by its word in the dialect.
    Binary(&'static str, Option<Quantifier>, String),
    /// `in.(…)`.
    In(Vec<String>),
    /// `is.…`.
    Is(IsValue),
    /// `isdistinct.…`.
    IsDistinct(String),
    /// Full-text search: kind, configuration, words.
    Fts(FtsKind, Option<String>, String),
}

/// Whether one or each of several values must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Quantifier {
    Any,
    All,
}

/// The words that `is` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum IsValue {
    Null,
    NotNull,
    True,
    False,
    Unknown,
}

/// How full-text search reads its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FtsKind {
    Query,
    Plain,
    Phrase,
    Web,
}

/// Operators that may be quantified, then those that may not: word and SQL.
const QUANTIFIABLE: [(&str, &str); 9] = [
    ("eq", "="),
    ("gte", ">="),
    ("gt", ">"),
    ("lte", "<="),
    ("lt", "<"),
    ("like", "like"),
    ("ilike", "ilike"),
    ("match", "~"),
    ("imatch", "~*"),
];
const PLAIN: [(&str, &str); 9] = [
    ("neq", "<>"),
    ("cs", "@>"),
    ("cd", "<@"),
    ("ov", "&&"),
    ("sl", "<<"),
    ("sr", ">>"),
    ("nxr", "&<"),
    ("nxl", "&>"),
    ("adj", "-|-"),
];
const FTS: [(&str, FtsKind); 4] = [
    ("fts", FtsKind::Query),
    ("plfts", FtsKind::Plain),
    ("phfts", FtsKind::Phrase),
    ("wfts", FtsKind::Web),
];
const EXPECTED: &str = "\"not\" or operator (eq, gt, ...)";

/// Where the operand of an operator ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operand {
    /// With the parameter: the value is the whole rest.
    Rest,
    /// At `,` or `)`: the condition is part of a tree.
    InTree,
}

/// Whether a value in the GET of a function is a condition, and not an argument.
pub(super) fn looks_like(value: &str) -> bool {
    let head = value.split(['.', '(']).next().unwrap_or_default();
    let has_operand = value[head.len()..].starts_with(['.', '(']);
    let known = |word: &str| QUANTIFIABLE.iter().chain(&PLAIN).any(|(name, _)| *name == word);
    has_operand
        && (matches!(head, "not" | "is" | "in" | "isdistinct")
            || known(head)
            || FTS.iter().any(|(name, _)| *name == head))
}

/// Read the value of a filter parameter.
pub(super) fn operation(text: &str) -> Result<Operation, ParseError> {
    whole("filter", text, |cursor| read(cursor, Operand::Rest))
}

/// Read `[not.]operator.operand`.
pub(super) fn read(cursor: &mut Cursor, operand: Operand) -> Parsed<Operation> {
    let negated = cursor.eat("not.");
    Ok(Operation { negated, operator: operator(cursor, operand)? })
}

fn operator(cursor: &mut Cursor, operand: Operand) -> Parsed<Operator> {
    let start = *cursor;
    let word = cursor.take_while(|c| c.is_ascii_alphabetic());
    match word {
        "in" => {
            cursor.expect(".", "\".\"")?;
            return list(cursor).map(Operator::In);
        }
        "is" => {
            cursor.expect(".", "\".\"")?;
            return is_value(cursor).map(Operator::Is);
        }
        "isdistinct" => {
            cursor.expect(".", "\".\"")?;
            return value(cursor, operand).map(Operator::IsDistinct);
        }
        _ => {}
    }
    if let Some((_, sql)) = QUANTIFIABLE.iter().find(|(name, _)| *name == word) {
        let quantifier = match () {
            () if cursor.eat("(any)") => Some(Quantifier::Any),
            () if cursor.eat("(all)") => Some(Quantifier::All),
            () => None,
        };
        cursor.expect(".", "\".\" or \"(any)\" or \"(all)\"")?;
        return Ok(Operator::Binary(sql, quantifier, value(cursor, operand)?));
    }
    if let Some((_, sql)) = PLAIN.iter().find(|(name, _)| *name == word) {
        cursor.expect(".", "\".\"")?;
        return Ok(Operator::Binary(sql, None, value(cursor, operand)?));
    }
    if let Some((_, kind)) = FTS.iter().find(|(name, _)| *name == word) {
        let configuration = if cursor.eat("(") {
            let name = cursor.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ' ' | '-'));
            cursor.expect(")", "\")\"")?;
            Some(name.trim().to_owned())
        } else {
            None
        };
        cursor.expect(".", "\".\"")?;
        return Ok(Operator::Fts(*kind, configuration, value(cursor, operand)?));
    }
    start.stop(EXPECTED)
}

fn is_value(cursor: &mut Cursor) -> Parsed<IsValue> {
    let start = *cursor;
    let word = cursor.take_while(|c| c.is_ascii_alphabetic() || c == '_');
    match word.to_ascii_lowercase().as_str() {
        "null" => Ok(IsValue::Null),
        "not_null" => Ok(IsValue::NotNull),
        "true" => Ok(IsValue::True),
        "false" => Ok(IsValue::False),
        "unknown" => Ok(IsValue::Unknown),
        _ => start.stop("isVal: (null, not_null, true, false, unknown)"),
    }
}

fn list(cursor: &mut Cursor) -> Parsed<Vec<String>> {
    cursor.expect("(", "\"(\"")?;
    cursor.spaces();
    let mut elements = vec![element(cursor)?];
    while cursor.eat(",") {
        elements.push(element(cursor)?);
    }
    cursor.expect(")", "\")\" or \",\"")?;
    Ok(elements)
}

fn element(cursor: &mut Cursor) -> Parsed<String> {
    if let Some(text) = cursor.attempt(quoted_operand) {
        return Ok(text);
    }
    Ok(cursor.take_while(|c| c != ',' && c != ')').to_owned())
}

/// A quoted text that is followed by the end of the operand.
fn quoted_operand(cursor: &mut Cursor) -> Parsed<String> {
    let text = name::quoted(cursor)?;
    match cursor.peek() {
        None | Some(',' | ')') => Ok(text),
        Some(_) => cursor.stop("\",\" or \")\""),
    }
}

fn value(cursor: &mut Cursor, operand: Operand) -> Parsed<String> {
    if operand == Operand::Rest {
        return Ok(cursor.take_while(|_| true).to_owned());
    }
    if let Some(text) = cursor.attempt(quoted_operand).or_else(|| cursor.attempt(braced)) {
        return Ok(text);
    }
    Ok(cursor.take_while(|c| c != ',' && c != ')').to_owned())
}

/// An array, object or range in braces, with the commas in it.
fn braced(cursor: &mut Cursor) -> Parsed<String> {
    cursor.expect("{", "\"{\"")?;
    let inside = cursor.take_while(|c| c != '}');
    cursor.expect("}", "\"}\"")?;
    Ok(format!("{{{inside}}}"))
}
