//! Types and values of Postgres in OpenAPI.

use serde_json::{Value, json};

use crate::cache::model::{Column, Parameter};

/// The type of values in a body. JSON can be anything, so it gets no type.
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

/// The name of a type without its length; OpenAPI's own name if there is one.
pub(super) fn format_of(kind: &str) -> String {
    match kind {
        "smallint" | "integer" => "int32".into(),
        "bigint" => "int64".into(),
        _ => match (kind.find('('), kind.find(')')) {
            (Some(from), Some(to)) if from < to && !kind.contains('"') => {
                format!("{}{}", &kind[..from], &kind[to + 1..])
            }
            _ => kind.into(),
        },
    }
}

/// A member of the body of a function call. Types of the function's own schema are written without
/// the schema.
pub(super) fn body_parameter(parameter: &Parameter, schema: &str) -> Value {
    let mut property = json_type(&parameter.kind);
    property["format"] = json!(own(&parameter.kind, schema));
    property
}

/// A parameter of the query string, which must have a type: lists and JSON are texts, and a
/// variadic parameter may be repeated.
pub(super) fn query_parameter(parameter: &Parameter, schema: &str) -> Value {
    let kind = &parameter.kind;
    let text = |kind: &str| kind.ends_with("[]") || matches!(kind, "json" | "jsonb");
    let of = |kind: &str| match text(kind) {
        true => json!({ "type": "string", "format": own(kind, schema) }),
        false => json!({ "type": json_type(kind)["type"], "format": own(kind, schema) }),
    };
    let mut property = match kind.strip_suffix("[]").filter(|_| parameter.variadic) {
        Some(element) => {
            json!({ "type": "array", "collectionFormat": "multi", "items": of(element) })
        }
        None => of(kind),
    };
    property["name"] = json!(parameter.name);
    property["required"] = json!(parameter.required);
    property["in"] = json!("query");
    property
}

fn own(kind: &str, schema: &str) -> String {
    let bare = kind.strip_prefix(schema).and_then(|rest| rest.strip_prefix('.'));
    format_of(bare.unwrap_or(kind))
}

/// A default, if it is a plain value of the column's type. The default of a text may be an
/// expression.
pub(super) fn default_of(column: &Column, default: &str) -> Option<Value> {
    match json_type(&column.base)["type"].as_str()? {
        "array" => None,
        "string" if default == "NULL" || default.starts_with("NULL::") => None,
        "string" => {
            // `'it''s'::text`: a literal and its type.
            let literal = default.strip_prefix('\'').and_then(|rest| {
                let (literal, cast) = rest.rsplit_once('\'')?;
                (cast.is_empty() || cast.starts_with("::")).then_some(literal)
            });
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
