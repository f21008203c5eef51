//! Sorting: by what is selected or not, here or in what is embedded.

use super::{Sql, embedded, rows};
use crate::plan::{Condition, Node, Order, Select, spread};

impl Sql {
    pub(super) fn ordered(&mut self, node: &Node<'_>, table: &str) {
        for (at, term) in node.order.iter().enumerate() {
            self.push(if at == 0 { " order by " } else { ", " });
            match term.child.and_then(|n| node.children.iter().find(|child| child.number == n)) {
                Some(child) if node.is_grouped() && child.spread => self.gained_value(child, term),
                Some(child) if node.is_grouped() => self.related_value(child, table, term),
                // A row that is not shown, for its conditions, is as if it were not related.
                Some(child) => {
                    self.push("case when ").row(&embedded(child.number));
                    self.push(" is distinct from null then ");
                    self.related_value(child, table, term);
                    self.push(" end");
                }
                None => self.field(table, &term.field),
            }
            self.push(match term.descending {
                Some(true) => " desc",
                Some(false) => " asc",
                None => "",
            });
            self.push(match term.nulls_first {
                Some(true) => " nulls first",
                Some(false) => " nulls last",
                None => "",
            });
        }
    }

    /// A field of a spread embedding to sort groups by: the one they were grouped by.
    fn gained_value(&mut self, child: &Node<'_>, term: &Order<'_>) {
        let same = |select: &&Select<'_>| select.field == term.field;
        let select = child.select.iter().find(same);
        self.push(&embedded(child.number)).push(".");
        match (select.map(spread::output), term.field.base.column()) {
            (Some(name), _) => self.name(&name),
            (None, Some((name, _))) => self.name(name),
            (None, None) => self.push("*"),
        };
        if select.is_some_and(|select| select.formatter.is_some()) {
            self.push("::jsonb");
        }
    }

    /// A field of a to-one embedding to sort by, whether or not it is selected there.
    fn related_value(&mut self, child: &Node<'_>, parent: &str, term: &Order<'_>) {
        let table = rows(child.number);
        self.push("(select ");
        self.field(&table, &term.field);
        self.from(child, Some(parent));
        self.link_and_conditions(child, &table, Some(parent), |c| {
            matches!(c, Condition::Filter(..))
        });
        self.push(")");
    }
}
