//! Spread embeddings: `...author(name)` puts `name` among the parent's own fields.
//!
//! From a row that is related to one other row, the fields themselves are taken. From a row that is
//! related to many, each field becomes an array with one element per row. An aggregate over a
//! to-one spread is computed by the parent, grouped by the parent's own fields, as the request
//! means it.

use super::{Base, Cast, FieldRef, Node, Select, names::expand_stars};
use crate::refusal::Refusal;

/// Move the fields of spread children up to their parents, beginning at the leaves. If the fields
/// of a node must be `named`, because a node above lists or groups them, the fields spread into it
/// must be named too.
pub(super) fn settle(node: &mut Node<'_>, named: bool) -> Result<(), Refusal> {
    let named = named || will_group(node);
    for child in &mut node.children {
        let many = child.spread && !child.is_to_one();
        settle(child, many || (named && child.spread))?;
        if many && child.is_grouped() {
            return Err(not_aggregated());
        }
    }
    let mut gained = Vec::new();
    for child in node.children.iter_mut().filter(|child| child.spread) {
        if named || !child.is_to_one() {
            expand_stars(child);
        }
        if child.is_to_one() {
            gained.extend(hoisted(child));
        } else {
            gained.extend(outputs(child).into_iter().map(|name| reference(child.number, name)));
        }
    }
    if node.is_grouped() || gained.iter().any(|select| select.aggregate.is_some()) {
        expand_stars(node);
        make_comparable(&node.children, &mut gained);
    }
    node.select.extend(gained);
    Ok(())
}

/// Whether rows are grouped by it: for an aggregate of its own, or for one that moves up to it.
fn will_group(node: &Node<'_>) -> bool {
    let spread = |child: &Node<'_>| child.spread && child.is_to_one() && will_group(child);
    node.is_grouped() || node.children.iter().any(spread)
}

/// PostgREST has no aggregates there either: it is undefined whether they would aggregate within
/// one array or across all.
fn not_aggregated() -> Refusal {
    Refusal::new(400, "PGRST127", "Feature not implemented")
        .details("Aggregates are not implemented for one-to-many or many-to-many spreads.")
}

/// Rows are grouped by everything listed, embedded or formatted in a spread child too, and JSON
/// cannot be grouped by.
fn make_comparable(children: &[Node<'_>], gained: &mut [Select<'_>]) {
    for select in gained.iter_mut().filter(|select| select.aggregate.is_none()) {
        if let Base::Child(_, name) = &select.field.base
            && is_json(children, select)
        {
            select.key.get_or_insert_with(|| name.clone());
            select.cast = Some(Cast::named("jsonb"));
        }
    }
}

/// Whether a value from a spread child, or from a child of that child, is JSON.
fn is_json(children: &[Node<'_>], select: &Select<'_>) -> bool {
    let Base::Child(number, name) = &select.field.base else { return false };
    let Some(child) = children.iter().find(|child| child.number == *number) else { return false };
    let below = |s: &Select<'_>| s.formatter.is_some() || is_json(&child.children, s);
    !child.is_to_one()
        || child.children.iter().any(|c| !c.spread && c.key == *name)
        || child.select.iter().any(|s| output(s) == *name && below(s))
}

/// The fields of a to-one child as the parent sees them; aggregates move up.
fn hoisted<'m>(child: &mut Node<'m>) -> Vec<Select<'m>> {
    // A count of rows counts the parent's rows and takes nothing from the child.
    let counts = |select: &mut Select<'_>| {
        select.aggregate.is_some() && matches!(select.field.base, Base::Star)
    };
    let mut gained: Vec<_> = child.select.extract_if(.., counts).collect();
    for (at, select) in child.select.iter_mut().enumerate() {
        let Some(aggregate) = select.aggregate.take() else {
            gained.push(reference(child.number, output(select)));
            continue;
        };
        // The child selects the plain value under a unique name; the parent computes the aggregate
        // over it.
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
        formatter: None,
    }
}

/// The names of everything a node returns.
pub(crate) fn outputs(node: &Node<'_>) -> Vec<String> {
    let own = node.select.iter().map(output);
    let embedded = node.children.iter().filter(|child| !child.spread && !child.is_empty());
    own.chain(embedded.map(|child| child.key.clone())).collect()
}

/// The name of what is selected.
pub(crate) fn output(select: &Select<'_>) -> String {
    match (&select.key, &select.field.base) {
        (Some(key), _) => key.clone(),
        (None, Base::Column(column)) => column.name.clone(),
        (None, Base::Output(column)) => column.name.clone(),
        (None, Base::Computed(computed)) => computed.function.name.clone(),
        (None, Base::Child(_, name)) => name.clone(),
        (None, Base::Star) => "*".to_owned(),
        (None, Base::Scalar) => "pgrst_scalar".to_owned(),
    }
}
