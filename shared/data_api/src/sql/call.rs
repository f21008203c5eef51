//! Calling a function.

use super::Sql;
use crate::plan::{Arguments, Call};

/// What a function returned, within its statement.
pub(super) const CALL: &str = "pgrst_call";

impl Sql {
    /// The call, as rows. `computed` are functions of the row that are read afterwards.
    pub(super) fn call(&mut self, call: &Call<'_>, computed: &[crate::cache::model::Qualified]) {
        let scalar = !call.function.returns.composite;
        self.push("select ");
        match scalar {
            true => self.push(CALL).push(".pgrst_scalar"),
            false => self.push(CALL).push(".*"),
        };
        for function in computed {
            self.push(", ").qualified(function).push("(").row(CALL).push(") as ");
            self.name(&function.name);
        }
        self.push(" from ");
        if let Arguments::Json(parameters, body) = &call.arguments {
            // Of a list of arguments the first counts, as for PostgREST.
            let first = if body.trim_start().starts_with('[') { " -> 0" } else { "" };
            self.push("(select ").bind(body).push("::json").push(first);
            self.push(" as data) as pgrst_payload, ");
            self.push("lateral (select * from json_to_record(pgrst_payload.data) as _(");
            self.list(", ", parameters, |sql, p| {
                sql.name(&p.name).push(" ").push(&p.kind);
            });
            self.push(")) as pgrst_body, lateral ");
        }
        if scalar {
            self.push("(select ");
        }
        self.qualified(&call.function.id).push("(");
        self.arguments(&call.arguments);
        self.push(")");
        match scalar {
            true => self.push(" as pgrst_scalar) as ").push(CALL),
            false => self.push(" as ").push(CALL),
        };
    }

    fn arguments(&mut self, arguments: &Arguments<'_>) {
        match arguments {
            Arguments::None => {}
            Arguments::Whole(parameter, body) => {
                self.bind(body).push("::").push(&parameter.kind);
            }
            Arguments::Json(parameters, _) => {
                self.list(", ", parameters, |sql, parameter| {
                    sql.push(if parameter.variadic { "variadic " } else { "" });
                    sql.name(&parameter.name).push(" := pgrst_body.").name(&parameter.name);
                });
            }
            Arguments::Texts(given) => {
                self.list(", ", given, |sql, (parameter, values)| {
                    sql.push(if parameter.variadic { "variadic " } else { "" });
                    sql.name(&parameter.name).push(" := ");
                    if parameter.variadic {
                        sql.push("array[");
                        sql.list(", ", values, |sql, value| {
                            sql.bind(value);
                        });
                        sql.push("]::").push(&parameter.kind);
                    } else {
                        let value = values.last().map(String::as_str).unwrap_or_default();
                        sql.bind(value).push("::").push(&parameter.kind);
                    }
                });
            }
        }
    }
}
