//! SQS to e-mail: each message is claimed, read, written, handed over and recorded.
//!
//! A queue message carries an outbox id and nothing else. One call to the database claims the
//! message and returns what to say and whether it is still true and wanted. docs/decisions/0004
//! says what happens if a worker dies at each step, and why one message never becomes two mails.

use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use environment::BadSetting;
use errors::{Error, Result};
use futures_util::future::join_all;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{Error as SmtpError, response::Category},
};
use postgres::{Caller, Db};
use serde::Deserialize;
use tokio::time::Instant;
use uuid::Uuid;

mod calendar;
mod language;
mod mail;
mod message;
mod settings;
mod text;
mod zone;

pub use language::templates;
pub use mail::{Uncomposable, compose, message_id};
pub use message::{Claim, Message};
pub use settings::Settings;

/// No mail is begun if less time is left: if a worker dies while it hands a mail over, nobody can
/// know whether the mail was sent.
const TIME_TO_BEGIN: Duration = Duration::from_secs(3);

/// Everything that a mail needs. Cheap to clone; connects on first use.
#[derive(Clone)]
pub struct Mailer {
    db: Db,
    smtp: AsyncSmtpTransport<Tokio1Executor>,
    settings: Settings,
}

/// The body of a queue message.
#[derive(Deserialize)]
struct Body {
    outbox_id: Uuid,
}

/// The result of one hand-over, for `api.record_delivery`.
struct Outcome {
    word: &'static str,
    detail: String,
}

impl Mailer {
    /// A mailer that reads from `db` and sends as `settings` say.
    pub fn new(db: Db, settings: Settings) -> Result<Self, BadSetting> {
        let smtp = settings.transport()?;
        Ok(Self { db, smtp, settings })
    }

    /// The mailer with the settings of the environment, as the Lambda uses it.
    pub fn from_env() -> Result<Self, BadSetting> {
        let url = environment::required("SERVICE_DATABASE_URL")?;
        Self::new(Db::connect(&url, Default::default())?, Settings::from_env()?)
    }

    /// Deliver every message of `event`, and return those that must come again.
    ///
    /// Messages do not depend on each other: a bad one fails alone.
    pub async fn handle(&self, event: SqsEvent, deadline: Instant) -> SqsBatchResponse {
        let deliveries = event.records.iter().map(|record| async move {
            let outcome = self.deliver(record, deadline).await;
            outcome.is_err().then(|| record.message_id.clone().unwrap_or_default())
        });
        let mut response = SqsBatchResponse::default();
        for message_id in join_all(deliveries).await.into_iter().flatten() {
            response.add_failure(message_id);
        }
        response
    }

    /// An error means: this message must come again.
    async fn deliver(&self, record: &SqsMessage, deadline: Instant) -> Result<()> {
        let body = record.body.as_deref().unwrap_or_default();
        let Body { outbox_id } = serde_json::from_str(body).map_err(Error::internal)?;
        if deadline.saturating_duration_since(Instant::now()) < TIME_TO_BEGIN {
            return Err(Error::unavailable("57014", "Too little time is left to begin a mail."));
        }
        let claim = "select api.claim_delivery($1)";
        let (attempt, message) = match self.db.json(Caller::SERVICE, claim, &[&outbox_id]).await? {
            Claim::Send { attempt, message } => (attempt, message),
            Claim::Busy => {
                return Err(Error::unavailable("55P03", "Another worker is sending this mail."));
            }
            Claim::Settled { reason } => {
                tracing::debug!(%outbox_id, reason, "nothing to send");
                return Ok(());
            }
        };
        let outcome = self.hand_over(&message, deadline).await;
        let recorded = self.record(outbox_id, attempt, &outcome).await;
        match outcome.word {
            // The mail is sent. If the message came again because the database could not record
            // it, the mail would be sent again. So it is done, even if it was not recorded.
            "sent" => Ok(()),
            "refused" => recorded,
            _ => Err(Error::internal(format!("mail {outbox_id}: {}", outcome.detail))),
        }
    }

    async fn hand_over(&self, message: &Message, deadline: Instant) -> Outcome {
        let mail = match compose(message, &self.settings) {
            Ok(mail) => mail,
            Err(Uncomposable::Address(error)) => {
                return Outcome { word: "refused", detail: error.to_string() };
            }
            Err(error) => return Outcome { word: "retry", detail: error.to_string() },
        };
        match tokio::time::timeout_at(deadline, self.smtp.send(mail)).await {
            Ok(Ok(response)) => {
                let detail: Vec<&str> = response.message().collect();
                Outcome { word: "sent", detail: detail.join(" ") }
            }
            Ok(Err(error)) if is_refusal(&error) => {
                Outcome { word: "refused", detail: error.to_string() }
            }
            Ok(Err(error)) => Outcome { word: "retry", detail: error.to_string() },
            Err(_) => Outcome { word: "retry", detail: "the time was up".to_owned() },
        }
    }

    /// Record the outcome. It tries several times: a lost record means that the mail is sent again.
    async fn record(&self, outbox_id: Uuid, attempt: i32, outcome: &Outcome) -> Result<()> {
        let sql = "select api.record_delivery($1, $2, $3, $4)";
        let detail: String = outcome.detail.chars().take(500).collect();
        let mut pause = Duration::from_millis(50);
        loop {
            let params: postgres::Params<'_> = &[&outbox_id, &attempt, &outcome.word, &detail];
            match self.db.query(Caller::SERVICE, sql, params).await {
                Err(error) if error.status.is_server_error() && pause < Duration::from_secs(1) => {
                    tokio::time::sleep(pause).await;
                    pause *= 3;
                }
                outcome => return outcome.map(drop),
            }
        }
    }
}

/// Whether the server has refused this mail for good. Only replies about the mailbox (x5x) count: a
/// refused login or a full disk is not the mail's fault.
fn is_refusal(error: &SmtpError) -> bool {
    error.is_permanent() && error.status().is_some_and(|code| code.category == Category::MailSystem)
}
