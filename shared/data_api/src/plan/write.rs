//! What is written.

use super::{Condition, FieldRef, Shape, fields::Scope};
use crate::{
    cache::model::{Column, Relation},
    query::{Logic, Query},
    refusal::Refusal,
    request::Conflict,
    settings::Settings,
};

/// A write, planned.
#[derive(Debug)]
pub struct Write<'m> {
    /// The relation.
    pub relation: &'m Relation,
    /// What is done to it.
    pub mutation: Mutation<'m>,
    /// What must hold of the rows that are updated or deleted.
    pub conditions: Vec<Condition<'m>>,
}

/// What is done to a relation.
#[derive(Debug)]
pub enum Mutation<'m> {
    /// Rows are added.
    Insert {
        /// The columns that are given.
        columns: Vec<&'m Column>,
        /// What happens to duplicates, and by which columns they are told.
        conflict: Option<(Conflict, Vec<&'m str>)>,
        /// Whether the body's missing members mean the columns' defaults.
        defaults: bool,
        /// Whether the row must be the one that the conditions name (PUT).
        checked: bool,
    },
    /// Rows are changed.
    Update {
        /// The columns that are given.
        columns: Vec<&'m Column>,
        /// Whether the body's missing members mean the columns' defaults.
        defaults: bool,
    },
    /// Rows are removed.
    Delete,
}

/// The columns a body gives, found in the relation.
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
    /// A write to `relation` where what `query` says of the root holds.
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
