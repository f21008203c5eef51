//! Writing: rows from one JSON text, whatever their number.

use super::Sql;
use crate::{
    cache::model::Column,
    plan::{Mutation, Write},
    request::{Body, Conflict},
};

/// The table that is written to, within its statement.
const TARGET: &str = "pgrst_target";
/// The rows of the body.
const BODY: &str = "pgrst_body";

/// What a write hands on to be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Returning {
    /// Columns of the relation; all of them if it holds `*`.
    pub(super) columns: Vec<String>,
    /// Functions of the row, which can only be called where the row still is one.
    pub(super) computed: Vec<crate::cache::model::Qualified>,
}

impl Sql {
    /// The whole write.
    pub(super) fn write(&mut self, write: &Write<'_>, body: &Body, returning: &Returning) {
        match &write.mutation {
            Mutation::Insert { columns, conflict, defaults, checked } => {
                self.push("insert into ").qualified(&write.relation.id).push(" as ").push(TARGET);
                if !columns.is_empty() {
                    self.push(" (");
                    self.list(", ", columns, |sql, column| {
                        sql.name(&column.name);
                    });
                    self.push(")");
                }
                self.push(" select ");
                self.body_columns(columns);
                self.body_rows(body, columns, *defaults);
                if *checked {
                    self.conditions(BODY, &write.conditions);
                }
                self.on_conflict(conflict, columns);
            }
            Mutation::Update { columns, .. } if columns.is_empty() => {
                // Nothing to set is not valid SQL, and changes nothing.
                self.push("select ");
                self.returned(returning);
                self.push(" from ").qualified(&write.relation.id).push(" as ").push(TARGET);
                self.push(" where false");
                return;
            }
            Mutation::Update { columns, defaults } => {
                self.push("update ").qualified(&write.relation.id).push(" as ").push(TARGET);
                self.push(" set ");
                self.list(", ", columns, |sql, column| {
                    sql.name(&column.name).push(" = ").push(BODY).push(".").name(&column.name);
                });
                self.body_rows(body, columns, *defaults);
                self.conditions(TARGET, &write.conditions);
            }
            Mutation::Delete => {
                self.push("delete from ").qualified(&write.relation.id).push(" as ").push(TARGET);
                self.conditions(TARGET, &write.conditions);
            }
        }
        self.push(" returning ");
        self.returned(returning);
    }

    fn returned(&mut self, returning: &Returning) {
        if returning.columns.is_empty() && returning.computed.is_empty() {
            self.push("1 as pgrst_row");
            return;
        }
        let separator = if returning.columns.is_empty() { "" } else { ", " };
        self.list(", ", &returning.columns, |sql, column| {
            sql.push(TARGET).push(".");
            match column.as_str() {
                "*" => sql.push("*"),
                name => sql.name(name),
            };
        });
        for (at, function) in returning.computed.iter().enumerate() {
            self.push(if at == 0 { separator } else { ", " });
            self.qualified(function).push("(").row(TARGET).push(") as ").name(&function.name);
        }
    }

    fn body_columns(&mut self, columns: &[&Column]) {
        self.list(", ", columns, |sql, column| {
            sql.push(BODY).push(".").name(&column.name);
        });
    }

    /// `from` the body: its objects as rows of the columns' types.
    fn body_rows(&mut self, body: &Body, columns: &[&Column], defaults: bool) {
        let kind = if defaults { "::jsonb" } else { "::json" };
        self.push(" from (select ").bind(&body.text).push(kind).push(" as data) as pgrst_payload");
        let rows = match (defaults, body.is_object) {
            (false, _) => "pgrst_payload.data",
            (true, true) => {
                self.push(", lateral (select ");
                self.default_members(columns);
                self.push(" || pgrst_payload.data as data) as pgrst_defaults");
                "pgrst_defaults.data"
            }
            (true, false) => {
                self.push(", lateral (select jsonb_agg(");
                self.default_members(columns);
                self.push(
                    " || element) as data from jsonb_array_elements(pgrst_payload.data) as \
                     element) as pgrst_defaults",
                );
                "pgrst_defaults.data"
            }
        };
        let prefix = if defaults { "jsonb" } else { "json" };
        self.push(", lateral (select ");
        self.list(", ", columns, |sql, column| {
            match column.input() {
                Some(input) => sql.push(input).push("(").name(&column.name).push(") as "),
                None => sql,
            }
            .name(&column.name);
        });
        self.push(" from ");
        match (columns.is_empty(), body.is_object) {
            (true, true) => drop(self.push("(values (1)) as _")),
            (true, false) => {
                self.push(prefix).push("_array_elements(").push(rows).push(") as _");
            }
            (false, is_object) => {
                let function = if is_object { "_to_record(" } else { "_to_recordset(" };
                self.push(prefix).push(function).push(rows).push(") as _(");
                self.list(", ", columns, |sql, column| {
                    // The type is the catalog's own spelling, not the request's.
                    let kind = column.input().map_or(column.kind.as_str(), |_| "json");
                    sql.name(&column.name).push(" ").push(kind);
                });
                self.push(")");
            }
        }
        self.push(") as ").push(BODY);
    }

    /// The defaults as one object. A function takes a hundred arguments at most.
    fn default_members(&mut self, columns: &[&Column]) {
        let with_default: Vec<_> = columns
            .iter()
            .filter_map(|column| Some((column, column.default.as_deref()?)))
            .collect();
        self.push("'{}'::jsonb");
        for members in with_default.chunks(50) {
            self.push(" || jsonb_build_object(");
            self.list(", ", members, |sql, (column, default)| {
                sql.bind(&column.name).push("::text, ");
                match (column.input(), column.output()) {
                    // What is read from a form of its own has to be in it.
                    (Some(_), Some(output)) => {
                        sql.push(output).push("((").push(default).push(")::").push(&column.kind);
                        sql.push(")")
                    }
                    _ => sql.push(default),
                };
            });
            self.push(")");
        }
    }

    fn on_conflict(&mut self, conflict: &Option<(Conflict, Vec<&str>)>, columns: &[&Column]) {
        let Some((conflict, keys)) = conflict else { return };
        if keys.is_empty() {
            return;
        }
        self.push(" on conflict (");
        self.list(", ", keys, |sql, key| {
            sql.name(key);
        });
        self.push(")");
        if *conflict == Conflict::Ignore || columns.is_empty() {
            self.push(" do nothing");
            return;
        }
        self.push(" do update set ");
        self.list(", ", columns, |sql, column| {
            sql.name(&column.name).push(" = excluded.").name(&column.name);
        });
        // Counts the rows that were there: if all were, nothing was created.
        self.push(
            " where set_config('pgrst.merged', (coalesce(nullif(current_setting('pgrst.merged', \
             true), ''), '0')::int + 1)::text, true) <> '0'",
        );
    }
}
