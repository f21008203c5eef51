//! Turns an error of the database into a refusal.

use ::postgres::{Failure, Refused};
use http::{HeaderName, StatusCode, header};
use serde_json::Value;

use super::{Refusal, Words};

/// The error of a statement whose rows are larger than allowed. It contains no name and no value of
/// the request.
pub const TOO_LARGE: &str = "pgrst: rows too large:";

/// The refusal for an error of the database; `words` are what the caller wrote.
pub type Mapping = fn(&Refused, &Words<'_>) -> Refusal;

/// The refusal for a failed transaction, for a caller who is `anonymous` or not.
pub(crate) fn refusal_of(
    failure: Failure,
    mapping: Mapping,
    words: &Words<'_>,
    anonymous: bool,
) -> Refusal {
    match failure {
        Failure::Busy => crowded(),
        Failure::Unreachable(error) | Failure::Connection(error) => {
            tracing::error!(%error, "no connection to the database");
            Refusal::busy("PGRST001", "Database client error. Retrying the connection.")
        }
        Failure::Deadline => Refusal::busy("57014", "This took too long; try again."),
        Failure::Unexpected(problem) => Refusal::internal(problem),
        Failure::Refused(refused) => of_postgres(&refused, mapping, words, anonymous),
    }
}

/// The refusal of a request that would wait too long for a connection.
pub(crate) fn crowded() -> Refusal {
    Refusal::busy("PGRST003", "Timed out acquiring connection from connection pool.")
}

fn of_postgres(refused: &Refused, mapping: Mapping, words: &Words<'_>, anonymous: bool) -> Refusal {
    if refused.code == "PGRST" {
        return raised(refused);
    }
    if refused.code == "22P02" && refused.message.contains(TOO_LARGE) {
        return Refusal::new(400, "54000", "The answer would be too large.")
            .hint("Ask for fewer rows, columns or embeddings.");
    }
    let mut refusal = mapping(refused, words);
    if refused.fatal {
        // Postgres starts, stops, or has no connection left: the request is not at fault.
        refusal.status = StatusCode::SERVICE_UNAVAILABLE;
    } else if refused.code == "42501" && anonymous {
        refusal.status = StatusCode::UNAUTHORIZED;
    }
    match refusal.status {
        StatusCode::UNAUTHORIZED => refusal.header(header::WWW_AUTHENTICATE, "Bearer"),
        StatusCode::SERVICE_UNAVAILABLE => refusal.later(),
        _ => refusal,
    }
}

/// The refusal that PostgREST makes of an error of the database.
pub fn postgrest_refusal(refused: &Refused) -> Refusal {
    let status = status(&refused.code, &refused.message);
    let mut refusal = Refusal::new(status, &refused.code, &refused.message);
    refusal.details = refused.detail.as_deref().map_or(Value::Null, Into::into);
    refusal.hint = refused.hint.as_deref().map_or(Value::Null, Into::into);
    refusal
}

/// PostgREST's statuses.
fn status(code: &str, message: &str) -> u16 {
    if let Some(wanted) = code.strip_prefix("PT").and_then(|digits| digits.parse().ok())
        && (100..600).contains(&wanted)
    {
        return wanted;
    }
    match code {
        "23503" | "23505" => 409,
        "25006" => 405,
        "21000" if message.ends_with("requires a WHERE clause") => 400,
        "22023" if message.starts_with("role") && message.ends_with("does not exist") => 401,
        _ if code.starts_with("PT") => 500,
        "53400" => 500,
        "57P01" => 503,
        "P0001" => 400,
        "42883" if message.starts_with("function xmlagg(") => 406,
        "42883" | "42P01" => 404,
        "42P17" => 500,
        "42501" => 403,
        _ => match code.get(..2).unwrap_or_default() {
            "08" | "53" => 503,
            "0L" | "0P" | "28" => 403,
            "54" => 413,
            "09" | "25" | "2D" | "38" | "39" | "3B" | "40" | "55" | "57" | "58" | "F0" | "HV"
            | "P0" | "XX" | "21" => 500,
            _ => 400,
        },
    }
}

/// `raise sqlstate 'PGRST'`: the message is the body, the detail the status and headers.
fn raised(db: &Refused) -> Refusal {
    let bad = |what: &str, details: &str| {
        Refusal::new(
            500,
            "PGRST121",
            "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
        )
        .details(format!("Invalid JSON value for {what}: '{details}'"))
        .hint(format!(
            "{what} must be a JSON object with obligatory keys: {}",
            match what {
                "MESSAGE" => "'code', 'message' and optional keys: 'details', 'hint'.",
                _ => "'status', 'headers' and optional key: 'status_text'.",
            }
        ))
    };
    let Ok(Value::Object(body)) = serde_json::from_str(&db.message) else {
        return bad("MESSAGE", &db.message);
    };
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let (Some(code), Some(message)) = (text("code"), text("message")) else {
        return bad("MESSAGE", &db.message);
    };
    let Some(detail) = db.detail.as_deref() else {
        return Refusal::new(500, "PGRST121", "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error")
            .details("DETAIL is missing in the RAISE statement")
            .hint("DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.");
    };
    let Ok(Value::Object(detail_members)) = serde_json::from_str(detail) else {
        return bad("DETAIL", detail);
    };
    let status = detail_members.get("status").and_then(Value::as_u64);
    let status = status.and_then(|status| StatusCode::from_u16(status.try_into().ok()?).ok());
    let (Some(status), Some(Value::Object(headers))) = (status, detail_members.get("headers"))
    else {
        return bad("DETAIL", detail);
    };
    let mut refusal = Refusal::new(status.as_u16(), code, message);
    refusal.details = body.get("details").cloned().unwrap_or_default();
    refusal.hint = body.get("hint").cloned().unwrap_or_default();
    for (name, value) in headers {
        if let (Ok(name), Some(value)) = (HeaderName::try_from(name.as_str()), value.as_str()) {
            refusal = refusal.header(name, value);
        }
    }
    refusal
}
