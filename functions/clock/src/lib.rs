//! What time brings: each task is one `api` function, and the clock calls them in turn.
//!
//! Every task is safe to run twice, late, or beside itself; none is needed for correctness
//! within a request, where the predicate and not the job decides (a hold ends by the clock in
//! the query). Retries of calls to Stripe are not here: the Lambdas that link Stripe sweep
//! after themselves (docs/decisions/0005).

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

/// In the order in which one makes work for the next: what expires frees seats, what is
/// completed earns, and what happened is told last.
pub const TASKS: [Task; 9] = tasks! {
    "continue_call_offs"
    "expire_bookings"
    "expire_orders"
    "offer_freed_seats"
    "complete_due_bookings"
    "release_due_earnings"
    "extend_slots"
    "remind_of_bookings"
    "trim_outbox"
};

/// How much one call may do: a batch is a transaction, and its locks are short.
const LIMIT: i32 = 100;

/// No batch is begun with less time left than it may take.
const TIME_TO_BEGIN: Duration = Duration::from_secs(10);

/// What became of one task.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The task.
    pub task: &'static str,
    /// How much it did.
    pub done: i64,
    /// Whether it stopped because the time was up; the next run goes on.
    pub unfinished: bool,
    /// Why it failed, as SQLSTATE and word; the other tasks ran all the same.
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

    /// One invocation. A failed task fails it, after all the others have run, so that the
    /// schedule's alarm sees it.
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
                // A full batch may have left some over. No task makes work for itself.
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
