//! The OpenAPI 2.0 document of one schema, as PostgREST prints it.

mod kinds;
mod paths;

use serde_json::{Map, Value, json};

use crate::cache::model::{Column, Function, Link, Model, Relation};
use kinds::{default_of, format_of, json_type};
use paths::{function_path, reference, relation_path, shared_parameters};

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
                    "schema": reference("definitions", name),
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
            "externalDocs": { "description": "The dialect", "url": DIALECT },
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
        property["format"] = json!(format_of(&column.kind));
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
        if let Some(default) = column.default.as_deref().and_then(|d| default_of(column, d)) {
            property["default"] = default;
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

const DIALECT: &str = "https://docs.postgrest.org/en/stable/references/api.html";

const FORMS: [&str; 5] = [
    "application/json",
    "application/vnd.pgrst.object+json;nulls=stripped",
    "application/vnd.pgrst.object+json",
    "text/csv",
    "application/geo+json",
];

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
