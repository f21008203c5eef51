//! The words of a request. A value that the caller wrote may be repeated in an error.

use serde_json::Value;

/// The words of a request, to find the field whose value the database does not understand.
#[derive(Clone, Copy, Debug)]
pub struct Words<'r> {
    query: &'r str,
    body: &'r [u8],
}

impl<'r> Words<'r> {
    /// The words of a query string and a body.
    pub fn new(query: &'r str, body: &'r [u8]) -> Self {
        Self { query, body }
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
    use super::Words;

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
    fn a_body_that_is_no_json_names_no_field() {
        assert_eq!(Words::new("", b"a,b").field_of("a"), None);
    }
}
