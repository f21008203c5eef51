//! What is made of the rows of a page: the columns of the one row that comes back.

use super::{Before, Output, Sql, Statement, bounded::Form, read::RESULT};
use crate::{
    cache::model::Link,
    plan::{Condition, Node, Shape},
};

impl Sql {
    pub(super) fn total(&mut self, parts: &Statement<'_, '_>) {
        match (&parts.before, parts.counted) {
            (_, false) => drop(self.push("null::bigint")),
            (Before::Write(..), true) => {
                self.push("(select count(*) from ").push(RESULT).push(")");
            }
            (_, true) => {
                let known = parts.count_limit.is_none() && counts_itself(parts.node);
                if known {
                    self.known_total(parts.node.range.limit, parts.node.range.offset);
                }
                self.push("(select count(*) from (");
                self.counted(parts.node, None);
                self.limited(parts.count_limit, 0);
                self.push(if known { ") as counted) end" } else { ") as counted)" });
            }
        }
    }

    /// A page that is not full is the last one, so its end is the total. Postgres runs the
    /// subquery that follows `else` only if it comes to it.
    fn known_total(&mut self, limit: Option<i64>, offset: i64) {
        self.push("case when count(*) > 0");
        if let Some(limit) = limit {
            self.push(" and count(*) < ").push(&limit.to_string());
        }
        self.push(" then count(*) + ").push(&offset.to_string()).push(" else ");
    }

    /// How many bytes the page may have, and as what its rows are measured, if it is bounded: where
    /// it is rows that are returned.
    pub(super) fn bounded_page(&self, parts: &Statement<'_, '_>) -> Option<(i64, Form)> {
        let form = match parts.output {
            Output::List | Output::Object => Form::Json,
            Output::Csv | Output::GeoJson | Output::Handled => Form::Record,
            Output::Nothing | Output::Scalar | Output::Scalars | Output::Raw => return None,
        };
        let written = matches!(parts.before, Before::Write(..));
        let most = self.bounds(parts.node).filter(|_| parts.returned || !written)?;
        Some((most, form))
    }

    pub(super) fn body(&mut self, parts: &Statement<'_, '_>) {
        let row = if self.bounded_page(parts).is_some() { "_t.pgrst_row" } else { "_t.*" };
        let (open, close) = match parts.strip_nulls {
            true => ("json_strip_nulls(", ")"),
            false => ("", ""),
        };
        match parts.output {
            Output::Nothing => self.push("''::text"),
            Output::List => {
                self.push("coalesce(").push(open).push("json_agg(").push(row).push(")");
                self.push(close).push(", '[]')")
            }
            Output::Object => {
                self.push("coalesce(").push(open).push("json_agg(").push(row).push(") -> 0");
                self.push(close);
                self.push(", 'null')")
            }
            Output::Scalar => {
                self.push("coalesce(").push(open).push("json_agg(_t.pgrst_scalar) -> 0");
                self.push(close).push(", 'null')")
            }
            Output::Scalars => {
                self.push("coalesce(").push(open).push("json_agg(_t.pgrst_scalar)").push(close);
                self.push(", '[]')")
            }
            Output::Raw => self.push("(array_agg(_t.pgrst_scalar))[1]"),
            Output::Handled => self.handled(parts, row),
            Output::GeoJson => {
                self.push("json_build_object('type', 'FeatureCollection', 'features', ");
                self.push("coalesce(json_agg(ST_AsGeoJSON(").push(row).push(")::json), '[]'))")
            }
            Output::Csv => {
                self.push("(select coalesce(string_agg(h.key, ','), '') from (select ");
                self.push("json_object_keys(r.row) as key from (select row_to_json(p.*) as row ");
                self.push("from pgrst_page as p limit 1) as r) as h) || e'\\n' || ");
                self.push("coalesce(string_agg(substring((").push(row).push(")::text, 2, length((");
                self.push(row).push(")::text) - 2), e'\\n'), '')")
            }
        };
    }

    fn handled(&mut self, parts: &Statement<'_, '_>, row: &str) -> &mut Self {
        let Some(handler) = parts.handler else { return self.push("null::text") };
        self.qualified(&handler.function).push("(");
        match (&handler.relation, parts.node.shape) {
            (Some(relation), _) => self.push("(_t.*)::").qualified(relation),
            (None, Shape::Scalar) => self.push("_t.pgrst_scalar"),
            (None, _) => self.push(row),
        }
        .push(")")
    }

    /// The key of the row that was created, as a JSON array.
    pub(super) fn key(&mut self, key: &[String]) {
        if key.is_empty() {
            self.push("null::text");
            return;
        }
        self.push("(select json_build_array(");
        self.list(", ", key, |sql, column| {
            sql.push("r.").name(column).push("::text");
        });
        self.push(")::text from ").push(RESULT).push(" as r limit 1)");
    }
}

/// Whether a page has exactly the rows that are counted: nothing groups them, and no embedding
/// hides or repeats them.
fn counts_itself(node: &Node<'_>) -> bool {
    let own = |condition: &Condition<'_>| matches!(condition, Condition::Filter(..));
    !node.is_grouped() && node.conditions.iter().all(own) && node.children.iter().all(keeps_rows)
}

/// Whether a row has one row beside it when this embedding is joined. A list always is one; what
/// leads to a view may be several, because a view can show one key many times.
fn keeps_rows(child: &Node<'_>) -> bool {
    let one = match child.link.map(|link| (&link.link, link.foreign_is_view)) {
        Some((Link::ManyToOne { .. } | Link::OneToOne { .. }, is_view)) => !is_view,
        Some((Link::Computed { .. }, _)) | None => false,
        Some((Link::OneToMany { .. } | Link::ManyToMany(_), _)) => return child.join.is_none(),
    };
    one && child.join.is_none() && child.children.iter().all(keeps_rows)
}
