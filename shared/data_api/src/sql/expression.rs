//! Fields, casts, conditions and sorting.

use super::{LIST, ROOT, Sql, embedded, truth::truth};
use crate::{
    cache::{custom::Computed, model::Column},
    plan::{Base, Cast, Condition, FieldRef, Select},
    query::{Connective, FtsKind, IsValue, JsonKey, JsonStep, Operation, Operator, Quantifier},
};

impl Sql {
    /// A field of the rows called `table`.
    pub(super) fn field(&mut self, table: &str, field: &FieldRef<'_>) {
        let is_json = field.base.is_of(&["json", "jsonb"]);
        match field.path.is_empty() || is_json {
            true => self.base(table, &field.base),
            false => {
                self.push("to_jsonb(");
                self.base(table, &field.base);
                self.push(")");
            }
        }
        self.json_path(&field.path);
    }

    fn base(&mut self, table: &str, base: &Base<'_>) {
        match base {
            Base::Column(column) => self.push(table).push(".").name(&column.name),
            Base::Output(column) => self.push(table).push(".").name(&column.name),
            Base::Computed(Computed { function, .. }) => {
                match self.root_is_result && table == ROOT {
                    true => self.push(table).push(".").name(&function.name),
                    false => self.qualified(function).push("(").row(table).push(")"),
                }
            }
            Base::Star => self.push(table).push(".*"),
            Base::Scalar => self.push(table).push(".pgrst_scalar"),
            Base::Child(number, name) if name == "*" => self.push(&embedded(*number)).push(".*"),
            Base::Child(number, name) => self.push(&embedded(*number)).push(".").name(name),
        };
    }

    fn json_path(&mut self, path: &[JsonStep]) {
        for step in path {
            self.push(if step.as_text { "->>" } else { "->" });
            match &step.key {
                JsonKey::Name(name) => self.bind(name).push("::text"),
                JsonKey::Index(index) => self.bind(index).push("::int"),
            };
        }
    }

    /// A field to return, with its aggregate and casts, under its name.
    pub(super) fn selected(&mut self, table: &str, select: &Select<'_>) {
        self.cast_from(&select.aggregate_cast);
        if let Some(aggregate) = select.aggregate {
            self.push(aggregate.name()).push("(");
        }
        self.cast_from(&select.cast);
        match (&select.field.base, select.aggregate) {
            (Base::Star, Some(_)) => {
                self.push("*");
            }
            _ => match select.formatter {
                Some(formatter) => {
                    self.push(formatter).push("(").field(table, &select.field);
                    self.push(")");
                }
                None => self.field(table, &select.field),
            },
        }
        self.cast_to(&select.cast);
        if select.aggregate.is_some() {
            self.push(")");
        }
        self.cast_to(&select.aggregate_cast);
        if let Some(key) = &select.key {
            self.push(" as ").name(key);
        }
    }

    fn cast_from(&mut self, cast: &Option<Cast>) {
        if cast.is_some() {
            self.push("cast(");
        }
    }

    fn cast_to(&mut self, cast: &Option<Cast>) {
        match cast {
            None => {}
            Some(Cast::Standard(sql)) => {
                self.push(" as ").push(sql).push(")");
            }
            Some(Cast::Named(name)) => {
                self.push(" as ").name(name).push(")");
            }
        }
    }

