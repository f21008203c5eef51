//! Parameters as text, which Postgres reads as the type their place asks for.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, value::RawValue};
use uuid::Uuid;

/// A value for `$1`, `$2`, …
pub trait Param {
    /// How Postgres writes it; nothing for null.
    fn text(&self) -> Option<Cow<'_, str>>;
}

/// Parameters of a statement.
pub type Params<'a> = &'a [&'a (dyn Param + Sync)];

impl<P: Param + ?Sized> Param for &P {
    fn text(&self) -> Option<Cow<'_, str>> {
        (**self).text()
    }
}

impl<P: Param> Param for Option<P> {
    fn text(&self) -> Option<Cow<'_, str>> {
        self.as_ref().and_then(Param::text)
    }
}

impl Param for str {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(self.into())
    }
}

impl Param for String {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(self.into())
    }
}

impl Param for RawValue {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(self.get().into())
    }
}

impl Param for Box<RawValue> {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(self.get().into())
    }
}

macro_rules! written_as_displayed {
    ($($kind:ty),*) => {
        $(impl Param for $kind {
            fn text(&self) -> Option<Cow<'_, str>> {
                Some(self.to_string().into())
            }
        })*
    };
}

written_as_displayed!(bool, i16, i32, i64, f64, Uuid, NaiveDate, NaiveTime, Value);

impl Param for DateTime<Utc> {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(self.to_rfc3339().into())
    }
}

impl Param for [u8] {
    fn text(&self) -> Option<Cow<'_, str>> {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(2 + 2 * self.len());
        text.push_str("\\x");
        for byte in self {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Some(text.into())
    }
}

impl Param for Vec<u8> {
    fn text(&self) -> Option<Cow<'_, str>> {
        (**self).text()
    }
}

impl<P: Param> Param for [P] {
    fn text(&self) -> Option<Cow<'_, str>> {
        let mut text = String::from("{");
        for (at, element) in self.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            match element.text() {
                None => text.push_str("null"),
                Some(element) => {
                    text.push('"');
                    for c in element.chars() {
                        if matches!(c, '"' | '\\') {
                            text.push('\\');
                        }
                        text.push(c);
                    }
                    text.push('"');
                }
            }
        }
        text.push('}');
        Some(text.into())
    }
}

impl<P: Param> Param for Vec<P> {
    fn text(&self) -> Option<Cow<'_, str>> {
        self.as_slice().text()
    }
}

impl<P: Param, const N: usize> Param for [P; N] {
    fn text(&self) -> Option<Cow<'_, str>> {
        self.as_slice().text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(param: &dyn Param) -> String {
        param.text().unwrap_or("null".into()).into_owned()
    }

    #[test]
    fn an_array_quotes_its_elements_and_knows_null() {
        assert_eq!(written(&[r#"a"b\c"#, "{,}", ""]), r#"{"a\"b\\c","{,}",""}"#);
        assert_eq!(written(&vec![Some(1), None]), r#"{"1",null}"#);
        assert_eq!(written(&Vec::<i32>::new()), "{}");
    }

    #[test]
    fn bytes_are_hexadecimal_and_json_null_is_not_null() {
        assert_eq!(written(&vec![0_u8, 255]), "\\x00ff");
        assert_eq!(written(&Value::Null), "null");
        assert!(Value::Null.text().is_some());
        assert!(None::<&str>.text().is_none());
    }
}
