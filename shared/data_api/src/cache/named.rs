//! Relationships that are functions, and those that a request can name.

use std::collections::HashMap;

use super::{
    model::{BySchema, Link, Qualified, Relationship},
    raw,
};

/// Add functions that lead from a row to other rows. If such a function has the name of a related
/// relation, it replaces that relationship.
pub(super) fn add_computed(
    relationships: &mut Vec<Relationship>,
    functions: &[raw::Function],
    names: &HashMap<i64, Qualified>,
) {
    for function in functions {
        let (Some(table), Some(foreign)) = (
            function.row_of.and_then(|oid| names.get(&oid)),
            function.returns_relation.and_then(|oid| names.get(&oid)),
        ) else {
            continue;
        };
        relationships.retain(|other| {
            other.table != *table
                || other.foreign.name != function.name
                || matches!(other.link, Link::Computed { .. })
        });
        relationships.push(Relationship {
            table: table.clone(),
            foreign: foreign.clone(),
            is_self: table == foreign,
            table_is_view: false,
            foreign_is_view: false,
            link: Link::Computed {
                function: Qualified::new(&function.schema, &function.name),
                single: function.single,
            },
        });
    }
}

/// Keep relationships within one exposed schema, which a request can name. A junction in another
/// schema is dropped: several schemas may show the same rows, and each would embed them again.
pub(super) fn by_schema(
    relationships: Vec<Relationship>,
    exposed: &[String],
) -> BySchema<Vec<Relationship>> {
    let mut kept = BySchema::<Vec<Relationship>>::new();
    for relationship in relationships {
        let schema = &relationship.table.schema;
        let junction_is_here = match &relationship.link {
            Link::ManyToMany(junction) => junction.table.schema == *schema,
            _ => true,
        };
        if *schema == relationship.foreign.schema && exposed.contains(schema) && junction_is_here {
            let of_schema = kept.entry(schema.clone()).or_default();
            of_schema.entry(relationship.table.name.clone()).or_default().push(relationship);
        }
    }
    kept
}
