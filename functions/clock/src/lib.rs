//! Scheduled work in the database: each task is one `api` function, called in turn.
//!
//! Every task is safe to run twice, late, or beside itself. No request needs a task to be correct:
//! a hold ends by the clock in the query, not by a job. Retries of calls to Stripe are made by the
//! payouts Lambda (docs/decisions/0005).

use std::time::Duration;

use environment::BadSetting;
use errors::{Error, Result};
use postgres::{Caller, Db};
use serde::Serialize;
use tokio::time::Instant;

/// A task: a service-only function that takes a limit and returns how much it did.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// Its name in the summary, which is the name of its function.
    pub name: &'static str,
    sql: &'static str,
}

macro_rules! tasks {
    ($($name:literal)*) => {
        [$(Task { name: $name, sql: concat!("select to_jsonb(api.", $name, "($1))") }),*]
    };
}

/// In the order in which one makes work for the next: expired bookings free seats, completed ones
/// earn, and messages come last.
pub const TASKS: [Task; 10] = tasks! {
    "continue_call_offs"
    "expire_bookings"
    "expire_orders"
    "offer_freed_seats"
    "complete_due_bookings"
    "release_due_earnings"
    "settle_referrals"
    "extend_slots"
    "remind_of_bookings"
    "trim_outbox"
};

/// The size of a batch. Each batch is one short transaction.
const LIMIT: i32 = 100;

/// No batch is begun with less time left than it may take.
const TIME_TO_BEGIN: Duration = Duration::from_secs(10);

/// The result of one task.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The task.
    pub task: &'static str,
    /// How much it did.
    pub done: i64,
    /// Whether it stopped because the time was up; the next run continues.
    pub unfinished: bool,
    /// Why it failed, as SQLSTATE and word; the other tasks ran nevertheless.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The Lambda's state.
pub struct Clock {
    db: Db,
}

impl Clock {
    /// What the environment describes.
    pub fn from_env() -> Result<Self, BadSetting> {
        let url = environment::required("SERVICE_DATABASE_URL")?;
        Ok(Self { db: Db::connect(&url, Default::default())? })
    }

    /// One invocation. If a task fails, the others still run, and then the invocation fails, so
    /// that the schedule's alarm is raised.
    pub async fn run(&self, deadline: Instant) -> Result<Vec<Outcome>> {
        let outcomes = run(&self.db, deadline).await;
        match outcomes.iter().find(|outcome| outcome.error.is_some()) {
            None => Ok(outcomes),
            Some(failed) => Err(Error::internal(format!("{} failed: {outcomes:?}", failed.task))),
        }
    }
}

/// Run every task, in batches, until it has nothing left to do or the time is up.
pub async fn run(db: &Db, deadline: Instant) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(TASKS.len());
    for task in TASKS {
        outcomes.push(run_task(db, task, deadline).await);
    }
    outcomes
}

async fn run_task(db: &Db, task: Task, deadline: Instant) -> Outcome {
    let mut outcome = Outcome { task: task.name, done: 0, unfinished: false, error: None };
    loop {
        if deadline.saturating_duration_since(Instant::now()) < TIME_TO_BEGIN {
            outcome.unfinished = true;
            return outcome;
        }
        match db.json::<i64>(Caller::SERVICE, task.sql, &[&LIMIT]).await {
            Ok(done) => {
                outcome.done += done;
                // After a full batch there may be more to do.
                if done < i64::from(LIMIT) {
                    return outcome;
                }
            }
            Err(error) => {
                tracing::error!(task = task.name, %error, "a task of the clock failed");
                outcome.error = Some(format!("{} {}", error.code, error.message));
                return outcome;
            }
        }
    }
}
