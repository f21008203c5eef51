//! The catalog as `catalog.sql` prints it.

use serde::Deserialize;

use super::model::{Column, Enumeration, Parameter};

#[derive(Deserialize)]
pub(super) struct Catalog {
    pub(super) relations: Vec<Relation>,
    pub(super) foreign_keys: Vec<ForeignKey>,
    pub(super) views: Vec<View>,
    pub(super) functions: Vec<Function>,
    pub(super) roles: Vec<Role>,
    pub(super) schemas: Vec<Schema>,
    pub(super) enums: Vec<Enumeration>,
    pub(super) handlers: Vec<Handler>,
    pub(super) zones: Vec<String>,
    pub(super) version: u32,
}

#[derive(Deserialize)]
pub(super) struct Relation {
    pub(super) oid: i64,
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) kind: char,
    pub(super) exposed: bool,
    pub(super) comment: Option<String>,
    pub(super) columns: Vec<NumberedColumn>,
    pub(super) primary_key: Vec<i16>,
    /// Bits of `pg_relation_is_updatable`: 4 update, 8 insert, 16 delete.
    pub(super) writable: i32,
    pub(super) instead: bool,
}

#[derive(Deserialize)]
pub(super) struct NumberedColumn {
    pub(super) number: i16,
    #[serde(flatten)]
    pub(super) column: Column,
}

#[derive(Deserialize)]
pub(super) struct ForeignKey {
    pub(super) name: String,
    pub(super) table: i64,
    pub(super) columns: Vec<i16>,
    pub(super) foreign: i64,
    pub(super) foreign_columns: Vec<i16>,
    pub(super) unique: bool,
}

#[derive(Deserialize)]
pub(super) struct View {
    pub(super) oid: i64,
    pub(super) rule: String,
}

#[derive(Deserialize)]
pub(super) struct Function {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) comment: Option<String>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) outputs: Vec<Parameter>,
    pub(super) returns_schema: String,
    pub(super) returns_name: String,
    pub(super) returns_type: String,
    pub(super) returns_relation: Option<i64>,
    pub(super) set: bool,
    pub(super) single: bool,
    pub(super) volatile: bool,
    pub(super) row_of: Option<i64>,
    pub(super) exposed: bool,
    pub(super) settings: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub(super) struct Handler {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) media: String,
    pub(super) relation: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct Role {
    pub(super) role: String,
    pub(super) settings: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Schema {
    pub(super) name: String,
    pub(super) comment: Option<String>,
}
