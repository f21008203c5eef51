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

pub mod busy;

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

/// The order in which one task makes work for the next: expired bookings free seats, completed
/// bookings earn money, and messages come last.
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

/// The rows that tasks set aside because they failed.
const SET_ASIDE: &str = "select to_jsonb(api.count_clock_failures($1))";

/// The size of a batch. Each batch is one short transaction.
const LIMIT: i32 = 100;

/// No batch is begun if less time is left than a batch may take.
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
    /// Why it failed, as SQLSTATE and word. The other tasks still ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Outcome {
    /// The result of a task that has not begun.
    fn of(task: Task) -> Self {
        Self { task: task.name, done: 0, unfinished: true, error: None }
    }
}

/// The Lambda's state.
pub struct Clock {
    db: Db,
    reader: busy::Reader,
}

impl Clock {
    /// What the environment describes.
    pub fn from_env() -> Result<Self, BadSetting> {
        let url = environment::required("SERVICE_DATABASE_URL")?;
        let db = Db::connect(&url, Default::default())?;
        Ok(Self { reader: busy::Reader::new(db.clone())?, db })
    }

    /// One invocation. If a task fails or sets something aside, the others still run, and then the
    /// invocation fails, so that the schedule's alarm is raised.
    pub async fn run(&self, deadline: Instant) -> Result<Vec<Outcome>> {
        let mut outcomes = run(&self.db, deadline).await;
        outcomes.push(self.reader.run(deadline).await);
        match outcomes.iter().find(|outcome| outcome.error.is_some()) {
            None => Ok(outcomes),
            Some(failed) => Err(Error::internal(format!("{} failed: {outcomes:?}", failed.task))),
        }
    }
}

/// Run every task, one batch of each in turn, until none has anything left to do or the time is up.
/// A task with very much to do does not delay the others.
pub async fn run(db: &Db, deadline: Instant) -> Vec<Outcome> {
    let started = Instant::now();
    let mut outcomes = TASKS.map(Outcome::of);
    loop {
        for (task, outcome) in TASKS.iter().zip(&mut outcomes) {
            if outcome.unfinished {
                let enough = deadline.saturating_duration_since(Instant::now()) >= TIME_TO_BEGIN;
                if !enough {
                    return told(db, started, outcomes).await;
                }
                batch(db, task, outcome).await;
            }
        }
        if !outcomes.iter().any(|outcome| outcome.unfinished) {
            return told(db, started, outcomes).await;
        }
    }
}

/// One batch of a task.
async fn batch(db: &Db, task: &Task, outcome: &mut Outcome) {
    match db.json::<i64>(Caller::SERVICE, task.sql, &[&LIMIT]).await {
        Ok(done) => {
            outcome.done += done;
            // After a full batch there may be more to do.
            outcome.unfinished = done >= i64::from(LIMIT);
        }
        Err(error) => {
            tracing::error!(task = task.name, %error, "a task of the clock failed");
            outcome.error = Some(format!("{} {}", error.code, error.message));
            outcome.unfinished = false;
        }
    }
}

/// The results, and how many rows were set aside in this run, if any. Somebody has to look at those
/// (`api.list_stuck_work`).
async fn told(db: &Db, started: Instant, outcomes: [Outcome; TASKS.len()]) -> Vec<Outcome> {
    let mut outcomes = Vec::from(outcomes);
    let seconds = i32::try_from(started.elapsed().as_secs() + 1).unwrap_or(i32::MAX);
    let aside = db.json::<i64>(Caller::SERVICE, SET_ASIDE, &[&seconds]).await;
    let problem = match aside {
        Ok(0) => return outcomes,
        Ok(rows) => format!("rows that could not be done: {rows}"),
        Err(error) => format!("{} {}", error.code, error.message),
    };
    tracing::error!(problem, "the clock has set rows aside");
    let outcome = Outcome { task: "set_aside", done: 0, unfinished: false, error: Some(problem) };
    outcomes.push(outcome);
    outcomes
}
