//! Find the relationship that an embedding names.

use serde_json::json;

use crate::{
    cache::model::{Link, Model, Relationship},
    refusal::{NAME, PART, Refusal, nearest},
};

/// The only relationship from `origin` that fits `target` and `hint`.
///
/// `target` is the name of the related relation, or of the foreign key or single column that leads
/// to it; `hint` is the name of a foreign key, of a junction, or of a key's single column on either
/// side.
pub(super) fn find<'m>(
    model: &'m Model,
    schema: &str,
    origin: &str,
    target: &str,
    hint: Option<&str>,
) -> Result<&'m Relationship, Refusal> {
    let all = model.relationships(schema, origin);
    let found: Vec<_> = all.iter().filter(|candidate| is_meant(candidate, target, hint)).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(unrelated(model, schema, origin, target, hint)),
        [first, others @ ..] if others.iter().all(|other| is_same_key(first, other)) => Ok(first),
        several => {
            let mut several = several.to_vec();
            several.sort_by_key(|candidate| rank(&candidate.link));
            Err(ambiguous(origin, target, &several))
        }
    }
}

/// A view may show a key's column under two names (`id` and `user_id` of a person). Both relate the
/// same rows, so we accept this; PostgREST calls it ambiguous.
fn is_same_key(one: &Relationship, other: &Relationship) -> bool {
    constraint(&one.link).is_some()
        && constraint(&one.link) == constraint(&other.link)
        && one.foreign == other.foreign
        && std::mem::discriminant(&one.link) == std::mem::discriminant(&other.link)
        && (one.table_is_view || one.foreign_is_view)
        && !one.is_self
}

fn is_meant(candidate: &Relationship, target: &str, hint: Option<&str>) -> bool {
    let by_name = target == candidate.foreign.name;
    match (&candidate.link, hint) {
        (Link::Computed { function, .. }, _) => target == function.name,
        // A table that refers to itself has one key and two relationships: the table's own name
        // means the rows that refer to this row; the column of the key means the row that this row
        // refers to.
        (link, None) if candidate.is_self => {
            (by_name && matches!(link, Link::OneToMany { .. }))
                || (matches!(link, Link::ManyToOne { .. }) && own_column(link) == Some(target))
        }
        (link, Some(hint)) if candidate.is_self => {
            by_name && matches!(link, Link::OneToMany { .. }) && foreign_column(link) == Some(hint)
        }
        (link, None) => {
            by_name
                || (!candidate.foreign_is_view
                    && (constraint(link) == Some(target) || own_column(link) == Some(target)))
        }
        (link, Some(hint)) => {
            by_name
                && (constraint(link) == Some(hint)
                    || own_column(link) == Some(hint)
                    || foreign_column(link) == Some(hint)
                    || matches!(link, Link::ManyToMany(junction) if junction.table.name == hint))
        }
    }
}

/// PostgREST lists candidates in this order.
fn rank(link: &Link) -> u8 {
    match link {
        Link::OneToMany { .. } => 0,
        Link::ManyToOne { .. } => 1,
        Link::OneToOne { .. } => 2,
        Link::ManyToMany(_) | Link::Computed { .. } => 3,
    }
}

fn constraint(link: &Link) -> Option<&str> {
    match link {
        Link::ManyToOne { constraint, .. }
        | Link::OneToMany { constraint, .. }
        | Link::OneToOne { constraint, .. } => Some(constraint),
        Link::ManyToMany(_) | Link::Computed { .. } => None,
    }
}

fn only_pair(link: &Link) -> Option<&(String, String)> {
    match link {
        Link::ManyToOne { columns, .. }
        | Link::OneToMany { columns, .. }
        | Link::OneToOne { columns, .. } => match columns.as_slice() {
            [pair] => Some(pair),
            _ => None,
        },
        Link::ManyToMany(_) | Link::Computed { .. } => None,
    }
}

fn own_column(link: &Link) -> Option<&str> {
    only_pair(link).map(|(own, _)| own.as_str())
}

fn foreign_column(link: &Link) -> Option<&str> {
    only_pair(link).map(|(_, foreign)| foreign.as_str())
}

