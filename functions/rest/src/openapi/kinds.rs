//! Types of Postgres, and values of them, in OpenAPI.

use serde_json::{Value, json};

use crate::cache::model::Column;

/// The type of values in a body. JSON may be anything, so nothing is said of it.
pub(super) fn json_type(kind: &str) -> Value {
    if let Some(element) = kind.strip_suffix("[]") {
        return json!({ "type": "array", "items": json_type(element) });
    }
    match kind.split('(').next().unwrap_or(kind) {
        "smallint" | "integer" | "bigint" => json!({ "type": "integer" }),
        "real" | "double precision" | "numeric" => json!({ "type": "number" }),
        "boolean" => json!({ "type": "boolean" }),
        "json" | "jsonb" => json!({}),
        _ => json!({ "type": "string" }),
    }
}

/// The type of values in a query string, where each must have one.
pub(super) fn query_type(kind: &str) -> Value {
    match kind.strip_suffix("[]") {
        Some(element) => json!({ "type": "array", "items": query_type(element) }),
        None if matches!(kind, "json" | "jsonb") => json!({ "type": "string" }),
        None => json_type(kind),
    }
}

/// A default, where it is a value of the column's type. Texts may be expressions too.
pub(super) fn default_of(column: &Column, default: &str) -> Option<Value> {
    match json_type(&column.base)["type"].as_str()? {
        "array" => None,
        "string" => {
            let kind = column.kind.split('(').next().unwrap_or(&column.kind);
            let text = default.strip_suffix(kind).and_then(|rest| rest.strip_suffix("::"));
            let literal = text.unwrap_or(default).strip_prefix('\'');
            let literal = literal.and_then(|rest| rest.strip_suffix('\''));
            Some(match literal {
                Some(literal) => json!(literal.replace("''", "'")),
                None => json!(default),
            })
        }
        kind => {
            let value: Value = serde_json::from_str(default).ok()?;
            let fits = match kind {
                "boolean" => value.is_boolean(),
                "integer" => value.is_i64(),
                _ => value.is_number(),
            };
            fits.then_some(value)
        }
    }
}
