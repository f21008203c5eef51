//! What the data API knows about a database: relations, functions, and relationships.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::custom::{Computed, Handler, Representation};
pub use super::name::Qualified;

/// Names to values, per schema: looked up without building a key.
pub type BySchema<T> = HashMap<String, HashMap<String, T>>;

/// A database as the data API sees it. The schema cache is this value, serialized.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Model {
    /// Relations of the exposed schemas, composite types included.
    pub relations: BySchema<Relation>,
    /// The relationships of each relation.
    pub relationships: BySchema<Vec<Relationship>>,
    /// Functions of the exposed schemas; overloads are kept together.
    pub functions: BySchema<Vec<Function>>,
    /// Comments on the exposed schemas.
    pub schemas: HashMap<String, Option<String>>,
    /// Settings of the roles a request may run as.
    pub roles: HashMap<String, Vec<(String, String)>>,
    /// Media types that aggregates of the exposed schemas make from rows.
    pub handlers: Vec<Handler>,
    /// Enumerations of the exposed schemas.
    pub enums: Vec<Enumeration>,
    /// Names of the time zones.
    pub zones: Vec<String>,
    /// `server_version_num`.
    pub version: u32,
}

/// A table, view, materialized view, foreign table or composite type.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Relation {
    /// Its name.
    pub id: Qualified,
    /// Its `relkind`: `r`, `v`, `m`, `f`, `p` or `c`.
    pub kind: char,
    /// The comment on it.
    pub comment: Option<String>,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// The names of its primary key's columns, inherited by views.
    pub primary_key: Vec<String>,
    /// Of a view that asks something for each of its rows: the columns that name a row before that.
    pub page_key: Vec<String>,
    /// Whether rows can be inserted.
    pub insertable: bool,
    /// Whether rows can be updated.
    pub updatable: bool,
    /// Whether rows can be deleted.
    pub deletable: bool,
    /// Whether a trigger (`instead of`) inserts the rows: then `on conflict` is impossible.
    pub instead_of_insert: bool,
    /// Functions of its row type that can be selected like columns.
    pub computed: Vec<Computed>,
}

impl Relation {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// What this relation calls a column of a table.
    pub fn name_of(&self, table: &Qualified, column: &str) -> Option<&str> {
        let of = |source: &(Qualified, String)| source.0 == *table && source.1 == column;
        let shown = self.columns.iter().find(|shown| shown.source.as_deref().is_some_and(of))?;
        Some(&shown.name)
    }

    /// Whether requests may name it as a resource.
    pub fn is_resource(&self) -> bool {
        self.kind != 'c'
    }
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its declared type, with domains kept and the schema included.
    #[serde(rename = "type")]
    pub kind: String,
    /// The base type, with domains resolved.
    pub base: String,
    /// Whether it refuses null.
    pub not_null: bool,
    /// The expression of its default.
    pub default: Option<String>,
    /// Whether only Postgres can write it.
    pub generated: bool,
    /// Whether a written row may contain it; a view may compute it instead.
    pub writable: bool,
    /// The length of `character varying(n)`.
    pub max_length: Option<i32>,
    /// The labels, for an enumeration.
    #[serde(rename = "enum")]
    pub labels: Option<Vec<String>>,
    /// The comment on it.
    pub comment: Option<String>,
    /// The representation of its domain, if casts define one.
    pub representation: Option<Box<Representation>>,
    /// The table and the column that a view's column is made of.
    #[serde(default)]
    pub source: Option<Box<(Qualified, String)>>,
}

impl Column {
    /// The function that makes JSON of its values, if its domain has one.
    pub fn output(&self) -> Option<&str> {
        self.representation.as_ref()?.output.as_deref()
    }

    /// The function that reads its values from JSON, if its domain has one.
    pub fn input(&self) -> Option<&str> {
        self.representation.as_ref()?.input.as_deref()
    }

    /// The function that reads its values from text, if its domain has one.
    pub fn operand(&self) -> Option<&str> {
        self.representation.as_ref()?.operand.as_deref()
    }
}

