//! Calendars elsewhere: claim those that are due, fetch them, read them, record the busy times.
//!
//! A provider chooses the address, so we trust nothing about it: not where it leads, not how long
//! the answer is, not how long it takes. We keep the busy times of the answer and nothing else.

mod address;
mod event;
mod fetch;
mod read;

use std::time::Duration;

use chrono::{DateTime, Utc};
use environment::BadSetting;
use errors::{Error, Result};
use futures_util::{StreamExt, stream};
use postgres::{Caller, Db};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use uuid::Uuid;

pub use address::is_public;
pub use fetch::{Fetched, Fetcher};
pub use read::busy_times;

use crate::Outcome;

/// How many calendars are claimed and fetched at the same time. A batch takes no longer than its
/// slowest calendar.
const LIMIT: usize = 16;

/// No batch is claimed if less time is left than a batch may take.
const TIME_TO_BEGIN: Duration = Duration::from_secs(25);

/// A calendar that is due.
#[derive(Debug, Deserialize)]
struct Due {
    busy_calendar_id: Uuid,
    attempt: i32,
    url: String,
    etag: Option<String>,
    timezone: String,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// A time when the provider is busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Busy {
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}

/// Reads busy calendars for a database.
#[derive(Clone)]
pub struct Reader {
    db: Db,
    fetcher: Fetcher,
}

impl Reader {
    /// A reader that can reach public addresses only.
    pub fn new(db: Db) -> Result<Self, BadSetting> {
        Ok(Self { db, fetcher: Fetcher::new(is_public)? })
    }

    /// The same, with another way to fetch, for tests.
    pub fn over(db: Db, fetcher: Fetcher) -> Self {
        Self { db, fetcher }
    }

    /// Read the calendars that are due, until none is due or the time is up.
    pub async fn run(&self, deadline: Instant) -> Outcome {
        let mut outcome =
            Outcome { task: "read_busy_calendars", done: 0, unfinished: true, error: None };
        while outcome.unfinished
            && deadline.saturating_duration_since(Instant::now()) >= TIME_TO_BEGIN
        {
            self.batch(&mut outcome).await;
        }
        outcome
    }

    /// One batch. If a calendar cannot be recorded, it becomes due again and does not delay the
    /// others.
    async fn batch(&self, outcome: &mut Outcome) {
        let claim = "select api.claim_busy_calendars($1)";
        let limit = i32::try_from(LIMIT).unwrap_or(i32::MAX);
        let due = self.db.json::<Vec<Due>>(Caller::SERVICE, claim, &[&limit]).await;
        let due = due.unwrap_or_else(|error| {
            failed(outcome, &error);
            Vec::new()
        });
        outcome.unfinished = due.len() == LIMIT;
        let mut recorded = stream::iter(due).map(|due| self.read(due)).buffer_unordered(LIMIT);
        while let Some(result) = recorded.next().await {
            match result {
                Ok(()) => outcome.done += 1,
                Err(error) => failed(outcome, &error),
            }
        }
    }

    async fn read(&self, due: Due) -> Result<()> {
        let read = match self.fetcher.fetch(&due.url, due.etag.as_deref()).await {
            Ok(Fetched::Unchanged) => Ok((None, None)),
            Ok(Fetched::Text { text, etag }) => {
                let zone = due.timezone.parse().unwrap_or(chrono_tz::UTC);
                let (from, until) = (due.from, due.until);
                let reading = move || busy_times(&text, zone, from, until);
                let times = tokio::task::spawn_blocking(reading).await;
                times
                    .unwrap_or_else(|_| Err("It cannot be read.".into()))
                    .map(|times| (serde_json::to_string(&times).ok(), etag))
            }
            Err(problem) => Err(problem),
        };
        let ((times, etag), error) = match read {
            Ok(read) => (read, None),
            Err(problem) => ((None, None), Some(problem)),
        };
        let record = "select api.record_busy_calendar($1, $2, $3::jsonb, $4, $5)";
        let params: postgres::Params<'_> = &[
            &due.busy_calendar_id,
            &due.attempt,
            &times.as_deref(),
            &etag.as_deref(),
            &error.as_deref(),
        ];
        self.db.execute(Caller::SERVICE, record, params).await
    }
}

fn failed(outcome: &mut Outcome, error: &Error) {
    tracing::error!(%error, "busy calendars cannot be read");
    outcome.error = Some(format!("{} {}", error.code, error.message));
}

#[cfg(test)]
mod tests {
    use super::{TIME_TO_BEGIN, fetch, read};

    #[test]
    fn the_limits_are_those_that_the_page_promises_and_a_batch_has_time_for_them() {
        let page = include_str!("../../../docs/booking.md");
        let promise = format!(
            "reads {} MB, {} seconds and {} redirects at most, and works out recurring events for \
             {} seconds",
            fetch::SIZE >> 20,
            fetch::DEADLINE.as_secs(),
            fetch::REDIRECTS,
            read::BUDGET.as_secs(),
        );
        assert!(page.contains(&promise), "docs/booking.md does not say: {promise}");
        assert!(TIME_TO_BEGIN >= fetch::DEADLINE + read::BUDGET);
    }
}