fn unrelated(
    model: &Model,
    schema: &str,
    origin: &str,
    target: &str,
    hint: Option<&str>,
) -> Refusal {
    let by_hint = hint.map(|hint| format!(" using the hint '{hint}'")).unwrap_or_default();
    let refusal = Refusal::new(
        400,
        "PGRST200",
        format!(
            "Could not find a relationship between '{origin}' and '{target}' in the schema cache"
        ),
    )
    .details(format!(
        "Searched for a foreign key relationship between '{origin}' and '{target}'{by_hint} in \
         the schema '{schema}', but no matches were found."
    ));
    let related = model.relationships(schema, origin).iter().map(|r| r.foreign.name.as_str());
    match nearest(target, PART, related) {
        // If the target is related, the hint is wrong.
        Some(near) if near != target => {
            refusal.hint(format!("Perhaps you meant '{near}' instead of '{target}'."))
        }
        _ => refusal,
    }
}

fn ambiguous(origin: &str, target: &str, candidates: &[&Relationship]) -> Refusal {
    let details: Vec<_> = candidates.iter().map(|candidate| describe(candidate)).collect();
    let hints: Vec<_> =
        candidates.iter().map(|candidate| format!("'{target}!{}'", hint_for(candidate))).collect();
    Refusal::new(
        300,
        "PGRST201",
        format!(
            "Could not embed because more than one relationship was found for '{origin}' and \
             '{target}'"
        ),
    )
    .details_json(json!(details))
    .hint(format!(
        "Try changing '{target}' to one of the following: {}. Find the desired relationship in \
         the 'details' key.",
        hints.join(", ")
    ))
}

fn hint_for(candidate: &Relationship) -> &str {
    match &candidate.link {
        Link::ManyToMany(junction) => &junction.table.name,
        Link::Computed { function, .. } => &function.name,
        link => constraint(link).unwrap_or_default(),
    }
}

fn describe(candidate: &Relationship) -> serde_json::Value {
    let columns = |pairs: &[(String, String)], own: bool| {
        let names: Vec<_> =
            pairs.iter().map(|(a, b)| if own { a.as_str() } else { b.as_str() }).collect();
        names.join(", ")
    };
    let (table, foreign) = (&candidate.table.name, &candidate.foreign.name);
    let (cardinality, relationship) = match &candidate.link {
        Link::ManyToMany(junction) => (
            "many-to-many",
            format!(
                "{} using {}({}) and {}({})",
                junction.table.name,
                junction.source_constraint,
                columns(&junction.source, false),
                junction.target_constraint,
                columns(&junction.target, false)
            ),
        ),
        Link::ManyToOne { constraint, columns: pairs }
        | Link::OneToMany { constraint, columns: pairs }
        | Link::OneToOne { constraint, columns: pairs, .. } => (
            match candidate.link {
                Link::ManyToOne { .. } => "many-to-one",
                Link::OneToMany { .. } => "one-to-many",
                _ => "one-to-one",
            },
            format!(
                "{constraint} using {table}({}) and {foreign}({})",
                columns(pairs, true),
                columns(pairs, false)
            ),
        ),
        Link::Computed { function, .. } => ("computed", function.name.clone()),
    };
    json!({
        "cardinality": cardinality,
        "relationship": relationship,
        "embedding": format!("{table} with {foreign}"),
    })
}

/// 404: no exposed relation has that name. `model` finds similar names.
pub(crate) fn no_such_table(schema: &str, name: &str, model: Option<&Model>) -> Refusal {
    let refusal = Refusal::new(
        404,
        "PGRST205",
        format!("Could not find the table '{schema}.{name}' in the schema cache"),
    );
    let known = model.and_then(|model| model.relations.get(schema));
    let names = known.into_iter().flat_map(|relations| {
        relations.values().filter(|r| r.is_resource()).map(|r| r.id.name.as_str())
    });
    match nearest(name, NAME, names) {
        Some(near) => refusal.hint(format!("Perhaps you meant the table '{schema}.{near}'")),
        None => refusal,
    }
}
