//! Spread embeddings: `...author(name)` puts `name` among the parent's own fields.
//!
//! Of a row that is related to one other, the fields themselves are taken; of one that is
//! related to many, an array for each field. An aggregate over a to-one spread is computed by
//! the parent, grouped by the parent's own fields: that is what it is asked for.

use super::{Base, FieldRef, Node, Select, names::expand_stars};
use crate::respond::Refusal;

/// Hand what spread children select up to their parents, from the leaves on.
pub(super) fn settle(node: &mut Node<'_>) -> Result<(), Refusal> {
    for child in &mut node.children {
        settle(child)?;
    }
    let mut gained = Vec::new();
    for child in node.children.iter_mut().filter(|child| child.spread) {
        let to_many = !child.is_to_one();
        if to_many || child.is_grouped() {
            expand_stars(child);
        }
        if !to_many {
            gained.extend(hoisted(child));
        } else {
            gained.extend(outputs(child).into_iter().map(|name| reference(child.number, name)));
        }
    }
    if gained.iter().any(|select| select.aggregate.is_some()) {
        expand_stars(node);
    }
    node.select.extend(gained);
    Ok(())
}

/// The parent's view of a to-one child's fields; aggregates move up.
fn hoisted<'m>(child: &mut Node<'m>) -> Vec<Select<'m>> {
    let mut gained = Vec::new();
    for (at, select) in child.select.iter_mut().enumerate() {
        let Some(aggregate) = select.aggregate.take() else {
            gained.push(reference(child.number, output(select)));
            continue;
        };
        // Below, the plain value under a name nobody else has; above, the aggregate over it.
        let inner = format!("pgrst_{at}");
        let key = select.key.replace(inner.clone());
        let aggregate_cast = select.aggregate_cast.take();
        gained.push(Select {
            key,
            aggregate: Some(aggregate),
            aggregate_cast,
            ..reference(child.number, inner)
        });
    }
    let embedded = child.children.iter().filter(|c| !c.spread && !c.is_empty());
    gained.extend(embedded.map(|c| reference(child.number, c.key.clone())));
    gained
}

fn reference<'m>(child: usize, name: String) -> Select<'m> {
    Select {
        key: None,
        field: FieldRef { base: Base::Child(child, name), path: Vec::new() },
        cast: None,
        aggregate: None,
        aggregate_cast: None,
    }
}

/// The names of everything a node returns.
pub(crate) fn outputs(node: &Node<'_>) -> Vec<String> {
    let own = node.select.iter().map(output);
    let embedded = node.children.iter().filter(|child| !child.spread && !child.is_empty());
    own.chain(embedded.map(|child| child.key.clone())).collect()
}

fn output(select: &Select<'_>) -> String {
    match (&select.key, &select.field.base) {
        (Some(key), _) => key.clone(),
        (None, Base::Column(name, _)) => (*name).to_owned(),
        (None, Base::Computed(function)) => function.name.clone(),
        (None, Base::Child(_, name)) => name.clone(),
        (None, Base::Star) => "*".to_owned(),
        (None, Base::Scalar) => "pgrst_scalar".to_owned(),
    }
}
