//! What is written.

use super::{Condition, FieldRef, Shape, fields::Scope};
use crate::{
    cache::model::{Column, Relation},
    query::{Logic, Query},
    refusal::Refusal,
    request::Conflict,
    settings::Settings,
};

/// A planned write.
#[derive(Debug)]
pub struct Write<'m> {
    /// The relation.
    pub relation: &'m Relation,
    /// The change to make.
    pub mutation: Mutation<'m>,
    /// The conditions on the rows to update or delete.
    pub conditions: Vec<Condition<'m>>,
}

/// A change to a relation.
#[derive(Debug)]
pub enum Mutation<'m> {
    /// Insert rows.
    Insert {
        /// The columns that the body gives.
        columns: Vec<&'m Column>,
        /// What to do with duplicates, and the columns that identify them.
        conflict: Option<(Conflict, Vec<&'m str>)>,
        /// Whether a missing member means the column's default.
        defaults: bool,
        /// Whether the row must be the one that the conditions name (PUT).
        checked: bool,
    },
    /// Update rows.
    Update {
        /// The columns that the body gives.
        columns: Vec<&'m Column>,
        /// Whether a missing member means the column's default.
        defaults: bool,
    },
    /// Delete rows.
    Delete,
}

/// The columns of a body, looked up in the relation.
pub fn columns_of_write<'m>(
    relation: &'m Relation,
    names: &[String],
) -> Result<Vec<&'m Column>, Refusal> {
    let mut columns: Vec<&Column> = Vec::with_capacity(names.len());
    for name in names {
        match relation.column(name) {
            Some(column) if columns.iter().any(|c| c.name == column.name) => {}
            Some(column) => columns.push(column),
            None => {
                return Err(Refusal::new(
                    400,
                    "PGRST204",
                    format!(
                        "Could not find the '{name}' column of '{}' in the schema cache",
                        relation.id.name
                    ),
                ));
            }
        }
    }
    Ok(columns)
}

impl<'m> Write<'m> {
    /// A write to the rows of `relation` that fit the root conditions of `query`.
    pub fn new(
        settings: &'m Settings,
        schema: &'m str,
        relation: &'m Relation,
        mutation: Mutation<'m>,
        query: &Query,
    ) -> Result<Self, Refusal> {
        let name = &relation.id.name;
        let scope = Scope { shape: Shape::Relation(relation), schema, settings, name, depth: 0 };
        let mut conditions = Vec::new();
        for filter in query.root_filters() {
            conditions.push(leaf(&scope, &Logic::Leaf(filter.clone()))?);
        }
        for (path, logic) in &query.logic {
            if path.is_empty() {
                conditions.push(leaf(&scope, logic)?);
            }
        }
        Ok(Self { relation, mutation, conditions })
    }
}

fn leaf<'m>(scope: &Scope<'m, '_>, logic: &Logic) -> Result<Condition<'m>, Refusal> {
    match logic {
        Logic::Leaf(filter) => {
            let field: FieldRef<'m> = scope.field(&filter.field)?;
            Ok(Condition::Filter(field, filter.operation.clone()))
        }
        Logic::Tree { negated, connective, nodes } => Ok(Condition::Tree {
            negated: *negated,
            connective: *connective,
            nodes: nodes.iter().map(|node| leaf(scope, node)).collect::<Result<_, _>>()?,
        }),
    }
}
