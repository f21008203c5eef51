//! Find the embedding that a request names: in a path, an order or a filter.

use super::{FieldRef, Node, Select, Shape};
use crate::{
    query::{Field, Filter, IsValue, Operator},
    refusal::Refusal,
};

/// The node that `path` leads to. If `lenient`, an embedding with an alias can also be named by its
/// own name.
pub(super) fn at<'a, 'm>(
    root: &'a mut Node<'m>,
    path: &[String],
    lenient: bool,
) -> Result<&'a mut Node<'m>, Refusal> {
    let mut node = root;
    for name in path {
        let found = node.children.iter().position(|child| child.key == *name);
        let named = || node.children.iter().position(|child| child.name == *name);
        let Some(at) = found.or_else(named) else { return Err(Refusal::not_embedded(name)) };
        node = &mut node.children[at];
        if found.is_none() && !lenient {
            return Err(Refusal::aliased(name, &node.key));
        }
        node.misnamed |= found.is_none();
    }
    Ok(node)
}

/// Embeddings that have an alias but were named by their own name, with the alias to use.
pub fn misnamed<'n>(node: &'n Node<'_>) -> Vec<(&'n str, &'n str)> {
    let own = node.misnamed.then_some((node.name.as_str(), node.key.as_str()));
    own.into_iter().chain(node.children.iter().flat_map(misnamed)).collect()
}

pub(super) fn related_child<'a, 'm>(
    node: &'a Node<'m>,
    name: &str,
) -> Result<&'a Node<'m>, Refusal> {
    match node.children.iter().find(|child| child.key == name) {
        None => Err(Refusal::not_embedded(name)),
        Some(child) if !child.is_to_one() => Err(Refusal::new(
            400,
            "PGRST118",
            format!("A related order on '{name}' is not possible"),
        )
        .details(format!(
            "'{}' and '{name}' do not form a many-to-one or one-to-one relationship",
            match node.shape {
                Shape::Relation(relation) => &relation.id.name,
                Shape::Record(_) | Shape::Scalar => &node.name,
            }
        ))),
        Some(child) => Ok(child),
    }
}

/// The field with this name in a spread; if it has an alias, only the alias counts.
pub(super) fn aliased<'m>(node: &Node<'m>, field: &Field) -> Option<FieldRef<'m>> {
    let named = |select: &&Select<'m>| select.key.as_deref() == Some(field.name.as_str());
    let plain = field.path.is_empty() && node.spread;
    let select = node.select.iter().find(named).filter(|_| plain)?;
    select.aggregate.is_none().then(|| select.field.clone())
}

/// Whether a filter requires an embedding to have rows, or to have none.
pub(super) fn presence(filter: &Filter) -> Option<bool> {
    match filter.operation.operator {
        Operator::Is(IsValue::Null) => Some(filter.operation.negated),
        Operator::Is(IsValue::NotNull) => Some(!filter.operation.negated),
        _ => None,
    }
}
