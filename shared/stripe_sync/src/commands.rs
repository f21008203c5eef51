//! Doing what the database has planned for Stripe: claim, send, record.
//!
//! There are three steps. No transaction is open between them, and each can run in another process
//! than the one before. If the process dies before the claim commits, nothing was sent. If it dies
//! after the claim or during the call, the lease ends in a minute and the same bytes go out under
//! the same key. If it dies after the answer, Stripe repeats that answer.
//! `sql/schema/stripe/command.sql` has the whole table.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use errors::{Error, Result};
use postgres::{Caller, Db, Params};
use stripe::{Command, Doubt, Failure, LookUp, Outcome, Reason, StripeClient};

/// Stripe takes 25 calls a second in its test mode; a call takes a third of one.
const CONCURRENT_CALLS: usize = 8;

/// How many commands are claimed at once: no more than can be sent well within the minute of a
/// claim.
const CLAIM: i32 = 64;

/// How often the next commands of one payment are claimed: they wait for each other (reversal, then
/// refund).
const ROUNDS: usize = 4;

/// No call is begun if less time is left than it may take.
const TIME_TO_CALL: Duration = Duration::from_secs(25);

const RECORD: &str = "select api.record_stripe_result($1, $2)";

/// The way from planned commands to recorded results. Cheap to clone.
#[derive(Clone)]
pub struct Commands {
    db: Db,
    stripe: StripeClient,
}

/// A command that this process has claimed for a minute.
#[derive(Clone, Debug, Deserialize)]
pub struct Claimed {
    /// Which.
    pub stripe_command_id: Uuid,
    /// `create_payment`, `refund`, `transfer`, …
    pub kind: String,
    #[serde(flatten)]
    command: Command,
    look_up: Option<Place>,
}

/// Where to look for the object of an old command, whose key Stripe may have forgotten.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "object", rename_all = "snake_case")]
enum Place {
    Transfer { transfer_group: String },
    Refund { payment_intent: String },
    Reversal { transfer: String },
}

/// Stripe's answer, before it is recorded.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The answer to a command.
    Sent(Outcome),
    /// The answer to the question whether Stripe has the object; `None` means no.
    LookedUp(Option<Value>),
}

/// The outcomes of many commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Done by Stripe.
    pub done: usize,
    /// Refused by Stripe; what was reserved is free again.
    pub refused: usize,
    /// Unknown; they are sent again.
    pub unknown: usize,
}

impl Commands {
    /// Use the service login.
    pub fn new(db: Db, stripe: StripeClient) -> Self {
        Self { db, stripe }
    }

    /// The client, for reads.
    pub fn stripe(&self) -> &StripeClient {
        &self.stripe
    }

    /// Stripe's id of a payment's intent, if it is known.
    pub async fn intent_of(&self, payment_id: Uuid) -> Result<Option<String>> {
        let sql = "select api.payment_intent_of($1)";
        self.db.json(Caller::SERVICE, sql, &[&payment_id]).await
    }

    /// Step one: claim up to `limit` due commands, of some kinds or of all.
    pub async fn claim(&self, limit: i32, kinds: Option<&[&str]>) -> Result<Vec<Claimed>> {
        self.claimed("select api.claim_stripe_commands($1, $2)", &[&limit, &kinds]).await
    }

    /// Step two: call Stripe. No transaction is open during the call.
    pub async fn call(&self, claimed: &Claimed) -> Answer {
        let Some(place) = &claimed.look_up else {
            return Answer::Sent(self.stripe.send(&claimed.command).await);
        };
        let op_id = claimed.stripe_command_id.to_string();
        match self.stripe.find(place.as_look_up(), "op_id", &op_id).await {
            Ok(found) => Answer::LookedUp(found),
            Err(Failure::Unknown(doubt)) => Answer::Sent(Outcome::Unknown(doubt)),
            // Stripe refused the look-up, which says nothing about the command.
            Err(Failure::Refused(refusal)) => {
                tracing::error!(?refusal, "Stripe refuses to be asked about a command");
                Answer::Sent(Outcome::Unknown(Doubt {
                    status: Some(refusal.status),
                    request_id: refusal.request_id,
                    reason: Reason::Unreadable,
                    alarm: true,
                }))
            }
        }
    }

    /// Step three: record Stripe's answer.
    pub async fn record(&self, claimed: &Claimed, answer: &Answer) -> Result<()> {
        let (sql, said) = match answer {
            Answer::Sent(outcome) => {
                (RECORD, serde_json::to_value(outcome).map_err(Error::internal)?)
            }
            Answer::LookedUp(found) => ("select api.record_stripe_look_up($1, $2)", json!(found)),
        };
        self.db.text(Caller::SERVICE, sql, &[&claimed.stripe_command_id, &said]).await?;
        Ok(())
    }

