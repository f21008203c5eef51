//! The OpenAPI 2.0 document of one schema, as PostgREST prints it.

use serde_json::{Map, Value, json};

use crate::cache::model::{Column, Function, Link, Model, Relation};

/// What is documented.
pub(crate) struct Document<'a> {
    pub(crate) model: &'a Model,
    pub(crate) schema: &'a str,
    pub(crate) relations: Vec<&'a Relation>,
    pub(crate) functions: Vec<&'a Function>,
    /// The address of the API, if it is known.
    pub(crate) uri: Option<&'a str>,
}

impl Document<'_> {
    pub(crate) fn json(&self) -> Value {
        let mut paths = Map::new();
        paths.insert(
            "/".into(),
            json!({ "get": {
                "tags": ["Introspection"],
                "summary": "OpenAPI description (this document)",
                "produces": ["application/openapi+json", "application/json"],
                "responses": { "200": { "description": "OK" } },
            }}),
        );
        let mut definitions = Map::new();
        let mut parameters = shared_parameters();
        for relation in &self.relations {
            let name = &relation.id.name;
            paths.insert(format!("/{name}"), relation_path(relation));
            definitions.insert(name.clone(), self.definition(relation));
            for column in &relation.columns {
                parameters.insert(
                    format!("rowFilter.{name}.{}", column.name),
                    json!({ "name": column.name, "required": false, "in": "query", "type": "string" }),
                );
            }
            parameters.insert(
                format!("body.{name}"),
                json!({
                    "name": name, "description": name, "required": false, "in": "body",
                    "schema": { "$ref": format!("#/definitions/{name}") },
                }),
            );
        }
        for function in &self.functions {
            paths.insert(format!("/rpc/{}", function.id.name), function_path(function));
        }
        let (host, base) = self.uri.map_or(("0.0.0.0:3000", "/"), split_uri);
        let comment = self.model.schemas.get(self.schema).cloned().flatten();
        let (title, description) = titled(comment.as_deref());
        json!({
            "swagger": "2.0",
            "info": {
                "title": title.unwrap_or("PostgREST API"),
                "description": description.unwrap_or("This is a dynamic API of the data."),
                "version": env!("CARGO_PKG_VERSION"),
            },
            "host": host,
            "basePath": base,
            "schemes": [if self.uri.is_some_and(|uri| uri.starts_with("https")) { "https" } else { "http" }],
            "consumes": FORMS,
            "produces": FORMS,
            "paths": paths,
            "definitions": definitions,
            "parameters": parameters,
        })
    }

    fn definition(&self, relation: &Relation) -> Value {
        let mut properties = Map::new();
        for column in &relation.columns {
            properties.insert(column.name.clone(), self.property(relation, column));
        }
        let required: Vec<_> = relation
            .columns
            .iter()
            .filter(|column| column.not_null && column.default.is_none())
            .map(|column| column.name.as_str())
            .collect();
        let mut definition = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            definition["required"] = json!(required);
        }
        if let Some(comment) = &relation.comment {
            definition["description"] = json!(comment);
        }
        definition
    }

    fn property(&self, relation: &Relation, column: &Column) -> Value {
        let mut property = json_type(&column.base);
        property["format"] = json!(column.kind);
        let mut notes: Vec<String> = column.comment.iter().cloned().collect();
        if relation.primary_key.contains(&column.name) {
            notes.push("Note:\nThis is a Primary Key.<pk/>".into());
        }
        for relationship in self.model.relationships(&relation.id.schema, &relation.id.name) {
            if let Link::ManyToOne { columns, .. } | Link::OneToOne { columns, parent: false, .. } =
                &relationship.link
                && let [(own, foreign)] = columns.as_slice()
                && *own == column.name
                && !relationship.foreign_is_view
            {
                let table = &relationship.foreign.name;
                notes.push(format!(
                    "Note:\nThis is a Foreign Key to `{table}.{foreign}`.<fk table='{table}' \
                     column='{foreign}'/>"
                ));
            }
        }
        if !notes.is_empty() {
            property["description"] = json!(notes.join("\n\n"));
        }
        if let Some(default) = &column.default {
            property["default"] =
                json!(default.split("::").next().unwrap_or_default().trim_matches('\''));
        }
        if let Some(labels) = &column.labels {
            property["enum"] = json!(labels);
        }
        if let Some(length) = column.max_length {
            property["maxLength"] = json!(length);
        }
        property
    }
}

const FORMS: [&str; 5] = [
    "application/json",
    "application/vnd.pgrst.object+json;nulls=stripped",
    "application/vnd.pgrst.object+json",
    "text/csv",
    "application/geo+json",
];

fn json_type(kind: &str) -> Value {
    if kind.ends_with("[]") {
        return json!({ "type": "array", "items": json_type(kind.trim_end_matches("[]")) });
    }
    match kind.split('(').next().unwrap_or(kind) {
        "smallint" | "integer" | "bigint" => json!({ "type": "integer" }),
        "real" | "double precision" | "numeric" => json!({ "type": "number" }),
        "boolean" => json!({ "type": "boolean" }),
        "json" | "jsonb" => json!({}),
        _ => json!({ "type": "string" }),
    }
}

fn titled(comment: Option<&str>) -> (Option<&str>, Option<&str>) {
    match comment.map(|comment| comment.split_once('\n').unwrap_or((comment, ""))) {
        None => (None, None),
        Some((title, rest)) => (Some(title), Some(rest.trim()).filter(|rest| !rest.is_empty())),
    }
}

fn split_uri(uri: &str) -> (&str, &str) {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    match rest.find('/') {
        Some(at) => (&rest[..at], &rest[at..]),
        None => (rest, "/"),
    }
}

fn shared_parameters() -> Map<String, Value> {
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

fn relation_path(relation: &Relation) -> Value {
    let name = &relation.id.name;
    let reference = |parameter: &str| json!({ "$ref": format!("#/parameters/{parameter}") });
    let filters =
        relation.columns.iter().map(|c| reference(&format!("rowFilter.{name}.{}", c.name)));
    let filters: Vec<Value> = filters.collect();
    let with = |others: &[&str]| -> Vec<Value> {
        filters.iter().cloned().chain(others.iter().map(|other| reference(other))).collect()
    };
    let body = format!("body.{name}");
    let list = json!({ "type": "array", "items": { "$ref": format!("#/definitions/{name}") } });
    let mut path = json!({ "get": {
        "tags": [name],
        "summary": relation.comment,
        "parameters": with(&READING),
        "responses": {
            "200": { "description": "OK", "schema": list },
            "206": { "description": "Partial Content" },
        },
    }});
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

fn function_path(function: &Function) -> Value {
    let mut properties = Map::new();
    let mut query = Vec::new();
    for parameter in &function.parameters {
        let mut property = json_type(&parameter.kind);
        property["format"] = json!(parameter.kind);
        properties.insert(parameter.name.clone(), property.clone());
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
    let summary = function.comment.as_deref().map(|c| c.lines().next().unwrap_or_default());
    let responses = json!({ "200": { "description": "OK" } });
    let mut path = json!({ "post": {
        "tags": [tag], "summary": summary, "responses": responses,
        "parameters": [
            { "required": true, "in": "body", "name": "args", "schema": schema },
            { "$ref": "#/parameters/preferParams" },
        ],
    }});
    if !function.volatile {
        path["get"] = json!({ "tags": [tag], "summary": summary, "responses": responses, "parameters": query });
    }
    path
}
