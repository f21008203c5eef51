//! Paths, and the parameters they take.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{
    kinds::{body_parameter, query_parameter},
    titled,
};
use crate::cache::model::{Function, Relation};

/// Characters that must be encoded in the fragment of a URI, where references are written.
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

/// Parameters that many paths share.
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
        ("preferParams", Value::Null),
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
            without_nulls(json!({
                "name": "Prefer", "description": "Preference", "required": false, "in": "header",
                "type": "string", "enum": values,
            })),
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

/// The parameters for reading any relation, besides its filters.
const READING: [&str; 7] =
    ["select", "order", "range", "rangeUnit", "offset", "limit", "preferCount"];

/// The methods of a relation.
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
    let operation = |parameters: Vec<Value>, responses: Value| {
        operation(name, relation.comment.as_deref(), parameters, responses)
    };
    let read = json!({
        "200": { "description": "OK", "schema": list },
        "206": { "description": "Partial Content" },
    });
    let done = json!({ "204": { "description": "No Content" } });
    let mut path = json!({ "get": operation(with(&READING), read) });
    if relation.insertable {
        let parameters = vec![reference(&body), reference("select"), reference("preferPost")];
        path["post"] = operation(parameters, json!({ "201": { "description": "Created" } }));
    }
    if relation.updatable {
        path["patch"] = operation(with(&[&body, "preferReturn"]), done.clone());
    }
    if relation.deletable {
        path["delete"] = operation(with(&["preferReturn"]), done);
    }
    path
}

/// The methods of a function.
pub(super) fn function_path(function: &Function) -> Value {
    let of = function.id.schema.as_str();
    let members = function.parameters.iter();
    let properties: Map<String, Value> =
        members.map(|p| (p.name.clone(), body_parameter(p, of))).collect();
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
    let operation = |parameters: Vec<Value>| {
        let responses = json!({ "200": { "description": "OK" } });
        operation(&tag, function.comment.as_deref(), parameters, responses)
    };
    let body = json!({ "required": true, "in": "body", "name": "args", "schema": schema });
    let mut path =
        json!({ "post": operation(vec![body, reference("parameters", "preferParams")]) });
    if !function.volatile {
        let query = function.parameters.iter().map(|p| query_parameter(p, of));
        path["get"] = operation(query.collect());
    }
    path
}

/// The description of a method: the first line of a comment is its title.
fn operation(tag: &str, comment: Option<&str>, parameters: Vec<Value>, responses: Value) -> Value {
    let (summary, description) = titled(comment);
    without_nulls(json!({
        "tags": [tag],
        "summary": summary,
        "description": description,
        "parameters": parameters,
        "responses": responses,
    }))
}

fn without_nulls(mut object: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    object
}