    /// For the request that has just caused the commands: do everything due of one payment, in
    /// order, and return Stripe's answers.
    pub async fn of_payment(&self, payment_id: Uuid) -> Result<Vec<(Claimed, Answer)>> {
        let sql = "select api.claim_payment_commands($1)";
        let mut answers = Vec::new();
        for _ in 0..ROUNDS {
            let claimed = self.claimed(sql, &[&payment_id]).await?;
            if claimed.is_empty() {
                break;
            }
            answers.extend(self.finish(claimed).await?);
        }
        Ok(answers)
    }

    /// For a provider who waits: create their account.
    pub async fn of_account(&self, payout_account_id: Uuid) -> Result<()> {
        let sql = "select api.claim_account_command($1)";
        let claimed = self.claimed(sql, &[&payout_account_id]).await?;
        self.finish(claimed).await?;
        Ok(())
    }

    /// Call and record, one after the other.
    async fn finish(&self, claimed: Vec<Claimed>) -> Result<Vec<(Claimed, Answer)>> {
        let mut answers = Vec::with_capacity(claimed.len());
        for command in claimed {
            let answer = self.call(&command).await;
            self.record(&command, &answer).await?;
            answers.push((command, answer));
        }
        Ok(answers)
    }

    /// Do everything due, of some kinds or of all, until nothing is left or the time is up.
    pub async fn sweep(&self, kinds: Option<&[&str]>, deadline: Instant) -> Result<Summary> {
        let mut summary = Summary::default();
        while Instant::now() + TIME_TO_CALL < deadline {
            let claimed = self.claim(CLAIM, kinds).await?;
            if claimed.is_empty() {
                break;
            }
            let mut done = stream::iter(claimed)
                .map(|command| self.carry_out(command))
                .buffer_unordered(CONCURRENT_CALLS);
            while let Some(answer) = done.next().await {
                match answer {
                    Some(answer) => summary.count(&answer),
                    None => summary.unknown += 1,
                }
            }
        }
        Ok(summary)
    }

    /// Call and record, for a sweep. If a result cannot be recorded, the others still go on. `None`
    /// is tried again when its lease ends, unless the database finds the answer itself wrong.
    async fn carry_out(&self, command: Claimed) -> Option<Answer> {
        let answer = self.call(&command).await;
        let error = match self.record(&command, &answer).await {
            Ok(()) => return Some(answer),
            Err(error) => error,
        };
        tracing::error!(%error, id = %command.stripe_command_id, "an answer cannot be recorded");
        if error.status.is_client_error() {
            let put_aside = self.put_aside(command.stripe_command_id).await;
            put_aside.unwrap_or_else(
                |error| tracing::error!(%error, "the command cannot be put aside either"),
            );
        }
        None
    }

    /// Set a command aside until a person has looked at it.
    async fn put_aside(&self, stripe_command_id: Uuid) -> Result<()> {
        let outcome = json!({"outcome": "unknown", "reason": "bad_command", "alarm": true});
        self.db.text(Caller::SERVICE, RECORD, &[&stripe_command_id, &outcome]).await?;
        Ok(())
    }

    /// The commands that `sql` claims. A command that cannot be read is a mistake of ours: it is
    /// set aside, so that it does not block the others, and a person is told.
    async fn claimed(&self, sql: &str, params: Params<'_>) -> Result<Vec<Claimed>> {
        let claimed: Vec<Value> = self.db.json(Caller::SERVICE, sql, params).await?;
        let mut readable = Vec::with_capacity(claimed.len());
        for command in claimed {
            match Claimed::deserialize(&command) {
                Ok(command) => readable.push(command),
                Err(error) => {
                    let id = &command["stripe_command_id"];
                    tracing::error!(%error, %id, "unreadable command");
                    self.put_aside(Uuid::deserialize(id).map_err(Error::internal)?).await?;
                }
            }
        }
        Ok(readable)
    }
}

impl Place {
    fn as_look_up(&self) -> LookUp<'_> {
        match self {
            Self::Transfer { transfer_group } => LookUp::Transfer { transfer_group },
            Self::Refund { payment_intent } => LookUp::Refund { payment_intent },
            Self::Reversal { transfer } => LookUp::Reversal { transfer },
        }
    }
}

impl Summary {
    fn count(&mut self, answer: &Answer) {
        match answer {
            Answer::Sent(Outcome::Done(_)) | Answer::LookedUp(Some(_)) => self.done += 1,
            Answer::Sent(Outcome::Refused(_)) => self.refused += 1,
            Answer::Sent(Outcome::Unknown(_)) | Answer::LookedUp(None) => self.unknown += 1,
        }
    }
}
