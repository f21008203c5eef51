//! Names of fields, found in the catalog.

use super::{Base, FieldRef, Shape};
use crate::{cache::custom::Computed, query::Field, refusal::Refusal, settings::Settings};

/// What fields of one node are looked up with.
#[derive(Clone, Copy)]
pub(super) struct Scope<'m, 's> {
    pub(super) shape: Shape<'m>,
    /// The request's schema: functions of the row type may be in it.
    pub(super) schema: &'m str,
    pub(super) settings: &'m Settings,
    /// The node's name, for what is said of a missing column.
    pub(super) name: &'s str,
    /// How far below the root the node is.
    pub(super) depth: usize,
}

impl<'m> Scope<'m, '_> {
    /// The field of that name, or Postgres's own refusal.
    pub(super) fn field(&self, field: &Field) -> Result<FieldRef<'m>, Refusal> {
        match self.base(&field.name) {
            Some(base) => Ok(FieldRef { base, path: field.path.clone() }),
            None => Err(self.missing(&field.name)),
        }
    }

    /// Postgres's refusal, which names an embedded table as PostgREST's SQL does.
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
