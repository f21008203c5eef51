//! Which rows a page has, decided before anything is embedded in them.
//!
//! Postgres sorts after it joins: of a sorted page with embeddings it would build the embeddings of
//! all rows, and keep twenty.

use super::Sql;
use crate::{
    cache::model::Link,
    plan::{Base, Condition, Node, Source},
    query::Join,
};

/// What the rest of the statement needs of a page's rows.
#[derive(Debug, PartialEq, Eq)]
enum Needed {
    All,
    Columns(Vec<String>),
}

impl Needed {
    fn add(&mut self, name: &str) {
        match self {
            Self::Columns(columns) if !columns.iter().any(|known| known == name) => {
                columns.push(name.to_owned());
            }
            _ => {}
        }
    }
}

impl Sql {
    /// The rows of a node's page under the name of its table, if they can be chosen first.
    pub(super) fn page(&mut self, node: &Node<'_>, table: &str, parent: Option<&str>) -> bool {
        let Some(needed) = needed(node) else { return false };
        self.push(" from (select ");
        match needed {
            Needed::All => drop(self.push(table).push(".*")),
            Needed::Columns(columns) => {
                self.list(", ", &columns, |sql, column| {
                    sql.push(table).push(".").name(column);
                });
            }
        }
        self.from(node, parent);
        self.link_and_conditions(node, table, parent, |_| true);
        self.ordered(node, table);
        self.limited(node.range.limit, node.range.offset);
        self.push(") as ").push(table);
        true
    }
}

/// The columns that are needed of the rows, if neither their order nor their number depends on
/// what is embedded. Only columns that the request uses: the caller may not be allowed others.
fn needed(node: &Node<'_>) -> Option<Needed> {
    let is_page = node.range.limit.is_some() && !node.children.is_empty();
    let decides = |child: &Node<'_>| child.join == Some(Join::Inner);
    if !is_page
        || !matches!(node.source, Source::Table(_))
        || matches!(node.link.map(|link| &link.link), Some(Link::Computed { .. }))
        || node.is_grouped()
        || node.children.iter().any(decides)
        || !node.conditions.iter().all(is_own)
    {
        return None;
    }
    let mut needed = Needed::Columns(Vec::new());
    let fields = node.select.iter().map(|select| &select.field);
    for field in fields.chain(node.order.iter().map(|order| &order.field)) {
        match &field.base {
            Base::Column(column) => needed.add(&column.name),
            Base::Star => needed = Needed::All,
            Base::Child(..) => {}
            // A function of the row wants the row itself.
            Base::Computed(_) | Base::Output(_) | Base::Scalar => return None,
        }
    }
    if node.order.iter().any(|order| order.child.is_some()) {
        return None;
    }
    for child in &node.children {
        match &child.link?.link {
            Link::ManyToOne { columns, .. }
            | Link::OneToMany { columns, .. }
            | Link::OneToOne { columns, .. } => {
                columns.iter().for_each(|(own, _)| needed.add(own));
            }
            Link::ManyToMany(junction) => {
                junction.source.iter().for_each(|(own, _)| needed.add(own));
            }
            Link::Computed { .. } => return None,
        }
    }
    Some(needed)
}

/// Whether a condition is about the rows themselves.
fn is_own(condition: &Condition<'_>) -> bool {
    match condition {
        Condition::Filter(field, _) => !matches!(field.base, Base::Child(..)),
        Condition::Tree { nodes, .. } => nodes.iter().all(is_own),
        Condition::Embedded { .. } => false,
    }
}
