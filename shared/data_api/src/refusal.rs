//! A refusal: a status, and a body with four members, or with only two of them.

use std::ops::{Deref, DerefMut};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use tokens::TokenError;

mod nearest;
mod postgres;
mod words;

pub use self::postgres::{Mapping, TOO_LARGE, postgrest_refusal};
pub(crate) use self::postgres::{crowded, refusal_of};
pub use nearest::{NAME, PART, nearest};
pub use words::Words;

/// Why a request is not answered with rows. It is boxed, so that results stay small; most of them
/// are successes.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal(Box<Reason>);

/// The contents of a [`Refusal`].
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The HTTP status.
    pub status: StatusCode,
    /// PostgREST's code, or the SQLSTATE.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// More about it.
    pub details: Value,
    /// What to do.
    pub hint: Value,
    /// Headers of the answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Deref for Refusal {
    type Target = Reason;

    fn deref(&self) -> &Reason {
        &self.0
    }
}

impl DerefMut for Refusal {
    fn deref_mut(&mut self) -> &mut Reason {
        &mut self.0
    }
}

impl Refusal {
    /// A refusal with a status, a code and a message.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self(Box::new(Reason {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code: code.to_owned(),
            message: message.into(),
            details: Value::Null,
            hint: Value::Null,
            headers: Vec::new(),
        }))
    }

    /// Add details: a sentence about this case.
    pub fn details(mut self, details: impl Into<String>) -> Self {
        self.details = Value::String(details.into());
        self
    }

    /// Add details that are not a sentence.
    pub fn details_json(mut self, details: Value) -> Self {
        self.details = details;
        self
    }

    /// Add a hint: what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Value::String(hint.into());
        self
    }

    /// Add a header.
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    /// Say when the same request may succeed.
    pub(crate) fn later(self) -> Self {
        self.header(header::RETRY_AFTER, &errors::retry_after_s().to_string())
    }

    /// 503: the same request may soon succeed; supabase-js repeats reads by itself.
    pub fn busy(code: &str, message: &str) -> Self {
        Self::new(503, code, message).later()
    }

    /// 500 without an explanation; `cause` goes to the log only.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "unexpected error");
        Self::new(500, "XX000", "An unexpected error happened. It has been logged.")
    }

    /// The error that Postgres raises for an unknown column.
    pub fn no_such_column(relation: &str, name: &str) -> Self {
        Self::new(400, "42703", format!("column {relation}.{name} does not exist"))
    }

    /// Two embeddings of one level would have the same name.
    pub fn embedded_twice(relation: &str, key: &str, depth: usize) -> Self {
        let name = format!("{relation}_{key}_{depth}");
        Self::new(400, "42712", format!("table name \"{name}\" specified more than once"))
    }

    /// A filter, order or limit names an embedding that is not selected.
    pub fn not_embedded(name: &str) -> Self {
        Self::new(400, "PGRST108", format!("'{name}' is not an embedded resource in this request"))
            .hint(format!("Verify that '{name}' is included in the 'select' query parameter."))
    }

    /// The same, for an embedding that has an alias.
    pub fn aliased(name: &str, alias: &str) -> Self {
        Self::not_embedded(name)
            .details("Target names are not allowed in filters if they have an alias")
            .hint(format!("Change '{name}' to '{alias}' in filters, orders or limits."))
    }

    /// The resource does not have this method.
    pub fn method(method: &http::Method) -> Self {
        Self::new(405, "PGRST117", format!("Unsupported HTTP method: {method}"))
    }

    /// The answer: all four members, or only two if hints are switched off.
    pub fn answer(self, with_advice: bool) -> Response {
        let advice = with_advice.then_some([&self.details, &self.hint]);
        let written = Written {
            code: &self.code,
            message: &self.message,
            details: advice.map(|[details, _]| details),
            hint: advice.map(|[_, hint]| hint),
        };
        let body = serde_json::to_string(&written).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, json);
        if let Ok(status) = HeaderValue::from_str(&format!("PostgREST; error={}", self.code)) {
            headers.insert(HeaderName::from_static("proxy-status"), status);
        }
        for (name, value) in self.0.headers {
            headers.append(name, value);
        }
        response
    }

    /// Whether the request might succeed with a newer schema cache.
    pub fn may_be_stale(&self) -> bool {
        matches!(
            self.code.as_str(),
            "PGRST200"
                | "PGRST201"
                | "PGRST202"
                | "PGRST203"
                | "PGRST204"
                | "PGRST205"
                | "42703"
                | "55000"
        )
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        let mut refusal = match error {
            TokenError::Unavailable => Self::busy(error.code(), &error.to_string()),
            _ => Self::new(error.status().as_u16(), error.code(), error.to_string()),
        };
        if let Some(details) = error.details() {
            refusal = refusal.details(details);
        }
        if let Some(challenge) = error.challenge() {
            refusal = refusal.header(header::WWW_AUTHENTICATE, &challenge);
        }
        refusal
    }
}

/// The body that supabase-js shows. It has exactly these four members, unless some are kept back.
#[derive(Serialize)]
struct Written<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a Value>,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.answer(true)
    }
}
