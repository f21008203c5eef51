//! The TypeScript types of Postgres types, as their values look in JSON.

use super::quoted;
use crate::cache::{
    model::{Column, Function, Model, Qualified, Relation},
    name::identifier,
};

/// The type of a value that can be anything, null included.
const UNKNOWN: &str = "unknown";

/// Where types are looked up.
pub(super) struct Kinds<'a> {
    pub(super) model: &'a Model,
    pub(super) profiles: &'a [(String, String)],
}

impl Kinds<'_> {
    /// The type of a column's values. The labels of an enumeration that is not exposed are written
    /// out.
    fn column(&self, column: &Column) -> String {
        match (self.named(&column.base), &column.labels) {
            (unknown, Some(values)) if unknown == UNKNOWN => labels(values),
            (kind, _) => kind,
        }
    }

    /// The type of a column's values, with or without null. `Json` includes null already.
    pub(super) fn value(&self, column: &Column, not_null: bool) -> String {
        match (self.column(column), not_null) {
            (kind, true) if kind == "Json" => "NonNullable<Json>".to_owned(),
            (kind, true) => kind,
            (kind, false) => or_null(kind),
        }
    }

    /// The type for the name that Postgres writes.
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
            "smallint" | "integer" | "bigint" | "real" | "double precision" | "numeric" => "number",
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
            | "citext"
            | "money"
            | "oid"
            | "xml" => "string",
            interval if interval.split(' ').next() == Some("interval") => "string",
            _ => return self.of_schema(kind),
        }
        .to_owned()
    }

    /// Enumerations and row types of an exposed schema; any other type is unknown, except text
    /// types of extensions.
    fn of_schema(&self, kind: &str) -> String {
        let id = match names(kind).as_slice() {
            [schema, name] => Qualified::new(schema, name),
            _ => return UNKNOWN.to_owned(),
        };
        if matches!(id.name.as_str(), "citext" | "vector") {
            return "string".to_owned();
        }
        let profile = self.profiles.iter().find(|(_, known)| *known == id.schema);
        let Some((profile, _)) = profile else { return UNKNOWN.to_owned() };
        if self.model.enums.iter().any(|e| e.schema == id.schema && e.name == id.name) {
            return format!("Database[{profile:?}][\"Enums\"][{:?}]", id.name);
        }
        match self.model.relation(&id.schema, &id.name).map(|relation| relation.kind) {
            Some('c') => format!("Database[{profile:?}][\"CompositeTypes\"][{:?}]", id.name),
            Some('v' | 'm') => format!("Database[{profile:?}][\"Views\"][{:?}][\"Row\"]", id.name),
            Some(_) => format!("Database[{profile:?}][\"Tables\"][{:?}][\"Row\"]", id.name),
            None => UNKNOWN.to_owned(),
        }
    }

    /// The type of a relation's rows, as functions take them.
    pub(super) fn row(&self, id: &Qualified) -> String {
        self.of_schema(&format!("{}.{}", identifier(&id.schema), identifier(&id.name)))
    }

    /// Whether a function returns at most one row of a relation, though it is declared as a set.
    /// `SetofOptions` says that such a call still returns a list.
    pub(super) fn is_one_row(&self, function: &Function) -> bool {
        function.returns.set && function.returns.single && self.leads_to(function).is_some()
    }

    /// The relation whose rows a function returns, if a request can name it.
    pub(super) fn leads_to<'f>(&self, function: &'f Function) -> Option<&'f str> {
        let id = function.returns.relation.as_ref()?;
        let known = self.model.resource(&id.schema, &id.name).is_some();
        (known && id.schema == function.id.schema).then_some(id.name.as_str())
    }

    /// The columns of a relation's rows.
    pub(super) fn members(&self, relation: &Relation) -> String {
        let members = relation.columns.iter().map(|column| {
            format!("{}: {}", quoted(&column.name), self.value(column, column.not_null))
        });
        format!("{{ {} }}", members.collect::<Vec<_>>().join("; "))
    }

    /// The type of a call's data.
    pub(super) fn returned(&self, function: &Function) -> String {
        let returns = &function.returns;
        let one = match (&returns.relation, returns.columns.as_slice()) {
            (Some(id), _) => match self.model.relation(&id.schema, &id.name) {
                Some(relation) => self.members(relation),
                None => UNKNOWN.to_owned(),
            },
            (None, []) => self.named(&returns.kind),
            (None, columns) => {
                let members = columns.iter().map(|column| {
                    format!("{}: {}", quoted(&column.name), self.named(&column.kind))
                });
                format!("{{ {} }}", members.collect::<Vec<_>>().join("; "))
            }
        };
        match returns.set && !self.is_one_row(function) {
            true if one.contains(" | ") && !one.starts_with('{') => format!("({one})[]"),
            true => format!("{one}[]"),
            false => one,
        }
    }
}

/// The same type, or null.
pub(super) fn or_null(kind: String) -> String {
    if kind == UNKNOWN { kind } else { kind + " | null" }
}

/// The two names in `schema.name`, quoted or not; the rest of the text does not count.
fn names(kind: &str) -> Vec<String> {
    let (mut names, mut name) = (Vec::new(), String::new());
    let (mut quoted, mut previous) = (false, '.');
    for c in kind.chars() {
        match c {
            '"' => {
                // Within quotes, two quotes mean one: the second one opens the quotes again.
                if !quoted && previous == '"' {
                    name.push('"');
                }
                quoted = !quoted;
            }
            '.' if !quoted => names.push(std::mem::take(&mut name)),
            '(' if !quoted => break,
            c => name.push(c),
        }
        previous = c;
    }
    names.push(name);
    names
}

/// The labels of an enumeration as a union.
pub(super) fn labels(values: &[String]) -> String {
    values.iter().map(|label| format!("{label:?}")).collect::<Vec<_>>().join(" | ")
}
