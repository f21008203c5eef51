//! Types of Postgres in TypeScript, as they look in JSON.

use super::quoted;
use crate::cache::model::{Column, Function, Model};

/// What types are looked up in.
pub(super) struct Kinds<'a> {
    pub(super) model: &'a Model,
    pub(super) profiles: &'a [(String, String)],
}

impl Kinds<'_> {
    /// The type of a column's values.
    pub(super) fn column(&self, column: &Column) -> String {
        self.named(&column.base)
    }

    /// The type that Postgres writes so.
    pub(super) fn named(&self, kind: &str) -> String {
        if let Some(element) = kind.strip_suffix("[]") {
            let element = self.named(element);
            return match element.contains(' ') {
                true => format!("({element})[]"),
                false => format!("{element}[]"),
            };
        }
        let plain = kind.split('(').next().unwrap_or(kind).trim();
        match plain {
            "boolean" => "boolean",
            "smallint" | "integer" | "bigint" | "real" | "double precision" | "numeric" | "oid"
            | "money" => "number",
            "json" | "jsonb" => "Json",
            "void" => "undefined",
            "record" => "Record<string, unknown>",
            "text"
            | "character varying"
            | "character"
            | "\"char\""
            | "name"
            | "uuid"
            | "bytea"
            | "date"
            | "time without time zone"
            | "time with time zone"
            | "time"
            | "timestamp"
            | "timestamp without time zone"
            | "timestamp with time zone"
            | "interval"
            | "citext"
            | "extensions.citext"
            | "public.citext"
            | "xml" => "string",
            other => return self.of_schema(other),
        }
        .to_owned()
    }

    /// Enumerations and row types of an exposed schema; anything else is unknown.
    fn of_schema(&self, kind: &str) -> String {
        let Some((schema, name)) = kind.split_once('.') else { return "unknown".to_owned() };
        let (schema, name) = (schema.trim_matches('"'), name.trim_matches('"'));
        let profile = self.profiles.iter().find(|(_, known)| known == schema);
        let Some((profile, _)) = profile else { return "unknown".to_owned() };
        if self.model.enums.iter().any(|e| e.schema == schema && e.name == name) {
            return format!("Database[{profile:?}][\"Enums\"][{name:?}]");
        }
        match self.model.relation(schema, name).map(|relation| relation.kind) {
            Some('c') => format!("Database[{profile:?}][\"CompositeTypes\"][{name:?}]"),
            Some('v' | 'm') => format!("Database[{profile:?}][\"Views\"][{name:?}][\"Row\"]"),
            Some(_) => format!("Database[{profile:?}][\"Tables\"][{name:?}][\"Row\"]"),
            None => "unknown".to_owned(),
        }
    }

    /// The type of a call's data.
    pub(super) fn returned(&self, function: &Function) -> String {
        let returns = &function.returns;
        let one = match (&returns.relation, returns.columns.as_slice()) {
            (Some(id), _) => match self.model.relation(&id.schema, &id.name) {
                Some(relation) => {
                    let members = relation.columns.iter().map(|column| {
                        let null = if column.not_null { "" } else { " | null" };
                        format!("{}: {}{null}", quoted(&column.name), self.column(column))
                    });
                    format!("{{ {} }}", members.collect::<Vec<_>>().join("; "))
                }
                None => "unknown".to_owned(),
            },
            (None, []) => self.named(&returns.kind),
            (None, columns) => {
                let members = columns.iter().map(|column| {
                    format!("{}: {}", quoted(&column.name), self.named(&column.kind))
                });
                format!("{{ {} }}", members.collect::<Vec<_>>().join("; "))
            }
        };
        match returns.set {
            true if one.contains(" | ") && !one.starts_with('{') => format!("({one})[]"),
            true => format!("{one}[]"),
            false => one,
        }
    }
}

/// The labels of an enumeration as a union.
pub(super) fn labels(values: &[String]) -> String {
    values.iter().map(|label| format!("{label:?}")).collect::<Vec<_>>().join(" | ")
}
