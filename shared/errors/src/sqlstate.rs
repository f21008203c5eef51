//! From SQLSTATE to HTTP: docs/errors.md.

use http::StatusCode;

/// The status of a refusal raised on purpose: the digit after the `M` is the last digit of 40x.
pub fn refusal_status(code: &str) -> Option<StatusCode> {
    let digit = code.strip_prefix('M')?.bytes().next()?;
    matches!(digit, b'0'..=b'4' | b'9')
        .then(|| StatusCode::from_u16(400 + u16::from(digit - b'0')).ok())?
}

/// Status and fixed text of an error that the database raised by itself. If the caller is not at
/// fault, it is a 5xx.
pub fn fixed_answer(code: &str) -> (StatusCode, &'static str) {
    match code {
        "25006" => (StatusCode::METHOD_NOT_ALLOWED, "This request may not change anything."),
        "42501" => (StatusCode::FORBIDDEN, "You may not do this."),
        "23503" | "23505" | "23P01" => {
            (StatusCode::CONFLICT, "This conflicts with what is already there.")
        }
        "23502" | "23514" => (StatusCode::BAD_REQUEST, "A value is missing or out of range."),
        "40001" | "40P01" => (StatusCode::SERVICE_UNAVAILABLE, "Too busy; try again."),
        "55P03" | "57014" => (StatusCode::SERVICE_UNAVAILABLE, "This took too long; try again."),
        _ => match code.get(..2).unwrap_or_default() {
            "22" => (StatusCode::BAD_REQUEST, "A value does not have the form it must have."),
            // Too deep, too long, too many: the request exceeds the limits of the server.
            "54" => (StatusCode::BAD_REQUEST, "This is more than the database can answer."),
            "08" | "53" => (StatusCode::SERVICE_UNAVAILABLE, "The database is busy; try again."),
            "57" => (StatusCode::SERVICE_UNAVAILABLE, "The database is restarting; try again."),
            _ => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "An unexpected error happened. It has been logged.",
            ),
        },
    }
}
