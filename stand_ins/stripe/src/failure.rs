//! Refusals, in the form and with the codes of the real thing.

use serde_json::{Value, json};

/// An answer that is not 2xx.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    error: Value,
    /// Whether the endpoint had begun: such an answer is kept under the idempotency key.
    pub(crate) executed: bool,
}

impl Failure {
    /// 400: the parameters cannot be meant. Nothing is kept.
    pub(crate) fn invalid(code: &str, param: &str, message: impl Into<String>) -> Self {
        let error = json!({
            "type": "invalid_request_error", "code": code, "param": param,
            "message": message.into(), "doc_url": format!("https://stripe.com/docs/error-codes/{code}"),
        });
        Self { status: 400, error, executed: false }
    }

    /// 400: as [`Self::invalid`], where the real thing gives neither a code nor a parameter.
    pub(crate) fn unnamed(message: &str) -> Self {
        let error = json!({"type": "invalid_request_error", "message": message});
        Self { status: 400, error, executed: false }
    }

    /// 400: understood, and not possible as things are. Kept under the key.
    pub(crate) fn refused(code: &str, message: impl Into<String>) -> Self {
        let error =
            json!({"type": "invalid_request_error", "code": code, "message": message.into()});
        Self { status: 400, error, executed: true }
    }

    /// 402: the bank said no. Kept under the key.
    pub(crate) fn card(error: Value) -> Self {
        Self { status: 402, error, executed: true }
    }

    /// 404 when the path names what is not there, 400 when a parameter does.
    pub(crate) fn missing(kind: &str, id: &str, param: &str) -> Self {
        let message = format!("No such {kind}: '{id}'");
        let status = if param == "id" { 404 } else { 400 };
        Self { status, ..Self::invalid("resource_missing", param, message) }
    }

    /// Any other status, with an error type of its own. Nothing is kept.
    pub(crate) fn other(status: u16, kind: &str, code: &str, message: &str) -> Self {
        let error = json!({"type": kind, "code": code, "message": message});
        Self { status, error, executed: false }
    }

    /// 409: the same key is being worked on.
    pub(crate) fn key_in_use() -> Self {
        Self::other(
            409,
            "idempotency_error",
            "idempotency_key_in_use",
            "There is currently another in-progress request using this Idempotent Key.",
        )
    }

    /// The same with one more member, as `payment_intent`.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.error[name] = value;
        self
    }

    /// The body.
    pub(crate) fn body(&self) -> Value {
        json!({"error": self.error})
    }
}
