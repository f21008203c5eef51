//! Paths, and the parameters they take.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::kinds::{json_type, query_type};
use crate::cache::model::{Function, Relation};

/// What must be encoded in the fragment of a URI, where references are written.
const FRAGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A reference to a part of the document.
pub(super) fn reference(part: &str, name: &str) -> Value {
    let name = name.replace('~', "~0").replace('/', "~1");
    json!({ "$ref": format!("#/{part}/{}", utf8_percent_encode(&name, FRAGMENT)) })
}

/// Parameters of many paths.
pub(super) fn shared_parameters() -> Map<String, Value> {
    let query = ["select", "on_conflict", "columns", "order", "offset", "limit"];
    let prefer = [
        ("preferReturn", json!(["return=representation", "return=minimal", "return=none"])),
        (
            "preferPost",
            json!([
                "return=representation",
                "return=minimal",
                "return=none",
                "resolution=ignore-duplicates",
                "resolution=merge-duplicates"
            ]),
        ),
        ("preferCount", json!(["count=none"])),
        ("preferParams", json!(["params=single-object"])),
    ];
    let of_query = query.map(|name| {
        (
            name.to_owned(),
            json!({ "name": name, "required": false, "in": "query", "type": "string" }),
        )
    });
    let of_header = prefer.map(|(name, values)| {
        (
            name.to_owned(),
            json!({
                "name": "Prefer", "description": "Preference", "required": false, "in": "header",
                "type": "string", "enum": values,
            }),
        )
    });
    let of_range = [("range", "Range"), ("rangeUnit", "Range-Unit")].map(|(name, header)| {
        (
            name.to_owned(),
            json!({ "name": header, "required": false, "in": "header", "type": "string" }),
        )
    });
    of_query.into_iter().chain(of_header).chain(of_range).collect()
}

/// What every relation may be read with, beside filters.
const READING: [&str; 7] =
    ["select", "order", "range", "rangeUnit", "offset", "limit", "preferCount"];

/// What can be done with a relation.
pub(super) fn relation_path(relation: &Relation) -> Value {
    let name = &relation.id.name;
    let list = json!({ "type": "array", "items": reference("definitions", name) });
    let reference = |parameter: &str| reference("parameters", parameter);
    let filters =
        relation.columns.iter().map(|c| reference(&format!("rowFilter.{name}.{}", c.name)));
    let filters: Vec<Value> = filters.collect();
    let with = |others: &[&str]| -> Vec<Value> {
        filters.iter().cloned().chain(others.iter().map(|other| reference(other))).collect()
    };
    let body = format!("body.{name}");
    let mut path = json!({ "get": {
        "tags": [name],
        "parameters": with(&READING),
        "responses": {
            "200": { "description": "OK", "schema": list },
            "206": { "description": "Partial Content" },
        },
    }});
    if let Some(comment) = &relation.comment {
        path["get"]["summary"] = json!(comment);
    }
    if relation.insertable {
        path["post"] = json!({
            "tags": [name],
            "parameters": [reference(&body), reference("select"), reference("preferPost")],
            "responses": { "201": { "description": "Created" } },
        });
    }
    if relation.updatable {
        path["patch"] = json!({
            "tags": [name],
            "parameters": with(&[&body, "preferReturn"]),
            "responses": { "204": { "description": "No Content" } },
        });
    }
    if relation.deletable {
        path["delete"] = json!({
            "tags": [name],
            "parameters": with(&["preferReturn"]),
            "responses": { "204": { "description": "No Content" } },
        });
    }
    path
}

/// How a function is called.
pub(super) fn function_path(function: &Function) -> Value {
    let mut properties = Map::new();
    let mut query = Vec::new();
    for parameter in &function.parameters {
        let mut property = json_type(&parameter.kind);
        property["format"] = json!(parameter.kind);
        properties.insert(parameter.name.clone(), property);
        let mut property = query_type(&parameter.kind);
        property["format"] = json!(parameter.kind);
        property["name"] = json!(parameter.name);
        property["required"] = json!(parameter.required);
        property["in"] = json!("query");
        query.push(property);
    }
    let required: Vec<_> =
        function.parameters.iter().filter(|p| p.required).map(|p| p.name.as_str()).collect();
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if let Some(comment) = &function.comment {
        schema["description"] = json!(comment);
    }
    let tag = format!("(rpc) {}", function.id.name);
    let mut operation = json!({ "tags": [tag], "responses": { "200": { "description": "OK" } } });
    if let Some(comment) = &function.comment {
        operation["summary"] = json!(comment.lines().next().unwrap_or_default());
    }
    let mut path = json!({ "post": operation });
    path["post"]["parameters"] = json!([
        { "required": true, "in": "body", "name": "args", "schema": schema },
        reference("parameters", "preferParams"),
    ]);
    if !function.volatile {
        operation["parameters"] = json!(query);
        path["get"] = operation;
    }
    path
}
