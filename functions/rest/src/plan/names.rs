//! Names that a request leaves unsaid: the columns behind `*`, and what a field is called.

use super::{Base, FieldRef, Node, Select, Shape};
use crate::query::{Aggregate, JsonKey};

/// Columns by name instead of `*`: rows are grouped by what is named.
pub(super) fn expand_stars(node: &mut Node<'_>) {
    let names: Vec<Base<'_>> = match node.shape {
        Shape::Relation(relation) => {
            relation.columns.iter().map(|c| Base::Column(&c.name, &c.base)).collect()
        }
        Shape::Record(columns) => columns.iter().map(|c| Base::Column(&c.name, &c.kind)).collect(),
        Shape::Scalar => return,
    };
    let selected = std::mem::take(&mut node.select);
    for select in selected {
        if matches!(select.field.base, Base::Star) && select.aggregate.is_none() {
            node.select.extend(names.iter().map(|base| Select {
                key: None,
                field: FieldRef { base: base.clone(), path: Vec::new() },
                cast: None,
                aggregate: None,
                aggregate_cast: None,
            }));
        } else {
            node.select.push(select);
        }
    }
}

/// The name of a field that is not simply a column: its last JSON key, its aggregate.
pub(super) fn implied_key(
    field: &FieldRef<'_>,
    aggregate: Option<Aggregate>,
    name: &str,
) -> Option<String> {
    if let Some(aggregate) = aggregate {
        return Some(aggregate.name().to_owned());
    }
    if !field.path.is_empty() {
        let last_name = field.path.iter().rev().find_map(|step| match &step.key {
            JsonKey::Name(name) => Some(name.clone()),
            JsonKey::Index(_) => None,
        });
        return Some(last_name.unwrap_or_else(|| name.to_owned()));
    }
    match field.base {
        Base::Computed(function) => Some(function.name.clone()),
        _ => None,
    }
}
