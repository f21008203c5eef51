//! From the outbox to the queue: claim messages, send them in tens, record the result.
//!
//! Claiming leases a message for a minute. If a relay dies between sending and recording, the
//! message is claimed and sent again. So a message arrives at least once, and its consumer
//! deduplicates by outbox id. Several relays can run at once; each claims other messages.

use std::time::Duration;

use environment::BadSetting;
use errors::Result;
use futures_util::{StreamExt, stream};
use postgres::{Caller, Db};
use queue::{BATCH, Entry, Rejected, Sender, SqsQueue};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

/// Batches that are sent at the same time.
const CONCURRENT_SENDS: usize = 10;

/// Messages claimed at once: as many as are sent at the same time.
const CLAIM: i32 = (BATCH * CONCURRENT_SENDS) as i32;

/// The pause before an empty outbox is checked again.
const PAUSE: Duration = Duration::from_secs(1);

/// Nothing is claimed if less time is left than a send may take.
const TIME_TO_BEGIN: Duration = Duration::from_secs(5);

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Messages the queue accepted.
    pub sent: usize,
    /// Messages that it rejected, or may have rejected; they are due again after a while.
    pub rejected: usize,
}

#[derive(Deserialize)]
struct Claimed {
    outbox_id: Uuid,
    attempt: i32,
}

/// The Lambda's state.
pub struct Relay {
    db: Db,
    queue: SqsQueue,
}

impl Relay {
    /// What the environment describes.
    pub fn from_env() -> Result<Self, BadSetting> {
        let url = environment::required("SERVICE_DATABASE_URL")?;
        Ok(Self { db: Db::connect(&url, Default::default())?, queue: SqsQueue::from_env()? })
    }

    /// One invocation: check the outbox every second for as long as the function may run.
    ///
    /// A schedule starts it once a minute. With a timeout of just under a minute, a message is
    /// delayed by about a second.
    pub async fn run(&self, deadline: Instant) -> Result<Summary> {
        let mut total = Summary::default();
        loop {
            let summary = run(&self.db, &self.queue, deadline).await?;
            total.sent += summary.sent;
            total.rejected += summary.rejected;
            let next = Instant::now() + PAUSE;
            if next + TIME_TO_BEGIN > deadline {
                return Ok(total);
            }
            tokio::time::sleep_until(next).await;
        }
    }
}

/// Send what is due, until nothing is due or the time is up.
pub async fn run(db: &Db, queue: &impl Sender, deadline: Instant) -> Result<Summary> {
    let mut summary = Summary::default();
    while deadline.saturating_duration_since(Instant::now()) > TIME_TO_BEGIN {
        let claimed: Vec<Claimed> =
            db.json(Caller::SERVICE, "select api.claim_outbox($1)", &[&CLAIM]).await?;
        if claimed.is_empty() {
            break;
        }
        let rejected = send(queue, &claimed).await;
        record(db, &claimed, &rejected).await?;
        summary.sent += claimed.len() - rejected.len();
        summary.rejected += rejected.len();
        if claimed.len() < CLAIM as usize {
            break;
        }
    }
    Ok(summary)
}

async fn send(queue: &impl Sender, claimed: &[Claimed]) -> Vec<Rejected> {
    let batches = claimed.chunks(BATCH).map(|batch| batch.iter().map(entry).collect());
    stream::iter(batches.collect::<Vec<Vec<Entry>>>())
        .map(|batch| async move { queue.send(&batch).await })
        .buffer_unordered(CONCURRENT_SENDS)
        .concat()
        .await
}

/// The message carries only the id, so nothing private is in the queue.
fn entry(claimed: &Claimed) -> Entry {
    let body = json!({ "outbox_id": claimed.outbox_id }).to_string();
    Entry { id: claimed.outbox_id, body }
}

/// A claim is identified by its attempt; messages that were claimed again in the meantime are not
/// changed.
async fn record(db: &Db, claimed: &[Claimed], rejected: &[Rejected]) -> Result<()> {
    let ids: Vec<Uuid> = claimed.iter().map(|c| c.outbox_id).collect();
    let attempts: Vec<i32> = claimed.iter().map(|c| c.attempt).collect();
    let reasons: Vec<Option<&str>> = claimed
        .iter()
        .map(|c| rejected.iter().find(|r| r.id == c.outbox_id).map(|r| r.reason.as_str()))
        .collect();
    let sql = "select api.record_outbox($1, $2, $3)";
    db.query(Caller::SERVICE, sql, &[&ids, &attempts, &reasons]).await.map(drop)
}
