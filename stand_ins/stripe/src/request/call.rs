//! One request, read and recognised.

use axum::body::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::request::params::Params;

/// The longest idempotency key.
const LONGEST_KEY: usize = 255;

/// A request to `/v1`.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) params: Params,
    pub(crate) key: Option<String>,
    /// A connected account's id, or `""`.
    pub(crate) account: String,
    /// Whether a browser asks, with a publishable key.
    pub(crate) publishable: bool,
    pub(crate) request_id: String,
    version: Option<String>,
}

impl Call {
    /// Read a request; refuse one without a test key.
    pub(crate) fn read(head: &Parts, body: &Bytes, request_id: String) -> Result<Self, Failure> {
        let text = |name: &str| {
            head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let body = std::str::from_utf8(body).unwrap_or_default();
        let query = head.uri.query().unwrap_or_default();
        let params = Params::read(&[query, body].join("&"));
        // Stripe.js sends its key among the parameters as well.
        let key =
            bearer(head).or_else(|| params.text("key").map(str::to_owned)).unwrap_or_default();
        let params = params.without(&["key", "_stripe_account", "_stripe_version"]);
        let publishable = key.starts_with("pk_test_");
        if !publishable && !key.starts_with("sk_test_") && !key.starts_with("rk_test_") {
            let message = "Invalid API Key provided: this is a stand-in and takes test keys only.";
            return Err(Failure::other(401, "invalid_request_error", "api_key_invalid", message));
        }
        let idempotency_key = text("idempotency-key");
        if idempotency_key.as_ref().is_some_and(|key| key.len() > LONGEST_KEY) {
            let message = format!("Idempotency keys are at most {LONGEST_KEY} characters long.");
            return Err(Failure::unnamed(&message));
        }
        Ok(Self {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            params,
            key: idempotency_key.filter(|_| head.method == http::Method::POST),
            account: text("stripe-account").unwrap_or_default(),
            publishable,
            request_id,
            version: text("stripe-version"),
        })
    }

    /// Where the answer is kept: keys of two accounts are two keys.
    pub(crate) fn kept_name(&self) -> Option<String> {
        let key = self.key.as_deref()?;
        Some(format!("{}/{key}", self.account))
    }

    /// For the record of requests.
    pub(crate) fn record(&self, status: u16, replayed: bool) -> Value {
        json!({
            "method": self.method, "path": self.path, "params": self.params.record(),
            "idempotency_key": self.key, "account": self.account, "version": self.version,
            "request_id": self.request_id, "status": status, "replayed": replayed,
        })
    }
}

fn bearer(head: &Parts) -> Option<String> {
    use base64::Engine as _;
    let value = head.headers.get(AUTHORIZATION)?.to_str().ok()?;
    if let Some(key) = value.strip_prefix("Bearer ") {
        return Some(key.to_owned());
    }
    let basic = value.strip_prefix("Basic ")?;
    let decoded = base64::engine::general_purpose::STANDARD.decode(basic).ok()?;
    String::from_utf8(decoded).ok()?.split(':').next().map(str::to_owned)
}
