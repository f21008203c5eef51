//! What of an error of the database is told.
//!
//! A refusal raised on purpose (class `M`) is forwarded whole. Any other error becomes a fixed
//! text: its DETAIL may carry somebody else's row.

use data_api::{Refusal, Words, postgrest_refusal};
use errors::sqlstate::{fixed_answer, refusal_status};
use postgres::Refused;

/// The marketplace's own way.
pub(crate) fn fixed(refused: &Refused, words: &Words<'_>) -> Refusal {
    if let Some(refusal) = raised(refused) {
        return refusal;
    }
    let (status, text) = match own_words(refused) {
        Some(status) => (status, "The request does not fit the data."),
        None => {
            let (status, text) = fixed_answer(&refused.code);
            (status.as_u16(), text)
        }
    };
    log(refused, status);
    let refusal = Refusal::new(status, &refused.code, text);
    if refused.is_raised() {
        // A sentence of ours about this case. It contains no row of anybody else.
        let refusal = refusal.details(refused.message.as_str());
        return match &refused.hint {
            Some(hint) => refusal.hint(hint.as_str()),
            None => refusal,
        };
    }
    let rule = refused.rule_sentence(|schema, table, column| words.name_of(schema, table, column));
    match rule.or_else(|| form(refused, words)) {
        Some(sentence) => refusal.details(sentence),
        None => refusal,
    }
}

/// What form a value must have, with its field. Postgres's message quotes the value, so it is told
/// whole only if the caller has given that value: otherwise it may be somebody else's.
fn form(refused: &Refused, words: &Words<'_>) -> Option<String> {
    if !matches!(refused.code.as_str(), "22001" | "22003" | "22007" | "22008" | "22023" | "22P02") {
        return None;
    }
    let message = &refused.message;
    // The name of an enumeration is quoted too, before the value.
    let value = message.find(": \"").map(|at| at + 2).or_else(|| message.find('"'));
    let (Some(begins), Some(ends)) = (value, message.rfind('"')) else {
        return Some(format!("{}.", message.trim_end_matches('.')));
    };
    match words.field_of(message.get(begins + 1..ends).unwrap_or_default()) {
        Some(field) => Some(format!("{field}: {message}.")),
        None => ["invalid input syntax for type", "invalid input value for enum"]
            .iter()
            .any(|begin| message.starts_with(begin))
            .then(|| format!("{}.", message[..begins].trim_end_matches([':', ' ']))),
    }
}

/// PostgREST's way.
pub(crate) fn postgrest(refused: &Refused, _: &Words<'_>) -> Refusal {
    raised(refused).unwrap_or_else(|| postgrest_refusal(refused))
}

fn raised(refused: &Refused) -> Option<Refusal> {
    let status = refusal_status(&refused.code)?;
    let mut refusal = postgrest_refusal(refused);
    refusal.status = status;
    Some(refusal)
}

/// The status of an error that lies in the caller's own words. In no other Lambda do a caller's
/// words become part of a statement; there, these errors are mistakes of ours.
fn own_words(refused: &Refused) -> Option<u16> {
    let message = &refused.message;
    match refused.code.as_str() {
        // What a lens has a column for and does not serve.
        "0A000" if refused.is_raised() => Some(400),
        // A type the caller named, or a value or operator that does not fit.
        "42703" | "42704" | "42804" | "42803" | "42P10" | "428C9" | "21000" | "2201B" => Some(400),
        // A column of a view that is computed, or one that the view shows by two names.
        "0A000" if message.starts_with("cannot insert into column") => Some(400),
        "0A000" if message.starts_with("cannot update column") => Some(400),
        "42601" if message.starts_with("multiple assignments to same column") => Some(400),
        // A view that nothing is written through.
        "55000" if message.starts_with("cannot ") => Some(400),
        "42883" | "42P01" => Some(404),
        _ => None,
    }
}

fn log(refused: &Refused, status: u16) {
    match status {
        500.. => tracing::error!(
            code = refused.code.as_str(),
            message = refused.message,
            detail = refused.detail,
            context = refused.context,
            "database error"
        ),
        _ => tracing::info!(code = refused.code.as_str(), message = refused.message, "refused"),
    }
}
