//! Find the fields that a request names.

use super::{Base, FieldRef, Shape};
use crate::{cache::custom::Computed, query::Field, refusal::Refusal, settings::Settings};

/// What is needed to look up the fields of one node.
#[derive(Clone, Copy)]
pub(super) struct Scope<'m, 's> {
    pub(super) shape: Shape<'m>,
    /// The request's schema, which may contain functions of the row type.
    pub(super) schema: &'m str,
    pub(super) settings: &'m Settings,
    /// The node's name, for the error about a missing column.
    pub(super) name: &'s str,
    /// The node's depth below the root.
    pub(super) depth: usize,
}

impl<'m> Scope<'m, '_> {
    /// The field of that name, or the error that Postgres would raise.
    pub(super) fn field(&self, field: &Field) -> Result<FieldRef<'m>, Refusal> {
        match self.base(&field.name) {
            Some(base) => Ok(FieldRef { base, path: field.path.clone() }),
            None => Err(self.missing(&field.name)),
        }
    }

    /// Postgres's error, with an embedded table named as in PostgREST's SQL.
    pub(super) fn missing(&self, column: &str) -> Refusal {
        match self.depth {
            0 => Refusal::no_such_column(self.name, column),
            depth => Refusal::no_such_column(&format!("{}_{depth}", self.name), column),
        }
    }

    pub(super) fn base(&self, name: &str) -> Option<Base<'m>> {
        match self.shape {
            _ if name == "*" => Some(Base::Star),
            Shape::Relation(relation) => match relation.column(name) {
                Some(column) => Some(Base::Column(column)),
                None => relation
                    .computed
                    .iter()
                    .find(|Computed { function, .. }| {
                        function.name == name
                            && (function.schema == self.schema
                                || self.settings.extra_search_path.contains(&function.schema))
                    })
                    .map(Base::Computed),
            },
            Shape::Record(columns) => {
                columns.iter().find(|column| column.name == name).map(Base::Output)
            }
            Shape::Scalar => (name == "pgrst_scalar").then_some(Base::Scalar),
        }
    }
}
