//! Reading: one `select` per level, embeddings as lateral joins.

use super::{LIST, ROOT, Sql, bounded::Form, embedded, expression::word_of, rows};
use crate::{
    cache::model::{ColumnPairs, Link},
    plan::{Condition, Node, Source, spread},
    query::Join,
};

/// The name of what a write returned, or a function.
pub(super) const RESULT: &str = "pgrst_source";

impl Sql {
    /// The rows of a node, with its embeddings.
    pub(super) fn read(&mut self, node: &Node<'_>, parent: Option<&str>) {
        let table = rows(node.number);
        self.push("select ");
        self.outputs(node, &table);
        if self.page(node, &table, parent) {
            node.children.iter().for_each(|child| self.join(child, &table));
            self.ordered(node, &table);
            return;
        }
        self.from(node, parent);
        for child in &node.children {
            self.join(child, &table);
        }
        let word = self.link_and_conditions(node, &table, parent, |_| true);
        self.of_the_page(node, &table, parent, word);
        self.grouped(node, &table);
        self.ordered(node, &table);
        self.limited(node.range.limit, node.range.offset);
    }

    fn outputs(&mut self, node: &Node<'_>, table: &str) {
        let mut first = true;
        for select in &node.select {
            self.comma(&mut first);
            self.selected(table, select);
        }
        for child in node.children.iter().filter(|child| !child.spread && !child.is_empty()) {
            self.comma(&mut first);
            self.embedding(child, node.is_grouped());
        }
        if first && node.link.is_some() {
            // Nothing is asked for but whether there are rows.
            self.push("1 as pgrst_row");
        }
    }

    fn comma(&mut self, first: &mut bool) {
        if !std::mem::take(first) {
            self.push(", ");
        }
    }

    /// An embedding as one JSON value. Grouping needs a type that can be compared.
    fn embedding(&mut self, child: &Node<'_>, grouped: bool) {
        let name = embedded(child.number);
        match child.is_to_one() {
            true => self.push("row_to_json(").push(&name).push(".*)"),
            false => self.push("coalesce(").push(&name).push(".").push(LIST).push(", '[]')"),
        };
        self.push(if grouped { "::jsonb as " } else { " as " }).name(&child.key);
    }

    pub(super) fn from(&mut self, node: &Node<'_>, parent: Option<&str>) {
        let table = rows(node.number);
        self.push(" from ");
        match (node.link.map(|link| &link.link), node.source) {
            (Some(Link::Computed { function, .. }), _) => {
                let origin = node.link.map(|link| &link.table);
                self.qualified(function).push("(");
                self.row_of(parent.unwrap_or_default());
                if let Some(origin) = origin {
                    self.push("::").qualified(origin);
                }
                self.push(")");
            }
            (_, Source::Table(id)) => {
                self.qualified(id);
            }
            (_, Source::Result) => {
                self.push(RESULT);
            }
        }
        self.push(" as ").push(&table);
        if let Some(Link::ManyToMany(junction)) = node.link.map(|link| &link.link) {
            self.push(", ").qualified(&junction.table).push(" as ").push(&junction_rows(node));
        }
    }

    /// The row that a function is given: of a relation the row itself, of a result one made of
    /// its columns, because there may be more of them there.
    fn row_of(&mut self, parent: &str) {
        let columns = std::mem::take(&mut self.root_columns);
        if self.root_is_result && parent == ROOT && !columns.is_empty() {
            self.push("row(");
            self.list(", ", &columns, |sql, column| {
                sql.push(parent).push(".").name(column);
            });
            self.push(")");
        } else {
            self.push("(").row(parent).push(")");
        }
        self.root_columns = columns;
    }

    /// A child as a lateral join: a row, or all rows as one list.
    fn join(&mut self, child: &Node<'_>, table: &str) {
        let name = embedded(child.number);
        let inner = child.join == Some(Join::Inner);
        self.push(if inner { " inner join lateral (" } else { " left join lateral (" });
        if child.is_to_one() {
            self.read(child, Some(table));
            self.push(") as ").push(&name).push(" on true");
            return;
        }
        self.lists.push(child.number);
        let list = format!("{name}l");
        self.push("select ");
        if child.spread {
            for (at, output) in spread::outputs(child).iter().enumerate() {
                self.push(if at > 0 { ", " } else { "" });
                self.push("coalesce(json_agg(").push(&list).push(".").name(output);
                self.push("), '[]') as ").name(output);
            }
            self.push(if spread::outputs(child).is_empty() { "" } else { ", " });
            self.push("nullif(count(*), 0)");
        } else if let Some(most) = self.bounds(child) {
            self.push("json_agg(").push(&list).push(".pgrst_row) as ").push(LIST).push(" from ");
            self.bounded(most, &list, Form::Json, |sql| sql.read(child, Some(table)));
            self.joined(child, &name);
            return;
        } else {
            self.push("json_agg(").row(&list).push(")");
        }
        self.push(" as ").push(LIST).push(" from (");
        self.read(child, Some(table));
        self.push(") as ").push(&list);
        self.joined(child, &name);
    }

