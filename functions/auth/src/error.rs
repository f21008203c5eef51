//! Refusals, in GoTrue's two dialects.
//!
//! A client that sends `X-Supabase-Api-Version` gets `{"code": word, "message"}`; any other client
//! gets the older `{"code": status, "error_code", "msg"}`. Handlers need not know which: a refusal
//! travels in the extensions of the response, and [`speak`] writes the body.

use axum::{
    Json,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use tokens::TokenError;

use crate::refusals::REFUSALS;

const API_VERSION: HeaderName = HeaderName::from_static("x-supabase-api-version");
const ERROR_CODE: HeaderName = HeaderName::from_static("x-sb-error-code");
const FIRST_VERSION: &str = "2024-01-01";

/// What a handler of this function returns.
pub type Result<T, E = Refusal> = std::result::Result<T, E>;

/// A refusal, or a failure, as GoTrue names it.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The HTTP status. A 4xx signs the client out, so an outage is never a 4xx.
    pub status: StatusCode,
    /// GoTrue's word for it.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
    /// Why a password is weak.
    pub weak: Vec<&'static str>,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code, message: message.into(), weak: Vec::new() }
    }

    /// 400: the request lacks something that it must contain.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "validation_failed", message)
    }

    /// 422: the password is too weak, with the reasons.
    pub fn weak_password(message: impl Into<String>, reasons: Vec<&'static str>) -> Self {
        Self { weak: reasons, ..Self::new(422, "weak_password", message) }
    }

    /// 400: ID tokens of this issuer are not accepted.
    pub fn provider_disabled(issuer: &str) -> Self {
        let message = format!("Provider (issuer {issuer:?}) is not enabled");
        Self::new(400, "provider_disabled", message)
    }

    /// A refusal by its word, as the database or a handler decided it.
    pub fn of(word: &str) -> Self {
        let known = REFUSALS.iter().find(|(known, ..)| *known == word);
        let (_, status, code, message) = known.copied().unwrap_or((
            "",
            400,
            "validation_failed",
            "The request cannot be carried out",
        ));
        Self::new(status, code, message)
    }

    fn body(&self, versioned: bool) -> Value {
        let mut body = Map::new();
        if versioned {
            body.insert("code".into(), self.code.into());
            body.insert("message".into(), self.message.clone().into());
        } else {
            body.insert("code".into(), self.status.as_u16().into());
            body.insert("error_code".into(), self.code.into());
            body.insert("msg".into(), self.message.clone().into());
        }
        if !self.weak.is_empty() {
            body.insert("weak_password".into(), json!({ "reasons": self.weak }));
        }
        body.into()
    }
}

impl From<errors::Error> for Refusal {
    fn from(error: errors::Error) -> Self {
        match error.status {
            StatusCode::BAD_REQUEST => {
                Self::validation("A value does not have the form it must have")
            }
            StatusCode::CONFLICT => Self::new(409, "conflict", "Conflicting requests; try again"),
            StatusCode::SERVICE_UNAVAILABLE => {
                Self::new(503, "request_timeout", "Too busy; try again")
            }
            StatusCode::INTERNAL_SERVER_ERROR => {
                Self::new(500, "unexpected_failure", "Unexpected failure")
            }
            // Our own refusals do not arrive as database errors. Whatever this error is, it must
            // not sign anybody out.
            status => {
                tracing::error!(%error, %status, "unexpected refusal by the database");
                Self::new(500, "unexpected_failure", "Unexpected failure")
            }
        }
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Missing => Self::of("no_authorization"),
            TokenError::ApiKey => Self::new(401, "no_authorization", "Invalid API key"),
            TokenError::NoKeys => Self::new(500, "unexpected_failure", "Unexpected failure"),
            TokenError::Unavailable => Self::new(503, "request_timeout", error.to_string()),
            _ => {
                let said = "invalid JWT: unable to parse or verify signature";
                Self::new(403, "bad_jwt", format!("{said}, {error}"))
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Write refusals in the dialect that the client asked for.
pub async fn speak(request: Request, next: Next) -> Response {
    let version = request.headers().get(API_VERSION);
    let versioned = version.and_then(|v| v.to_str().ok()).is_some_and(|v| v >= FIRST_VERSION);
    let mut response = next.run(request).await;
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        let code = HeaderValue::from_static(refusal.code);
        response = (refusal.status, Json(refusal.body(versioned))).into_response();
        response.headers_mut().insert(ERROR_CODE, code);
        if matches!(refusal.status.as_u16(), 429 | 503) {
            response.headers_mut().insert(header::RETRY_AFTER, errors::retry_after_s().into());
        }
    }
    let headers = response.headers_mut();
    if versioned {
        headers.insert(API_VERSION, HeaderValue::from_static(FIRST_VERSION));
    }
    // Answers hold tokens and personal data, so no cache on the way may store them.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
