//! Bodies: JSON stays as it is; other formats are turned into JSON.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// A JSON body: its text, and what checking it has found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// The text.
    pub text: String,
    /// The members of its objects.
    pub keys: Vec<String>,
    /// Whether it is one object rather than an array.
    pub is_object: bool,
    /// Whether its objects differ in their members.
    pub uneven: bool,
}

/// Read a body of rows.
pub fn rows(content_type: &str, text: String) -> Result<Body, Refusal> {
    match content_type {
        "application/json"
        | "application/vnd.pgrst.object+json"
        | "application/vnd.pgrst.array+json" => json(text),
        "application/x-www-form-urlencoded" => {
            let members: Map<String, Value> = form_urlencoded::parse(text.as_bytes())
                .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
                .collect();
            json(Value::Object(members).to_string())
        }
        "text/csv" => csv(&text),
        other => {
            Err(Refusal::new(415, "PGRST102", format!("Content-Type not acceptable: {other}")))
        }
    }
}

/// Check JSON and note its members; the text itself is passed on unchanged.
pub fn json(text: String) -> Result<Body, Refusal> {
    let outline: Outline = serde_json::from_str(&text).map_err(|_| invalid())?;
    Ok(Body { text, keys: outline.keys, is_object: outline.is_object, uneven: outline.uneven })
}

/// The body as text.
pub fn text(body: &[u8]) -> Result<String, Refusal> {
    String::from_utf8(body.to_vec()).map_err(|_| invalid())
}

fn invalid() -> Refusal {
    Refusal::new(400, "PGRST102", "Empty or invalid json")
}

/// The first line names the columns; `NULL` means null.
fn csv(text: &str) -> Result<Body, Refusal> {
    let mut records = csv_records(text).into_iter();
    let names = records.next().unwrap_or_default();
    let mut rows = Vec::new();
    for record in records {
        if record.len() != names.len() {
            return Err(Refusal::new(400, "PGRST102", "All lines must have same number of fields"));
        }
        let members = names.iter().zip(record).map(|(name, value)| {
            let value = if value == "NULL" { Value::Null } else { Value::String(value) };
            (name.clone(), value)
        });
        rows.push(Value::Object(members.collect()));
    }
    let text = Value::Array(rows).to_string();
    Ok(Body { text, keys: names, is_object: false, uneven: false })
}

fn csv_records(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut characters = text.trim_end_matches(['\r', '\n']).chars().peekable();
    while let Some(c) = characters.next() {
        let Some(field) = records.last_mut().and_then(|record| record.last_mut()) else { break };
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                field.push('"');
                characters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => {
                records.iter_mut().last().into_iter().for_each(|r| r.push(String::new()))
            }
            '\r' if !quoted => {}
            '\n' if !quoted => records.push(vec![String::new()]),
            c => field.push(c),
        }
    }
    records
}

/// The outermost level of a JSON body.
#[derive(Default)]
struct Outline {
    keys: Vec<String>,
    is_object: bool,
    uneven: bool,
}

/// The members of a row; none if it is not an object.
struct Keys(Option<Vec<String>>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Keys;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                    if !keys.contains(&key) {
                        keys.push(key);
                    }
                }
                Ok(Keys(Some(keys)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Keys, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Keys(None))
            }
            fn visit_str<E>(self, _: &str) -> Result<Keys, E> {
                Ok(Keys(None))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Keys, E> {
                Ok(Keys(None))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Keys, E> {
                Ok(Keys(None))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Keys, E> {
                Ok(Keys(None))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Keys, E> {
                Ok(Keys(None))
            }
            fn visit_unit<E>(self) -> Result<Keys, E> {
                Ok(Keys(None))
            }
        }
        deserializer.deserialize_any(Object)
    }
}

impl<'de> Deserialize<'de> for Outline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Root;
        impl<'de> Visitor<'de> for Root {
            type Value = Outline;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or a list of objects")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Outline, A::Error> {
                let keys = Keys::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Outline { keys: keys.0.unwrap_or_default(), is_object: true, uneven: false })
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Outline, A::Error> {
                let Some(Keys(first)) = seq.next_element()? else { return Ok(Outline::default()) };
                let mut uneven = first.is_none();
                let first = first.unwrap_or_default();
                while let Some(Keys(keys)) = seq.next_element()? {
                    let same = |keys: Vec<String>| {
                        keys.len() == first.len() && keys.iter().all(|key| first.contains(key))
                    };
                    uneven |= !keys.is_some_and(same);
                }
                Ok(Outline { keys: first, is_object: false, uneven })
            }
        }
        deserializer.deserialize_any(Root)
    }
}