    /// The end of a lateral join of a list.
    fn joined(&mut self, child: &Node<'_>, name: &str) {
        let inner = child.join == Some(Join::Inner);
        self.push(") as ").push(name).push(" on ");
        match inner {
            true => self.push(name).push(".").push(LIST).push(" is not null"),
            false => self.push("true"),
        };
    }

    /// `where`: how a node hangs on its parent, and what must hold of it. Returns the word that one
    /// more condition begins with.
    pub(super) fn link_and_conditions(
        &mut self,
        node: &Node<'_>,
        table: &str,
        parent: Option<&str>,
        kept: impl Fn(&Condition<'_>) -> bool,
    ) -> &'static str {
        let mut word = " where ";
        for (left, own, right, other) in link_pairs(node, table, parent.unwrap_or_default()) {
            self.push(word).push(&left).push(".").name(own).push(" = ");
            self.push(&right).push(".").name(other);
            word = " and ";
        }
        for condition in node.conditions.iter().filter(|condition| kept(condition)) {
            self.push(word);
            self.condition(table, condition);
            word = " and ";
        }
        word
    }

    /// Rows are grouped by everything that is selected beside the aggregates, by position.
    fn grouped(&mut self, node: &Node<'_>, table: &str) {
        if !node.is_grouped() {
            return;
        }
        let own = node.select.iter().map(Some);
        let embedded = node.children.iter().filter(|child| !child.spread && !child.is_empty());
        let mut word = " group by ";
        for (select, at) in own.chain(embedded.map(|_| None)).zip(1..) {
            match select {
                Some(select) if select.aggregate.is_some() => continue,
                // What its function makes of a value is JSON, which cannot be compared.
                Some(select) if select.formatter.is_some() => {
                    self.push(word).field(table, &select.field);
                }
                _ => drop(self.push(word).push(&i32::to_string(&at))),
            }
            word = ", ";
        }
    }

    /// A row for each row of the node, whatever the page: what is counted.
    pub(super) fn counted(&mut self, node: &Node<'_>, parent: Option<&str>) {
        let table = rows(node.number);
        self.push("select 1");
        self.from(node, parent);
        let mut word = " where ";
        for (left, own, right, other) in link_pairs(node, &table, parent.unwrap_or_default()) {
            self.push(word).push(&left).push(".").name(own).push(" = ");
            self.push(&right).push(".").name(other);
            word = " and ";
        }
        for condition in &node.conditions {
            self.push(word);
            self.counted_condition(node, &table, condition);
            word = " and ";
        }
        for child in node.children.iter().filter(|child| child.join == Some(Join::Inner)) {
            self.push(word).push("exists (");
            self.counted(child, Some(&table));
            self.push(")");
            word = " and ";
        }
    }

    fn counted_condition(&mut self, node: &Node<'_>, table: &str, condition: &Condition<'_>) {
        match condition {
            Condition::Embedded { child, present } => {
                let found = node.children.iter().find(|other| other.number == *child);
                self.push(if *present { "exists (" } else { "not exists (" });
                match found {
                    Some(child) => self.counted(child, Some(table)),
                    None => drop(self.push("select 1")),
                }
                self.push(")");
            }
            Condition::Tree { negated, connective, nodes } => {
                self.push(if *negated { "not (" } else { "(" });
                self.list(word_of(*connective), nodes, |sql, inner| {
                    sql.counted_condition(node, table, inner)
                });
                self.push(")");
            }
            Condition::Filter(..) => self.condition(table, condition),
        }
    }
}

fn junction_rows(node: &Node<'_>) -> String {
    format!("j{}", node.number)
}

/// The equations between a node and its parent: table, column, table, column.
fn link_pairs<'a>(
    node: &'a Node<'_>,
    table: &str,
    parent: &str,
) -> Vec<(String, &'a str, String, &'a str)> {
    let pairs = |columns: &'a ColumnPairs, left: &str, right: &str| {
        let equation = |(right_column, left_column): &'a (String, String)| {
            (left.to_owned(), left_column.as_str(), right.to_owned(), right_column.as_str())
        };
        columns.iter().map(equation).collect::<Vec<_>>()
    };
    match node.link.map(|link| &link.link) {
        None | Some(Link::Computed { .. }) => Vec::new(),
        Some(
            Link::ManyToOne { columns, .. }
            | Link::OneToMany { columns, .. }
            | Link::OneToOne { columns, .. },
        ) => pairs(columns, table, parent),
        Some(Link::ManyToMany(junction)) => {
            let between = junction_rows(node);
            let mut all = pairs(&junction.source, &between, parent);
            all.extend(pairs(&junction.target, &between, table));
            all
        }
    }
}