/// A way from one relation to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Relationship {
    /// Where it starts.
    pub table: Qualified,
    /// The relation that it leads to.
    pub foreign: Qualified,
    /// Whether both relations are the same.
    pub is_self: bool,
    /// Whether it starts at a view.
    pub table_is_view: bool,
    /// Whether it leads to a view.
    pub foreign_is_view: bool,
    /// What the relationship consists of.
    pub link: Link,
}

/// Pairs of columns: of the relationship's table, and of its foreign one.
pub type ColumnPairs = Vec<(String, String)>;

/// What a relationship consists of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Link {
    /// The table's foreign key.
    ManyToOne {
        /// The key's name.
        constraint: String,
        /// Its columns.
        columns: ColumnPairs,
    },
    /// A foreign key that points at the table.
    OneToMany {
        /// The key's name.
        constraint: String,
        /// The columns it points at, and its own.
        columns: ColumnPairs,
    },
    /// A foreign key over unique columns.
    OneToOne {
        /// The key's name.
        constraint: String,
        /// Columns here, and there.
        columns: ColumnPairs,
        /// Whether the key is on the table that it leads to.
        parent: bool,
    },
    /// Two foreign keys of a third table.
    ManyToMany(Junction),
    /// A function of the table's row type.
    Computed {
        /// The function.
        function: Qualified,
        /// Whether it leads to one row at most.
        single: bool,
    },
}

/// The table between two others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Junction {
    /// Its name.
    pub table: Qualified,
    /// Its foreign key to where the relationship starts.
    pub source_constraint: String,
    /// Its foreign key to where the relationship leads.
    pub target_constraint: String,
    /// Columns of the start, and of the junction.
    pub source: ColumnPairs,
    /// Columns of the end, and of the junction.
    pub target: ColumnPairs,
}

impl Relationship {
    /// Whether it leads to one row at most.
    pub fn is_to_one(&self) -> bool {
        match &self.link {
            Link::ManyToOne { .. } | Link::OneToOne { .. } => true,
            Link::Computed { single, .. } => *single,
            Link::OneToMany { .. } | Link::ManyToMany(_) => false,
        }
    }
}

/// A function.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Function {
    /// Its name.
    pub id: Qualified,
    /// The comment on it.
    pub comment: Option<String>,
    /// What it takes, in order.
    pub parameters: Vec<Parameter>,
    /// What it returns.
    pub returns: Returns,
    /// Whether it may write.
    pub volatile: bool,
    /// The settings declared with `set … = …`.
    pub settings: Vec<(String, String)>,
}

/// A parameter of a function; its name is empty if it has none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it has no default.
    #[serde(default)]
    pub required: bool,
    /// Whether it is variadic.
    #[serde(default)]
    pub variadic: bool,
}

/// What a function returns.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Returns {
    /// Whether it returns rows rather than one value.
    pub set: bool,
    /// Whether its result has columns.
    pub composite: bool,
    /// Whether it returns nothing.
    pub void: bool,
    /// Whether `rows 1` is declared; a computed relationship is then to-one.
    pub single: bool,
    /// The relation whose rows it returns.
    pub relation: Option<Qualified>,
    /// The media type of its value, if it returns a domain named like one (`"text/html"`).
    pub media: Option<String>,
    /// The columns that it declares itself (`returns table`, `out`).
    pub columns: Vec<Parameter>,
    /// The type, as Postgres writes it.
    #[serde(rename = "type")]
    pub kind: String,
}

/// An enumeration.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Enumeration {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Its labels, in order.
    pub values: Vec<String>,
}

impl Model {
    /// A relation of an exposed schema that can be a resource.
    pub fn resource(&self, schema: &str, name: &str) -> Option<&Relation> {
        self.relation(schema, name).filter(|relation| relation.is_resource())
    }

    /// A relation of an exposed schema, composite types included.
    pub fn relation(&self, schema: &str, name: &str) -> Option<&Relation> {
        self.relations.get(schema)?.get(name)
    }

    /// What a relation is related to.
    pub fn relationships(&self, schema: &str, name: &str) -> &[Relationship] {
        self.relationships.get(schema).and_then(|s| s.get(name)).map_or(&[], Vec::as_slice)
    }

    /// The functions of one name.
    pub fn functions(&self, schema: &str, name: &str) -> &[Function] {
        self.functions.get(schema).and_then(|s| s.get(name)).map_or(&[], Vec::as_slice)
    }
}
