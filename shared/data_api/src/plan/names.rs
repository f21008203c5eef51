//! Names that a request does not give: the columns of `*`, and the names of computed fields.

use super::{Base, FieldRef, Node, Select, Shape};
use crate::{
    cache::model::Column,
    query::{Aggregate, JsonKey},
};

/// Whether any column of the node has a representation of its own.
pub(super) fn is_formatted(node: &Node<'_>) -> bool {
    match node.shape {
        Shape::Relation(relation) => relation.columns.iter().any(|c| c.output().is_some()),
        Shape::Record(_) | Shape::Scalar => false,
    }
}

/// List the columns instead of `*`, because grouping and representations need their names.
pub(super) fn expand_stars(node: &mut Node<'_>) {
    let names: Vec<Base<'_>> = match node.shape {
        Shape::Relation(relation) => relation.columns.iter().map(Base::Column).collect(),
        Shape::Record(columns) => columns.iter().map(Base::Output).collect(),
        Shape::Scalar => return,
    };
    for select in std::mem::take(&mut node.select) {
        if matches!(select.field.base, Base::Star) && select.aggregate.is_none() {
            node.select.extend(names.iter().map(|base| whole(base.clone())));
        } else {
            node.select.push(select);
        }
    }
}

/// A column, selected as it is.
fn whole(base: Base<'_>) -> Select<'_> {
    let field = FieldRef { base, path: Vec::new() };
    Select {
        key: field.whole_column().and_then(formatted_key),
        formatter: field.formatter(),
        field,
        cast: None,
        aggregate: None,
        aggregate_cast: None,
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
        Base::Computed(computed) => Some(computed.function.name.clone()),
        Base::Column(column) => formatted_key(column),
        _ => None,
    }
}

/// A column that a function formats keeps its name; otherwise it would have the function's name.
fn formatted_key(column: &Column) -> Option<String> {
    column.output().map(|_| column.name.clone())
}
