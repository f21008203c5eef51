//! The words of a request. A value that the caller wrote may be repeated in an error.

use serde_json::Value;

use crate::cache::model::{Qualified, Relation};

/// What a request says, to find the field of a value that the database does not understand, and
/// what its relation calls what the database calls otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Words<'r> {
    query: &'r str,
    body: &'r [u8],
    relation: Option<&'r Relation>,
}

impl<'r> Words<'r> {
    /// The words of a query string and a body.
    pub fn new(query: &'r str, body: &'r [u8]) -> Self {
        Self { query, body, relation: None }
    }

    /// The same of a request to a relation.
    pub fn to(self, relation: Option<&'r Relation>) -> Self {
        Self { relation, ..self }
    }

    /// What the caller calls a column of a table: the name it has in the relation that was asked
    /// for, or else its own name, if the caller has used that (as `p_name` of a function). Who
    /// has done neither knows no such word.
    pub fn name_of(&self, schema: &str, table: &str, column: &str) -> Option<String> {
        if let Some(relation) = self.relation {
            let table = Qualified::new(schema, table);
            return match relation.id == table {
                true => Some(column.to_owned()),
                false => relation.name_of(&table, column).map(str::to_owned),
            };
        }
        let parameter = format!("p_{column}");
        self.fields().into_iter().find(|field| *field == column || *field == parameter)
    }

    /// The fields that the caller has given.
    fn fields(&self) -> Vec<String> {
        let pairs = form_urlencoded::parse(self.query.as_bytes());
        let mut fields: Vec<String> = pairs.map(|(field, _)| field.into_owned()).collect();
        if let Ok(Value::Object(body)) = serde_json::from_slice(self.body) {
            fields.extend(body.into_iter().map(|(field, _)| field));
        }
        fields
    }

    /// The field for which the caller gave this value. A value that the caller did not give may
    /// belong to somebody else.
    pub fn field_of(&self, value: &str) -> Option<String> {
        let in_body = || field_within(&serde_json::from_slice(self.body).ok()?, value);
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        let in_query = pairs.find(|(_, written)| gives(written, value));
        in_query.map(|(field, _)| field.into_owned()).or_else(in_body)
    }
}

/// Whether a filter such as `eq.x` or `in.(x,y)`, or the argument `x`, contains the value.
fn gives(written: &str, value: &str) -> bool {
    let after_operator = written.split_once('.').map_or(written, |(_, value)| value);
    let mut listed = after_operator.split(|letter| "(),\"{}".contains(letter));
    written == value
        || after_operator == value
        || !value.is_empty() && listed.any(|word| word == value)
}

fn field_within(json: &Value, value: &str) -> Option<String> {
    match json {
        Value::Array(items) => items.iter().find_map(|item| field_within(item, value)),
        Value::Object(fields) => fields.iter().find_map(|(field, written)| match written {
            Value::String(text) => (text == value).then(|| field.clone()),
            Value::Number(number) => (number.to_string() == value).then(|| field.clone()),
            Value::Bool(truth) => (truth.to_string() == value).then(|| field.clone()),
            Value::Array(items) if items.iter().any(|item| item.as_str() == Some(value)) => {
                Some(field.clone())
            }
            other => field_within(other, value),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Qualified, Relation, Words};
    use crate::cache::model::Column;

    #[test]
    fn a_value_is_found_where_its_caller_gave_it() {
        let body = br#"[{"id": "x y", "count": 7, "more": {"deep": ["a"]}, "is": true}]"#;
        let words = Words::new("slug=eq.b&price=in.(1,\"z\")&p_day=8&empty=eq.", body);
        for (value, field) in [
            ("x y", Some("id")),
            ("7", Some("count")),
            ("a", Some("deep")),
            ("true", Some("is")),
            ("b", Some("slug")),
            ("z", Some("price")),
            ("8", Some("p_day")),
            ("", Some("empty")),
            ("another's", None),
        ] {
            assert_eq!(words.field_of(value).as_deref(), field, "{value}");
        }
    }

    #[test]
    fn a_column_is_called_as_its_caller_calls_it_or_not_at_all() {
        let words = Words::new("starts=now", br#"{"p_price_minor": -1}"#);
        let name = |words: &Words<'_>, column| words.name_of("core", "thing", column);
        assert_eq!(name(&words, "price_minor").as_deref(), Some("p_price_minor"));
        assert_eq!(name(&words, "starts").as_deref(), Some("starts"));
        assert_eq!(name(&words, "title"), None);

        let source = Some(Box::new((Qualified::new("core", "thing"), "price_minor".into())));
        let column = Column { name: "price_cents".into(), source, ..Column::default() };
        let id = Qualified::new("shop", "sessions");
        let sessions = Relation { id, columns: vec![column], ..Relation::default() };
        let words = words.to(Some(&sessions));
        assert_eq!(name(&words, "price_minor").as_deref(), Some("price_cents"));
        assert_eq!(words.name_of("core", "product", "price_minor"), None, "another table's");
        assert_eq!(words.name_of("shop", "sessions", "any").as_deref(), Some("any"), "its own");
    }

    #[test]
    fn a_body_that_is_no_json_names_no_field() {
        assert_eq!(Words::new("", b"a,b").field_of("a"), None);
    }
}