    /// `where`, if there are conditions.
    pub(super) fn conditions(&mut self, table: &str, conditions: &[Condition<'_>]) {
        if !conditions.is_empty() {
            self.push(" where ");
            self.list(" and ", conditions, |sql, condition| sql.condition(table, condition));
        }
    }

    pub(super) fn condition(&mut self, table: &str, condition: &Condition<'_>) {
        match condition {
            Condition::Filter(field, operation) => self.filter(table, field, operation),
            // An absent to-one row is a null record; an absent list is a null value.
            Condition::Embedded { child, present } => {
                let test =
                    if *present { " is distinct from null" } else { " is not distinct from null" };
                let name = embedded(*child);
                match self.lists.contains(child) {
                    true => self.push(&name).push(".").push(LIST),
                    false => self.row(&name),
                };
                self.push(test);
            }
            Condition::Tree { negated, connective, nodes } => {
                self.push(if *negated { "not (" } else { "(" });
                self.list(word_of(*connective), nodes, |sql, node| sql.condition(table, node))
                    .push(")");
            }
        }
    }

    fn filter(&mut self, table: &str, field: &FieldRef<'_>, operation: &Operation) {
        if operation.negated {
            self.push("not ");
        }
        if let Operator::Fts(kind, configuration, words) = &operation.operator {
            return self.full_text(table, field, *kind, configuration.as_deref(), words);
        }
        self.field(table, field);
        let parser = field.whole_column().and_then(Column::operand);
        match &operation.operator {
            Operator::Binary(operator, quantifier, value) => {
                self.push(" ").push(operator).push(" ");
                if let Some(word) = truth(field, operation) {
                    self.push(word);
                    return;
                }
                let value = match *operator {
                    // `*` stands for `%`, which would have to be escaped in a URL.
                    "like" | "ilike" => value.replace('*', "%"),
                    _ => value.clone(),
                };
                // Patterns are text, whatever they are matched with.
                let parser = parser.filter(|_| !matches!(*operator, "like" | "ilike" | "~" | "~*"));
                match quantifier {
                    Some(Quantifier::Any) => self.push("any").operands(parser, value),
                    Some(Quantifier::All) => self.push("all").operands(parser, value),
                    None => self.operand(parser, value),
                };
            }
            // One array rather than many binds: the statement stays the same for any number.
            Operator::In(values) => {
                self.push(" = any").operands(parser, array_literal(values));
            }
            Operator::Is(value) => {
                self.push(match value {
                    IsValue::Null => " is null",
                    IsValue::NotNull => " is not null",
                    IsValue::True => " is true",
                    IsValue::False => " is false",
                    IsValue::Unknown => " is unknown",
                });
            }
            Operator::IsDistinct(value) => {
                self.push(" is distinct from ").operand(parser, value);
            }
            Operator::Fts(..) => {}
        }
    }

    /// A value to compare with, read by the function that makes a domain of text, if there is one.
    fn operand(&mut self, parser: Option<&str>, value: impl Into<String>) -> &mut Self {
        match parser {
            None => self.bind(value),
            Some(parser) => self.push(parser).push("(").bind(value).push("::text)"),
        }
    }

    /// The same of each of an array.
    fn operands(&mut self, parser: Option<&str>, array: String) -> &mut Self {
        self.push("(");
        match parser {
            None => self.bind(array),
            Some(parser) => {
                self.push("array(select ").push(parser).push("(v) from unnest(").bind(array);
                self.push("::text[]) as v)")
            }
        }
        .push(")")
    }

    fn full_text(
        &mut self,
        table: &str,
        field: &FieldRef<'_>,
        kind: FtsKind,
        configuration: Option<&str>,
        words: &str,
    ) {
        let is_vector = field.base.is_of(&["tsvector"]) && field.path.is_empty();
        match is_vector {
            true => self.field(table, field),
            false => {
                self.push("to_tsvector(");
                self.configuration(configuration);
                self.field(table, field);
                self.push(")");
            }
        }
        self.push(match kind {
            FtsKind::Query => " @@ to_tsquery(",
            FtsKind::Plain => " @@ plainto_tsquery(",
            FtsKind::Phrase => " @@ phraseto_tsquery(",
            FtsKind::Web => " @@ websearch_to_tsquery(",
        });
        self.configuration(configuration);
        self.bind(words).push(")");
    }

    fn configuration(&mut self, configuration: Option<&str>) {
        if let Some(name) = configuration {
            self.bind(name).push("::regconfig, ");
        }
    }

    /// The limit is written out, a number as it is: to a plan for any limit that Postgres could
    /// keep it would prefer a new one each time. Pages are many, so the offset is a bind.
    pub(super) fn limited(&mut self, limit: Option<i64>, offset: i64) {
        if let Some(limit) = limit {
            self.push(" limit ").push(&limit.to_string());
        }
        if offset != 0 {
            self.push(" offset ").bind(offset.to_string());
        }
    }
}

/// What stands between two conditions.
pub(super) fn word_of(connective: Connective) -> &'static str {
    match connective {
        Connective::And => " and ",
        Connective::Or => " or ",
    }
}

/// `{"a","b"}`: an array as Postgres reads it. One empty element means no element.
fn array_literal(values: &[String]) -> String {
    let mut literal = String::from("{");
    if values != [""] {
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                literal.push(',');
            }
            literal.push('"');
            for c in value.chars() {
                if matches!(c, '"' | '\\') {
                    literal.push('\\');
                }
                literal.push(c);
            }
            literal.push('"');
        }
    }
    literal.push('}');
    literal
}
