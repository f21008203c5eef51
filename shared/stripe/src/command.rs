//! Commands: requests that were written down before they are sent.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stripe_client_core::{RequestBuilder, StripeMethod, StripeRequest};

/// One POST, as the database stored it: the same row always gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// From `/v1/` on.
    pub path: String,
    /// The form fields.
    pub params: Params,
    /// The idempotency key, by which Stripe recognises a repetition.
    pub idempotency_key: String,
}

impl Command {
    /// The command of a typed request; `None` if the request is not a POST.
    pub fn of(request: &impl StripeRequest, idempotency_key: &str) -> Result<Self, BadCommand> {
        let RequestBuilder { path, method, body, .. } = request.build();
        if !matches!(method, StripeMethod::Post) {
            return Err(BadCommand("only a POST can be a command".into()));
        }
        let params = Params::decode(body.as_deref().unwrap_or_default());
        let path = format!("/v1{path}");
        Ok(Self { path, params, idempotency_key: idempotency_key.to_owned() })
    }

    /// Refuse commands that cannot have been meant, before Stripe sees them.
    pub(super) fn check(&self) -> Result<(), BadCommand> {
        let steps = self.path.strip_prefix("/v1/").unwrap_or_default();
        let is_word = |step: &str| {
            !step.is_empty() && step.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        if !steps.split('/').all(is_word) {
            return Err(BadCommand(format!("the path `{}` is none of Stripe's", self.path)));
        }
        let key = &self.idempotency_key;
        if !(1..=255).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(BadCommand(
                "the idempotency key must be 1 to 255 visible characters".into(),
            ));
        }
        Ok(())
    }
}

/// A command that cannot be sent, because of a mistake of ours.
#[derive(Debug, PartialEq, Eq)]
pub struct BadCommand(String);

impl fmt::Display for BadCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadCommand {}

/// Form fields, flat and in order: `amount`, `metadata[op_id]`.
/// Read from a JSON object, flat or nested, of texts, whole numbers and booleans; null is left out.
/// Fractions are refused, because Stripe's amounts are whole numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct Params(BTreeMap<String, String>);

impl Params {
    /// The body to send, sorted by name, so that every repetition is the same.
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// One field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn decode(form: &str) -> Self {
        Self(form_urlencoded::parse(form.as_bytes()).into_owned().collect())
    }

    fn insert(&mut self, name: String, value: Value) -> Result<(), BadCommand> {
        let text = match value {
            Value::Null => return Ok(()),
            Value::String(text) => text,
            Value::Bool(yes) => yes.to_string(),
            Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
            Value::Number(number) => {
                return Err(BadCommand(format!("`{name}` is {number}, which is not whole")));
            }
            Value::Object(members) => {
                return members.into_iter().try_for_each(|(member, value)| {
                    self.insert(format!("{name}[{member}]"), value)
                });
            }
            Value::Array(items) => {
                return (0..).zip(items).try_for_each(|(index, item): (usize, _)| {
                    self.insert(format!("{name}[{index}]"), item)
                });
            }
        };
        if self.0.contains_key(&name) {
            return Err(BadCommand(format!("`{name}` is there twice")));
        }
        self.0.insert(name, text);
        Ok(())
    }
}

impl TryFrom<Value> for Params {
    type Error = BadCommand;

    fn try_from(value: Value) -> Result<Self, BadCommand> {
        let Value::Object(fields) = value else {
            return Err(BadCommand("the parameters are not a JSON object".into()));
        };
        let mut params = Self::default();
        fields.into_iter().try_for_each(|(name, value)| params.insert(name, value))?;
        Ok(params)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stripe_connect::transfer::CreateTransfer;
    use stripe_core::payment_intent::{
        CreatePaymentIntent, CreatePaymentIntentAutomaticPaymentMethods, RetrievePaymentIntent,
    };
    use stripe_types::Currency;

    use super::*;

    fn params(value: Value) -> Params {
        value.try_into().unwrap()
    }

    #[test]
    fn flat_and_nested_parameters_are_the_same_bytes() {
        let flat = params(json!({
            "metadata[op_id]": "a b", "amount": "1500", "metadata[env]": "test",
            "payment_method_types[0]": "card", "confirm": "true",
        }));
        let nested = params(json!({
            "payment_method_types": ["card"], "amount": 1500, "confirm": true,
            "metadata": {"env": "test", "op_id": "a b"}, "description": null,
        }));
        assert_eq!(flat, nested);
        assert_eq!(
            flat.encode(),
            "amount=1500&confirm=true&metadata%5Benv%5D=test&metadata%5Bop_id%5D=a+b\
             &payment_method_types%5B0%5D=card"
        );
    }

    #[test]
    fn parameters_that_cannot_have_been_meant_are_refused() {
        for value in [
            json!([]),
            json!("amount=1500"),
            json!({"amount": 15.5}),
            json!({"amount": 1e3}),
            json!({"metadata": {"a": "1"}, "metadata[a]": "2"}),
        ] {
            assert!(Params::try_from(value.clone()).is_err(), "{value}");
        }
    }

    #[test]
    fn a_typed_request_and_the_row_that_stands_for_it_are_equal() {
        let typed = CreatePaymentIntent::new(1500, Currency::DKK)
            .automatic_payment_methods(CreatePaymentIntentAutomaticPaymentMethods::new(true))
            .metadata([("op_id".to_owned(), "7f".to_owned())]);
        let row = json!({
            "path": "/v1/payment_intents",
            "params": {
                "amount": 1500, "currency": "dkk", "automatic_payment_methods": {"enabled": true},
                "metadata": {"op_id": "7f"},
            },
            "idempotency_key": "test:pi:7f:g1",
        });
        let row: Command = serde_json::from_value(row).unwrap();
        assert_eq!(Command::of(&typed, "test:pi:7f:g1").unwrap(), row);
        let other = CreateTransfer::new(Currency::DKK, "acct_1").amount(1500);
        assert_ne!(Command::of(&other, "test:pi:7f:g1").unwrap(), row);
    }

    #[test]
    fn reading_is_no_command() {
        assert!(Command::of(&RetrievePaymentIntent::new("pi_1"), "k").is_err());
    }

    #[test]
    fn paths_and_keys_that_are_none_are_refused() {
        let command = |path: &str, key: &str| Command {
            path: path.into(),
            params: Params::default(),
            idempotency_key: key.into(),
        };
        assert!(command("/v1/payment_intents/pi_1/capture", "prod:capture:1:g1").check().is_ok());
        for path in [
            "",
            "/",
            "/v1/",
            "/v2/accounts",
            "/v1/refunds/",
            "/v1/../v2/x",
            "/v1/refunds?x=1",
            "/v1/payment_intents/pi 1",
            "https://evil.example/v1/refunds",
            "/v1//refunds",
        ] {
            assert!(command(path, "k").check().is_err(), "{path:?}");
        }
        for key in ["", "a b", "é", "a\r\nb", &"k".repeat(256)] {
            assert!(command("/v1/refunds", key).check().is_err(), "{key:?}");
        }
    }
}
