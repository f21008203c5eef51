//! The outcome of a call: done, refused, or unknown.
//!
//! The difference decides whether money may be given back. An outcome is "refused" only if Stripe
//! itself said so in a readable answer; in every other case the call may have succeeded.

use std::fmt;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The outcome of a [`super::Command`]. The database records its JSON form.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Stripe has done it, now or in an earlier call.
    Done(Reply),
    /// Stripe refused it and did nothing. The same key would be refused for a day.
    Refused(Refusal),
    /// The outcome is not known. Send the same bytes again under the same key.
    Unknown(Doubt),
}

/// Stripe's answer to a successful command.
#[derive(Clone, Serialize)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The request id, which Stripe's support asks for.
    pub request_id: Option<String>,
    /// Whether this is the stored answer of an earlier call.
    pub replayed: bool,
    /// The object. Serialised without its client secret, which must not be stored.
    #[serde(serialize_with = "without_secret")]
    pub body: Value,
}

/// Stripe's refusal.
#[derive(Clone, Serialize)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The request id, which Stripe's support asks for.
    pub request_id: Option<String>,
    /// Whether this is the stored answer of an earlier call.
    pub replayed: bool,
    /// `card_error`, `invalid_request_error`, …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `card_declined`, `balance_insufficient`, …
    pub code: Option<String>,
    /// Why the bank declined.
    pub decline_code: Option<String>,
    /// The faulty parameter.
    pub param: Option<String>,
    /// A sentence for developers.
    pub message: Option<String>,
    /// The payment intent that was refused, in its present state.
    #[serde(serialize_with = "without_secret")]
    pub payment_intent: Value,
}

/// Why the outcome is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// The request id, which Stripe's support asks for.
    pub request_id: Option<String>,
    /// The cause.
    pub reason: Reason,
    /// Whether repeating the call is useless until a person has looked at it.
    pub alarm: bool,
}

/// The causes of an unknown outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// There was no answer in time.
    Timeout,
    /// The connection failed or broke.
    Connection,
    /// The answer is not from Stripe, or is incomplete.
    Unreadable,
    /// 5xx, or 424.
    ServerError,
    /// 409: another call with this key is under way.
    KeyInUse,
    /// 429.
    RateLimited,
    /// 401: the secret key is wrong, which says nothing about the command.
    Unauthorized,
    /// The key was used with other parameters: a mistake of ours.
    IdempotencyError,
    /// The command cannot be sent: a mistake of ours.
    BadCommand,
}

/// Why a read from Stripe has no result.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Stripe refused it.
    Refused(Box<Refusal>),
    /// Stripe gave no usable answer.
    Unknown(Doubt),
}

/// An HTTP answer that is not interpreted yet.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) request_id: Option<String>,
    pub(super) replayed: bool,
    pub(super) body: Bytes,
}

impl Outcome {
    /// The answer, or the reason why there is none.
    pub fn into_result(self) -> Result<Reply, Failure> {
        match self {
            Self::Done(reply) => Ok(reply),
            Self::Refused(refusal) => Err(Failure::Refused(Box::new(refusal))),
            Self::Unknown(doubt) => Err(Failure::Unknown(doubt)),
        }
    }

    /// Interpret the answer to a call of `path`.
    pub(super) fn of(path: &str, answer: Answer) -> Self {
        let Answer { status, request_id, replayed, body } = answer;
        let doubt = |reason| Self::Unknown(Doubt::new(reason, Some(status), request_id.clone()));
        let body: Option<Value> = serde_json::from_slice(&body).ok();
        match (status, body) {
            (200..=299, Some(body)) if body["object"].is_string() => {
                Self::Done(Reply { status, request_id, replayed, body })
            }
            (401, _) => doubt(Reason::Unauthorized),
            (409, _) => doubt(Reason::KeyInUse),
            (429, _) => doubt(Reason::RateLimited),
            (424 | 500..=599, _) => doubt(Reason::ServerError),
            (400..=499, Some(mut body)) if body["error"]["type"].is_string() => {
                let error = body["error"].take();
                if error["type"] == "idempotency_error" {
                    return doubt(Reason::IdempotencyError);
                }
                match already_so(path, &error) {
                    Some(intent) => {
                        Self::Done(Reply { status, request_id, replayed, body: intent.clone() })
                    }
                    None => Self::Refused(Refusal::read(status, request_id, replayed, error)),
                }
            }
            _ => doubt(Reason::Unreadable),
        }
    }
}

/// The payment intent, if Stripe refused only because it is already in the wanted state.
fn already_so<'a>(path: &str, error: &'a Value) -> Option<&'a Value> {
    let wanted: &[&str] = match path.rsplit('/').next()? {
        "capture" => &["succeeded"],
        "cancel" => &["canceled"],
        "confirm" => &["succeeded", "requires_capture", "processing"],
        _ => return None,
    };
    let intent = &error["payment_intent"];
    (error["code"] == "payment_intent_unexpected_state"
        && intent["status"].as_str().is_some_and(|status| wanted.contains(&status)))
    .then_some(intent)
}

impl Reply {
    /// The object, read as one of [`super::object`].
    pub fn object<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        T::deserialize(&self.body).map_err(|error| {
            tracing::error!(%error, request_id = self.request_id, "Stripe sent an answer of an unknown form");
            let request_id = self.request_id.clone();
            Failure::Unknown(Doubt::new(Reason::Unreadable, Some(self.status), request_id))
        })
    }
}

impl Refusal {
    fn read(status: u16, request_id: Option<String>, replayed: bool, mut error: Value) -> Self {
        let payment_intent = error["payment_intent"].take();
        let text = |name: &str| error[name].as_str().map(str::to_owned);
        Self {
            status,
            request_id,
            replayed,
            kind: text("type"),
            code: text("code"),
            decline_code: text("decline_code"),
            param: text("param"),
            message: text("message"),
            payment_intent,
        }
    }
}

impl Doubt {
    pub(super) fn new(reason: Reason, status: Option<u16>, request_id: Option<String>) -> Self {
        let alarm =
            matches!(reason, Reason::IdempotencyError | Reason::BadCommand | Reason::Unauthorized);
        Self { status, request_id, reason, alarm }
    }
}

impl Failure {
    /// Whether the object does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.status == 404)
    }
}

fn without_secret<S: Serializer>(object: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    let mut object = object.clone();
    if let Some(members) = object.as_object_mut() {
        members.remove("client_secret");
    }
    object.serialize(serializer)
}

// Names and payment methods of people stay out of the log.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("request_id", &self.request_id)
            .field("replayed", &self.replayed)
            .field("id", &self.body["id"])
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("status", &self.status)
            .field("request_id", &self.request_id)
            .field("replayed", &self.replayed)
            .field("code", &self.code)
            .field("decline_code", &self.decline_code)
            .field("param", &self.param)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "Stripe refused: {refusal:?}"),
            Self::Unknown(doubt) => write!(f, "Stripe did not answer: {doubt:?}"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for errors::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unknown(doubt) if !doubt.alarm => {
                tracing::warn!(?doubt, "Stripe did not answer");
                Self::unavailable("08006", "The payment service is busy; try again.")
            }
            failure => Self::internal(failure),
        }
    }
}

#[cfg(test)]
mod tests;
