//! Why there are no rows, and what a caller of ours is told about it.

use std::io;

use errors::{Error, sqlstate};
use http::StatusCode;

use crate::{retry, wire::Refused};

/// Why there are no rows.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// All connections are taken.
    #[error("all connections are busy")]
    Busy,
    /// The deadline passed.
    #[error("the deadline passed")]
    Deadline,
    /// No connection could be opened.
    #[error("cannot connect: {0}")]
    Unreachable(io::Error),
    /// A connection was lost.
    #[error("the connection was lost: {0}")]
    Connection(#[from] io::Error),
    /// Postgres said no.
    #[error(transparent)]
    Refused(Box<Refused>),
    /// A value is not what the statement's author expected.
    #[error("unexpected value: {0}")]
    Unexpected(String),
}

impl Failure {
    /// Whether the transaction lost to another, and may simply be tried again.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Refused(refused) if retry::is_lost(&refused.code))
    }

    /// What is locked and shall be waited for outside of the database: `internal.wait_outside`
    /// says so.
    pub(crate) fn locked(&self) -> Option<&str> {
        match self {
            Self::Refused(refused)
                if refused.code == "55P03" && refused.message == "wait outside" =>
            {
                refused.detail.as_deref()
            }
            _ => None,
        }
    }
}

/// The answer to a failure: the one way from the database to HTTP, outside the data API.
impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Busy => Self::unavailable("53300", "All connections are busy; try again."),
            // The transaction may still commit; the caller's idempotency key decides then.
            Failure::Deadline => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "57014",
                "This took too long; try again.",
            ),
            // Without a database the cause is an operator's business, not the caller's.
            Failure::Unreachable(error) => {
                tracing::error!(%error, "cannot connect to the database");
                Self::unavailable("08001", "The database cannot be reached; try again.")
            }
            Failure::Connection(error) => {
                tracing::warn!(%error, "connection lost");
                Self::unavailable("08006", "The database is busy; try again.")
            }
            Failure::Refused(refused) => of_postgres(*refused),
            Failure::Unexpected(problem) => Self::internal(problem),
        }
    }
}

fn of_postgres(refused: Refused) -> Error {
    let code = refused.code.as_str();
    if let Some(status) = sqlstate::refusal_status(code) {
        return Error {
            status,
            code: refused.code,
            message: refused.message,
            details: refused.detail,
            hint: refused.hint,
            retry_after_s: None,
        };
    }
    if refused.fatal && !code.starts_with("57") {
        tracing::error!(code, message = refused.message, "the database refuses to connect");
        return Error::unavailable("08001", "The database cannot be reached; try again.");
    }
    let (status, message) = sqlstate::fixed_answer(code);
    // The functions speak the words of the schema.
    let rule = refused.rule_sentence(|_, _, column| Some(column.to_owned()));
    match status {
        StatusCode::INTERNAL_SERVER_ERROR => tracing::error!(
            code,
            message = refused.message,
            detail = refused.detail,
            context = refused.context,
            "database error"
        ),
        StatusCode::SERVICE_UNAVAILABLE => {
            tracing::warn!(code, message = refused.message, "database busy");
            return Error::unavailable(code, message);
        }
        _ => {
            tracing::info!(code, constraint = refused.constraint, "refused by the database");
        }
    }
    let error = Error::new(status, code, message);
    match rule {
        Some(rule) => error.details(rule),
        None => error,
    }
}
