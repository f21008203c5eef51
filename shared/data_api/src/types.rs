//! TypeScript for front ends, in the form of `supabase gen types typescript`, so that
//! `createClient<Database>()` knows all relations and functions.

mod calls;
mod helpers;
mod kinds;

use std::fmt::Write as _;

use crate::cache::model::{Column, Link, Model, Relation};
use kinds::Kinds;

const JSON: &str = "export type Json =
  | string
  | number
  | boolean
  | null
  | { [key: string]: Json | undefined }
  | Json[]

export type Database = {
  // Tells supabase-js which features the server has.
  __InternalSupabase: {
    PostgrestVersion: \"13.0\"
  }
";

/// The types of `model` for these profiles: the name that front ends use, and its schema.
pub fn typescript(model: &Model, profiles: &[(String, String)]) -> String {
    let mut out = String::from(JSON);
    for (profile, schema) in profiles {
        Writer { out: &mut out, model, schema, kinds: Kinds { model, profiles } }.schema(profile);
    }
    out.push_str("}\n");
    let default = profiles.first().map_or("public", |(profile, _)| profile);
    out.push_str(&helpers::of_schema(default));
    constants(&mut out, model, profiles);
    out
}

struct Writer<'a> {
    out: &'a mut String,
    model: &'a Model,
    schema: &'a str,
    kinds: Kinds<'a>,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{:depth$}{text}", "", depth = depth * 2);
    }

    /// `name: { … }`, or an empty text if there are no members.
    fn block<T>(&mut self, depth: usize, name: &str, items: &[T], each: impl Fn(&mut Self, &T)) {
        self.line(depth, &format!("{name}: {{"));
        if items.is_empty() {
            self.line(depth + 1, "[_ in never]: never");
        }
        items.iter().for_each(|item| each(self, item));
        self.line(depth, "}");
    }

    fn schema(&mut self, profile: &str) {
        let (model, schema) = (self.model, self.schema);
        let all = sorted(model.relations.get(schema).into_iter().flat_map(|r| r.values()));
        let of_kind = |kinds: &str| -> Vec<&Relation> {
            all.iter().copied().filter(|relation| kinds.contains(relation.kind)).collect()
        };
        self.line(1, &format!("{}: {{", quoted(profile)));
        self.block(2, "Tables", &of_kind("rpf"), |w, relation| w.relation(relation));
        self.block(2, "Views", &of_kind("vm"), |w, relation| w.relation(relation));
        self.functions(&all);
        let enums: Vec<_> = model.enums.iter().filter(|e| e.schema == schema).collect();
        self.block(2, "Enums", &enums, |w, e| {
            w.line(3, &format!("{}: {}", quoted(&e.name), kinds::labels(&e.values)));
        });
        self.block(2, "CompositeTypes", &of_kind("c"), |w, relation| {
            w.line(3, &format!("{}: {{", quoted(&relation.id.name)));
            for column in &relation.columns {
                w.line(4, &format!("{}: {}", quoted(&column.name), w.kinds.value(column, false)));
            }
            w.line(3, "}");
        });
        self.line(1, "}");
    }

    fn relation(&mut self, relation: &Relation) {
        self.line(3, &format!("{}: {{", quoted(&relation.id.name)));
        let mut columns: Vec<&Column> = relation.columns.iter().collect();
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        self.line(4, "Row: {");
        for column in &columns {
            let kind = self.kinds.value(column, column.not_null);
            self.line(5, &format!("{}: {kind}", quoted(&column.name)));
        }
        for computed in self.selectable(relation) {
            let kind = kinds::or_null(self.kinds.named(&computed.kind));
            self.line(5, &format!("{}: {kind}", quoted(&computed.function.name)));
        }
        self.line(4, "}");
        // Every table needs these members, even a foreign table that is only read: without them
        // supabase-js knows nothing of the whole schema.
        let is_table = "rpf".contains(relation.kind);
        for (name, writable) in [("Insert", relation.insertable), ("Update", relation.updatable)] {
            if writable || is_table {
                self.line(4, &format!("{name}: {{"));
                columns.iter().for_each(|column| self.given(column, is_table, name == "Insert"));
                self.line(4, "}");
            }
        }
        self.relationships(relation);
        self.line(3, "}");
    }

    /// A column of a row to be written. Only the table of a view knows which columns are required.
    fn given(&mut self, column: &Column, of_table: bool, inserted: bool) {
        let name = quoted(&column.name);
        if column.generated || !(column.writable || of_table) {
            return self.line(5, &format!("{name}?: never"));
        }
        let required = of_table && inserted && column.not_null && column.default.is_none();
        let mark = if required { "" } else { "?" };
        let kind = self.kinds.value(column, of_table && column.not_null);
        self.line(5, &format!("{name}{mark}: {kind}"));
    }

    fn relationships(&mut self, relation: &Relation) {
        let all = self.model.relationships(&relation.id.schema, &relation.id.name);
        let mut lines = Vec::new();
        for relationship in all {
            let (constraint, columns, one) = match &relationship.link {
                Link::ManyToOne { constraint, columns } => (constraint, columns, false),
                Link::OneToOne { constraint, columns, parent: false } => {
                    (constraint, columns, true)
                }
                _ => continue,
            };
            let list = |names: Vec<&String>| {
                names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
            };
            lines.push((constraint.clone(), format!(
                "          {{\n            foreignKeyName: {constraint:?}\n            columns: \
                 [{}]\n            isOneToOne: {one}\n            referencedRelation: {:?}\n            \
                 referencedColumns: [{}]\n          }},",
                list(columns.iter().map(|(own, _)| own).collect()),
                relationship.foreign.name,
                list(columns.iter().map(|(_, foreign)| foreign).collect()),
            )));
        }
        if lines.is_empty() {
            return self.line(4, "Relationships: []");
        }
        lines.sort();
        self.line(4, "Relationships: [");
        for (_, line) in lines {
            self.out.push_str(&line);
            self.out.push('\n');
        }
        self.line(4, "]");
    }
}

fn sorted<'a>(relations: impl Iterator<Item = &'a Relation>) -> Vec<&'a Relation> {
    let mut all: Vec<&Relation> = relations.collect();
    all.sort_by(|a, b| a.id.name.cmp(&b.id.name));
    all
}

/// The name of a member, quoted if TypeScript requires it.
pub(super) fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty();
    if plain { name.to_owned() } else { format!("{name:?}") }
}

fn constants(out: &mut String, model: &Model, profiles: &[(String, String)]) {
    out.push_str("\nexport const Constants = {\n");
    for (profile, schema) in profiles {
        let _ = writeln!(out, "  {}: {{\n    Enums: {{", quoted(profile));
        for e in model.enums.iter().filter(|e| e.schema == *schema) {
            let labels: Vec<_> = e.values.iter().map(|label| format!("{label:?}")).collect();
            let _ = writeln!(out, "      {}: [{}],", quoted(&e.name), labels.join(", "));
        }
        out.push_str("    },\n  },\n");
    }
    out.push_str("} as const\n");
}
