//! Names, and the JSON paths that follow them.
//!
//! ```text
//! name       = quoted | word *( "-" word )          a "-" before ">" belongs to an arrow
//! word       = 1*( letter | digit | "_" | " " | "$" )
//! quoted     = DQUOTE *( character | "\" character ) DQUOTE
//! field      = name *( ( "->" | "->>" ) ( index | key ) )
//! ```

use super::{
    Path,
    cursor::{Cursor, ParseError, Parsed, whole},
};

/// A column, or a value inside a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// The column.
    pub name: String,
    /// The way into its JSON; empty for the column itself.
    pub path: Vec<JsonStep>,
}

/// One arrow of a JSON path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonStep {
    /// Whether the arrow is `->>`: the value as text.
    pub as_text: bool,
    /// What the arrow points to.
    pub key: JsonKey,
}

/// What an arrow of a JSON path points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonKey {
    /// A member of an object.
    Name(String),
    /// An element of an array, with its sign.
    Index(String),
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | ' ' | '$')
}

/// A name, without surrounding spaces.
pub(super) fn name(cursor: &mut Cursor) -> Parsed<String> {
    cursor.spaces();
    if cursor.peek() == Some('"') {
        let name = quoted(cursor)?;
        cursor.spaces();
        return Ok(name);
    }
    let name = dashed(cursor, in_word);
    if name.is_empty() { cursor.stop("field name (* or [a..z0..9_$])") } else { Ok(name) }
}

/// Words made of the `wanted` characters, joined by dashes.
fn dashed(cursor: &mut Cursor, wanted: fn(char) -> bool) -> String {
    let mut name = cursor.take_while(wanted).trim_start().to_owned();
    while cursor.peek() == Some('-') && !cursor.rest().starts_with("->") {
        let before = *cursor;
        cursor.eat("-");
        let word = cursor.take_while(wanted);
        if word.is_empty() {
            *cursor = before;
            break;
        }
        name.push('-');
        name.push_str(word);
    }
    name.truncate(name.trim_end().len());
    name
}

/// Text between double quotes; a backslash makes the next character plain.
pub(super) fn quoted(cursor: &mut Cursor) -> Parsed<String> {
    cursor.expect("\"", "a quoted value")?;
    let mut text = String::new();
    loop {
        text.push_str(cursor.take_while(|c| c != '"' && c != '\\'));
        if cursor.eat("\"") {
            return Ok(text);
        }
        cursor.expect("\\", "a closing \"")?;
        let Some(escaped) = cursor.peek() else { return cursor.stop("an escaped character") };
        text.push(escaped);
        cursor.take_while({
            let first = std::cell::Cell::new(true);
            move |_| first.replace(false)
        });
    }
}

/// A column with its JSON path.
pub(super) fn field(cursor: &mut Cursor) -> Parsed<Field> {
    let name = name(cursor)?;
    Ok(Field { name, path: json_path(cursor)? })
}

/// The arrows after a column.
pub(super) fn json_path(cursor: &mut Cursor) -> Parsed<Vec<JsonStep>> {
    let mut steps = Vec::new();
    while cursor.rest().starts_with("->") {
        cursor.eat("->");
        let as_text = cursor.eat(">");
        steps.push(JsonStep { as_text, key: json_key(cursor)? });
    }
    Ok(steps)
}

fn json_key(cursor: &mut Cursor) -> Parsed<JsonKey> {
    if let Some(index) = cursor.attempt(json_index) {
        return Ok(JsonKey::Index(index));
    }
    if cursor.peek() == Some('"') {
        return Ok(JsonKey::Name(quoted(cursor)?));
    }
    let key = dashed(cursor, |c| !matches!(c, '(' | '-' | ':' | '.' | ',' | '>' | ')'));
    if key.is_empty() && cursor.eat("-") {
        return cursor.stop("digit");
    }
    if key.is_empty() { cursor.stop("a key or an index") } else { Ok(JsonKey::Name(key)) }
}

fn json_index(cursor: &mut Cursor) -> Parsed<String> {
    let sign = if cursor.eat("-") { "-" } else { "" };
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    let rest = cursor.rest();
    let ends = rest.is_empty() || ["->", "::", ".", ",", ")"].iter().any(|e| rest.starts_with(e));
    if digits.is_empty() || digits.len() > 9 || !ends {
        return cursor.stop("an index");
    }
    Ok(format!("{sign}{digits}"))
}

/// Comma-separated names: `columns=` and `on_conflict=`.
pub(super) fn list(what: &str, text: &str) -> Result<Vec<String>, ParseError> {
    whole(&format!("{what} parameter"), text, |cursor| {
        let mut names = vec![name(cursor)?];
        while cursor.eat(",") {
            names.push(name(cursor)?);
        }
        Ok(names)
    })
}

fn dotted(cursor: &mut Cursor) -> Parsed<Path> {
    let mut names = vec![name(cursor)?];
    while cursor.eat(".") {
        names.push(name(cursor)?);
    }
    Ok(names)
}

/// The embeddings before a reserved word: `author.books`.
pub(super) fn path(text: &str) -> Result<Path, ParseError> {
    if text.is_empty() {
        return Ok(Path::new());
    }
    whole("tree path", text, dotted)
}

/// The key of a filter: embeddings, then a field.
pub(super) fn field_path(text: &str) -> Result<(Path, Field), ParseError> {
    whole("tree path", text, |cursor| {
        let mut names = dotted(cursor)?;
        let name = names.pop().unwrap_or_default();
        Ok((names, Field { name, path: json_path(cursor)? }))
    })
}
