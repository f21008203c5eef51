//! Faults on demand: what networks and services do, at the moment a test wants it.

use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::request::matched;

/// One fault, and where it strikes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// `POST /v1/transfers`; `:id` stands for any one step, `*` alone for every request.
    #[serde(default = "everywhere")]
    pub on: String,
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: Kind,
    /// Whether Stripe has done the work before it goes wrong.
    #[serde(default)]
    pub after: bool,
    /// How many requests pass first.
    #[serde(default)]
    pub skip: u32,
    /// How many requests it strikes.
    #[serde(default = "once")]
    pub times: u32,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// The connection ends without an answer.
    Drop,
    /// Nothing for so many milliseconds, then the connection ends.
    Hang {
        /// How long.
        millis: u64,
    },
    /// The work takes so many milliseconds; its idempotency key is in use meanwhile.
    Slow {
        /// How long.
        millis: u64,
    },
    /// The answer breaks off in the middle.
    HalfAnswer,
    /// 500. With `stored` and after the effect, it is what the idempotency key repeats.
    ServerError {
        /// Whether the key repeats it.
        #[serde(default)]
        stored: bool,
    },
    /// A proxy's 502, in HTML.
    BadGateway,
    /// 200, in HTML.
    Html,
    /// 409: the key is in use.
    Conflict,
    /// 429.
    RateLimited,
    /// 402: a definite refusal, without effect.
    Refused,
    /// The true answer with members replaced.
    Alter {
        /// The members.
        members: Value,
    },
}

impl Fault {
    /// `kind` on the next request of this form, before it has an effect.
    pub fn before(on: &str, kind: Kind) -> Self {
        Self { on: on.to_owned(), kind, after: false, skip: 0, times: 1 }
    }

    /// `kind` on the next request of this form, after it had its effect.
    pub fn after(on: &str, kind: Kind) -> Self {
        Self { after: true, ..Self::before(on, kind) }
    }

    /// The same, so many times.
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// Whether it takes the place of the work.
    pub(crate) fn spoils_before(&self) -> bool {
        !self.after && !matches!(self.kind, Kind::Slow { .. })
    }

    fn strikes(&self, method: &str, path: &str) -> bool {
        self.on == "*"
            || self.on.split_once(' ').is_some_and(|(on_method, pattern)| {
                on_method == method && matched(pattern, path).is_some()
            })
    }
}

fn everywhere() -> String {
    "*".to_owned()
}

fn once() -> u32 {
    1
}

/// The fault that strikes this request, if any, with its count gone down.
pub(crate) fn strike(faults: &mut Vec<Fault>, method: &str, path: &str) -> Option<Fault> {
    let at = faults.iter_mut().position(|fault| {
        let strikes = fault.strikes(method, path);
        if strikes && fault.skip > 0 {
            fault.skip -= 1;
            return false;
        }
        strikes
    })?;
    let fault = faults[at].clone();
    faults[at].times = fault.times.saturating_sub(1);
    if faults[at].times == 0 {
        faults.remove(at);
    }
    Some(fault)
}

/// Ask the server to end the connection instead of sending this.
#[derive(Clone, Copy)]
pub(crate) struct Broken;

impl Kind {
    /// The answer a client gets instead of the true one.
    pub(crate) async fn spoil(&self, status: u16, body: Value) -> Response {
        let fail = |failure: Failure| answer(failure.status, &failure.body());
        match self {
            Self::Drop => broken(),
            Self::Hang { millis } => {
                tokio::time::sleep(Duration::from_millis(*millis)).await;
                broken()
            }
            Self::Slow { .. } => answer(status, &body),
            Self::HalfAnswer => half(&body),
            Self::ServerError { .. } => fail(server_error()),
            Self::BadGateway => html(StatusCode::BAD_GATEWAY, "502 Bad Gateway"),
            Self::Html => html(StatusCode::OK, "Welcome to the hotel's network"),
            Self::Conflict => fail(Failure::key_in_use()),
            Self::RateLimited => fail(Failure::other(
                429,
                "invalid_request_error",
                "rate_limit",
                "Too many requests.",
            )),
            Self::Refused => {
                fail(Failure::other(402, "card_error", "card_declined", "Your card was declined."))
            }
            Self::Alter { members } => {
                let mut body = body;
                crate::shape::overlay(&mut body, members.clone());
                answer(status, &body)
            }
        }
    }
}

/// 500, as Stripe words it.
pub(crate) fn server_error() -> Failure {
    Failure::other(500, "api_error", "api_error", "An unknown error occurred.")
}

/// A JSON answer.
pub(crate) fn answer(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, axum::Json(body)).into_response()
}

fn html(status: StatusCode, title: &str) -> Response {
    let page = format!("<html><head><title>{title}</title></head><body>{title}</body></html>");
    let mut response = (status, page).into_response();
    let html = HeaderValue::from_static("text/html");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}

fn broken() -> Response {
    let mut response = json!({}).to_string().into_response();
    response.extensions_mut().insert(Broken);
    response
}

fn half(body: &Value) -> Response {
    let text = body.to_string();
    let half = text[..text.len() / 2].to_owned();
    let broken = std::io::Error::other("the stand-in breaks off");
    let parts = futures_util::stream::iter([Ok(half), Err(broken)]);
    Response::new(Body::from_stream(parts))
}
