//! What an error of the database becomes.

use http::{HeaderName, StatusCode, header};
use postgres::{Failure, Refused};
use serde_json::Value;

use super::Refusal;
use crate::settings::Verbosity;

/// The refusal for a failed transaction of a caller who is `anonymous` or not.
pub fn refusal_of(failure: Failure, verbosity: Verbosity, anonymous: bool) -> Refusal {
    match failure {
        Failure::Busy => {
            Refusal::busy("PGRST003", "Timed out acquiring connection from connection pool.")
        }
        Failure::Connection(error) => {
            tracing::error!(%error, "no connection to the database");
            Refusal::busy("PGRST001", "Database client error. Retrying the connection.")
        }
        Failure::Deadline => Refusal::busy("57014", "This took too long; try again."),
        Failure::Refused(refused) => of_postgres(&refused, verbosity, anonymous),
    }
}

fn of_postgres(db: &Refused, verbosity: Verbosity, anonymous: bool) -> Refusal {
    let code = db.code.as_str();
    if code == "PGRST" {
        return raised(db);
    }
    let house = verbosity == Verbosity::Fixed;
    let status = match code.strip_prefix('M').and_then(|rest| rest.bytes().next()) {
        // Class `M`: a refusal of our own, whose next digit is the last of 40x.
        Some(digit @ (b'0'..=b'4' | b'9')) => 400 + u16::from(digit - b'0'),
        // Postgres starts, stops, or takes no more connections: nobody asked wrongly.
        _ if db.fatal => 503,
        _ if house => house_status(code, &db.message),
        _ => status(code, &db.message),
    };
    let status = if code == "42501" && anonymous { 401 } else { status };
    let mut refusal = if house && !code.starts_with('M') {
        log(db, status);
        Refusal::new(status, code, fixed_text(code, status))
    } else {
        let mut refusal = Refusal::new(status, code, &db.message);
        refusal.details = db.detail.as_deref().map_or(Value::Null, Into::into);
        refusal.hint = db.hint.as_deref().map_or(Value::Null, Into::into);
        refusal
    };
    if status == 401 {
        refusal = refusal.header(header::WWW_AUTHENTICATE, "Bearer");
    }
    if status == 503 {
        refusal = refusal.header(header::RETRY_AFTER, "1");
    }
    refusal
}

fn log(db: &Refused, status: u16) {
    match status {
        500.. => tracing::error!(
            code = db.code.as_str(),
            message = db.message,
            detail = db.detail,
            context = db.context,
            "database error"
        ),
        _ => tracing::info!(code = db.code.as_str(), message = db.message, "refused"),
    }
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
            "09" | "25" | "2D" | "38" | "39" | "3B" | "40" | "54" | "55" | "57" | "58" | "F0"
            | "HV" | "P0" | "XX" | "21" => 500,
            _ => 400,
        },
    }
}

/// The statuses of design.md, section 7: what is not the caller's fault is a 5xx.
fn house_status(code: &str, message: &str) -> u16 {
    match code {
        "23503" | "23505" | "23P01" => 409,
        "23502" | "23514" => 400,
        "25006" => 405,
        "42501" => 403,
        "40001" | "40P01" | "55P03" | "57014" => 503,
        // The caller's own words: a type it named, a value or operator that does not fit.
        "42703" | "42704" | "42804" | "42803" | "42P10" | "428C9" | "21000" | "2201B" => 400,
        // A column of a view that is computed, or one that the view shows by two names.
        "0A000" if message.starts_with("cannot insert into column") => 400,
        "0A000" if message.starts_with("cannot update column") => 400,
        "42601" if message.starts_with("multiple assignments to same column") => 400,
        "42883" | "42P01" => 404,
        _ => match code.get(..2).unwrap_or_default() {
            "22" => 400,
            "08" | "53" | "57" => 503,
            _ => 500,
        },
    }
}

fn fixed_text(code: &str, status: u16) -> &'static str {
    match code {
        "42501" => "You may not do this.",
        "23503" | "23505" | "23P01" => "This conflicts with what is already there.",
        "23502" | "23514" => "A value is missing or out of range.",
        "25006" => "This request may not change anything.",
        "40001" | "40P01" => "Too busy; try again.",
        "55P03" | "57014" => "This took too long; try again.",
        _ => match code.get(..2).unwrap_or_default() {
            "22" => "A value does not have the form it must have.",
            "08" | "53" => "The database is busy; try again.",
            "57" => "The database is restarting; try again.",
            _ if status < 500 => "The request does not fit the data.",
            _ => "An unexpected error happened. It has been logged.",
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
