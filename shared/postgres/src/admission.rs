//! Who has a connection when: readers and writers, the crowd before a lock, brief reads together.

use std::time::{Duration, Instant};

use deadpool::managed;

use super::{
    Db, Failure,
    pipeline::Pipeline,
    transaction::{Outcome, Settings, Texts, Transaction},
    wire::{Opener, Row, Wire},
};

/// What a transaction tells the database that would rather queue here: see
/// `internal.wait_outside`.
const WAITS_OUTSIDE: (&str, &str) = ("app.waits_outside", "on");

/// How long a transaction takes at most that only computes. One that takes longer waits for
/// something.
const BRIEF: Duration = Duration::from_millis(4);

impl Db {
    /// Run a transaction. Every call ends within the deadline.
    pub async fn transact(&self, transaction: &Transaction<'_>) -> Result<Outcome, Failure> {
        let until = Instant::now() + self.wait;
        if !transaction.writes {
            return self.read(transaction, until).await;
        }
        let Some(locks) = &self.locks else {
            return self.write(transaction.settings, transaction, until).await;
        };
        let outside = [transaction.settings, &[WAITS_OUTSIDE]].concat();
        let outcome = self.write(&outside, transaction, until).await;
        let Some(locked) = outcome.as_ref().err().and_then(Failure::locked) else { return outcome };
        let _turn = locks.before(locked).turn(until).await?;
        // Not behind those who have just come: their line is as long as anybody may wait, and what
        // was done for this one would be lost.
        let _turn = self.returning.turn(until).await?;
        self.run_in_turn(transaction.settings, transaction, until).await
    }

    /// A read shares a connection with others, if it is brief and others are under way.
    async fn read(
        &self,
        transaction: &Transaction<'_>,
        until: Instant,
    ) -> Result<Outcome, Failure> {
        let Some(reading) = self.pipelines.begin(transaction) else {
            return self.run(transaction.settings, transaction, until).await;
        };
        let place = reading.has_company.then(|| reading.hand_over(transaction)).flatten();
        if let Some(mut waiting) = place {
            if let Some(jobs) = waiting.jobs.take() {
                let turn = self.everybody.turn(until).await?;
                let wire = self.connection().await?;
                let (pipelines, deadline) = (self.pipelines.clone(), self.deadline);
                tokio::spawn(Pipeline { jobs, pipelines, deadline, _turn: turn }.run(wire));
            }
            if let Some(outcome) = reading.answer(waiting).await {
                return Ok(outcome);
            }
        }
        let outcome = self.run(transaction.settings, transaction, until).await?;
        reading.was_alone();
        Ok(outcome)
    }

    async fn connection(&self) -> Result<managed::Object<Opener>, Failure> {
        self.pool.get().await.map_err(|error| match error {
            managed::PoolError::Backend(Failure::Connection(error)) => Failure::Unreachable(error),
            managed::PoolError::Backend(failure) => failure,
            _ => Failure::Busy,
        })
    }

    async fn write(
        &self,
        settings: Settings<'_>,
        transaction: &Transaction<'_>,
        until: Instant,
    ) -> Result<Outcome, Failure> {
        let _turn = self.writers.turn(until).await?;
        self.run_in_turn(settings, transaction, until).await
    }

    /// While a crowd waits for a lock, few writers compute at a time: more of them would serve the
    /// crowd no sooner, and readers would wait for a processor (decision 19).
    async fn run_in_turn(
        &self,
        settings: Settings<'_>,
        transaction: &Transaction<'_>,
        until: Instant,
    ) -> Result<Outcome, Failure> {
        let run = self.run(settings, transaction, until);
        match self.locks.as_ref().is_some_and(|locks| locks.is_crowded()) {
            true => self.computing.while_brief(BRIEF, until, run).await,
            false => run.await,
        }
    }

    async fn run(
        &self,
        settings: Settings<'_>,
        transaction: &Transaction<'_>,
        until: Instant,
    ) -> Result<Outcome, Failure> {
        self.on_wire(until, async |wire| wire.transact(settings, transaction).await).await
    }

    /// Run one statement as the login itself, for what every caller may know.
    pub async fn look_up(&self, sql: &str, params: Texts<'_>) -> Result<Vec<Row>, Failure> {
        self.on_wire(Instant::now() + self.wait, async |wire| {
            wire.push(None, sql, params)?;
            Ok(wire.exchange().await?.pop().unwrap_or_default())
        })
        .await
    }

    async fn on_wire<T>(
        &self,
        until: Instant,
        work: impl AsyncFnOnce(&mut Wire) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let _turn = self.everybody.turn(until).await?;
        let mut wire = self.connection().await?;
        let outcome = tokio::time::timeout(self.deadline, work(&mut wire)).await;
        let outcome = outcome.unwrap_or(Err(Failure::Deadline));
        if let Err(Failure::Deadline | Failure::Connection(_)) = outcome {
            // Whatever still runs there, the next request shall not meet it.
            drop(managed::Object::take(wire));
        }
        outcome
    }
}
