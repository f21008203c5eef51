//! One error type for every Lambda, and its way to HTTP.
//!
//! A refusal that a SQL function raised on purpose (SQLSTATE class `M`) is forwarded as it was
//! written. Every other database error becomes a fixed text ([`sqlstate`]), because its DETAIL may
//! contain somebody else's row. An error that is not understood is logged in full and answered
//! without an explanation.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

pub mod sqlstate;

/// What a handler returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Seconds after which the same request may succeed, for `Retry-After`: one to three, by chance, so
/// that those who were refused in the same moment do not come back in the same moment.
pub fn retry_after_s() -> u32 {
    fastrand::u32(1..=3)
}

/// A refusal or a failure, ready to be sent.
#[derive(Debug)]
pub struct Error {
    /// The HTTP status.
    pub status: StatusCode,
    /// SQLSTATE, or a code of PostgREST's (`PGRST…`).
    pub code: String,
    /// For our own refusals a stable snake_case word (`slot_full`), otherwise a sentence.
    pub message: String,
    /// A sentence about this case.
    pub details: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// The seconds after which a retry makes sense.
    pub retry_after_s: Option<u32>,
}

/// The body that supabase-js shows: exactly these four members.
#[derive(Serialize)]
struct Body<'a> {
    code: &'a str,
    message: &'a str,
    details: Option<&'a str>,
    hint: Option<&'a str>,
}

impl Error {
    /// A refusal with a status, a code and a message.
    pub fn new(status: StatusCode, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            details: None,
            hint: None,
            retry_after_s: None,
        }
    }

    /// Add details: a sentence about this case.
    pub fn details(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// Add a hint: what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// 400: the request cannot be understood.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "M0000", "invalid_request").details(message)
    }

    /// 404: no function has this path. The text is that of Supabase's functions.
    pub fn no_such_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "There is nothing at this path")
    }

    /// 405: the path exists, but not for this method.
    pub fn no_such_method() -> Self {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        Self::new(status, "METHOD_NOT_ALLOWED", "This path is not asked so")
    }

    /// 503 with `Retry-After`: the same request may soon succeed.
    pub fn unavailable(code: impl Into<String>, message: impl Into<String>) -> Self {
        let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message);
        Self { retry_after_s: Some(retry_after_s()), ..error }
    }

    /// 500 without an explanation; `cause` goes to the log only.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "unexpected error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "XX000",
            "An unexpected error happened. It has been logged.",
        )
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let body = Body {
            code: &self.code,
            message: &self.message,
            details: self.details.as_deref(),
            hint: self.hint.as_deref(),
        };
        let mut response = (self.status, axum::Json(body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code, self.message)?;
        self.details.iter().try_for_each(|details| write!(f, ": {details}"))
    }
}

impl std::error::Error for Error {}
