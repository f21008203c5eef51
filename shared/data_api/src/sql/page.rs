//! Which rows a page has, decided before anything is embedded in them or asked for each of them.
//!
//! Postgres sorts after it joins: of a sorted page with embeddings it would build the embeddings of
//! all rows, and keep twenty. So it is with a view that asks something for each of its rows. Of a
//! statement that wants nothing but keys Postgres removes such joins, so the keys come first.

use super::Sql;
use crate::{
    cache::model::Link,
    plan::{Base, Condition, FieldRef, Node, Shape, Source},
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
        let word = self.link_and_conditions(node, table, parent, |_| true);
        self.of_the_page(node, table, parent, word);
        self.ordered(node, table);
        self.limited(node.range.limit, node.range.offset);
        self.push(") as ").push(table);
        true
    }

    /// One more condition, which every row of the page fulfils: that its key is one of the first.
    /// It changes no answer, not even where a key occurs twice, as the page is cut afterwards.
    pub(super) fn of_the_page(
        &mut self,
        node: &Node<'_>,
        table: &str,
        parent: Option<&str>,
        word: &str,
    ) {
        let Some((key, limit)) = key_of_page(node) else { return };
        let names = |sql: &mut Self| {
            sql.list(", ", key, |sql, column| {
                sql.push(table).push(".").name(column);
            });
        };
        self.push(word).push("(");
        names(self);
        self.push(") in (select ");
        names(self);
        self.from(node, parent);
        self.link_and_conditions(node, table, parent, |_| true);
        self.ordered(node, table);
        match node.range.offset {
            0 => self.limited(Some(limit), 0),
            offset => drop(self.push(" limit ").bind(limit.saturating_add(offset).to_string())),
        }
        self.push(")");
    }
}

/// The key by which the rows of a page are found first, and how many rows it has. Only what the
/// request uses of the view: the caller may not be allowed other columns.
fn key_of_page<'m>(node: &Node<'m>) -> Option<(&'m [String], i64)> {
    let Shape::Relation(relation) = node.shape else { return None };
    let is_plain = |field: &FieldRef<'_>| matches!(field.base, Base::Column(_));
    let is_used = |key: &String| {
        node.select.iter().any(|select| match &select.field.base {
            Base::Column(column) => column.name == *key,
            base => matches!(base, Base::Star),
        })
    };
    let fits = matches!(node.source, Source::Table(_))
        && !relation.page_key.is_empty()
        && !node.is_grouped()
        && !matches!(node.link.map(|link| &link.link), Some(Link::Computed { .. }))
        && !node.order.is_empty()
        && node.order.iter().all(|order| order.child.is_none() && is_plain(&order.field))
        && !node.children.iter().any(decides)
        && node.conditions.iter().all(is_own)
        && relation.page_key.iter().all(is_used);
    fits.then_some((relation.page_key.as_slice(), node.range.limit?))
}

/// Whether an embedding decides which rows there are.
fn decides(child: &Node<'_>) -> bool {
    child.join == Some(Join::Inner)
}

/// The columns that are needed of the rows, if neither their order nor their number depends on
/// what is embedded. Only columns that the request uses: the caller may not be allowed others.
fn needed(node: &Node<'_>) -> Option<Needed> {
    let is_page = node.range.limit.is_some() && !node.children.is_empty();
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
