//! A transaction of the caller's own making, in one round trip.
//!
//! [`Db::query`] is one with the usual settings. The data API chooses its own settings and
//! isolation, looks at the result before it commits, and must see the error as Postgres sent it.

use std::{
    borrow::Cow,
    sync::OnceLock,
    time::{Duration, Instant},
};

use deadpool::managed;

use super::{
    Db, Failure,
    wire::{Row, Wire},
};

/// Values of `$1`, `$2`, … as text: Postgres reads each as the type its place asks for.
pub type Texts<'a> = &'a [Option<&'a str>];

/// Names and values that hold for a transaction.
pub type Settings<'a> = &'a [(&'a str, &'a str)];

/// What a transaction tells the database that would rather queue here: see
/// `internal.wait_outside`.
const WAITS_OUTSIDE: (&str, &str) = ("app.waits_outside", "on");

/// How long a transaction takes at most that only computes. One that takes longer waits for
/// something.
const BRIEF: Duration = Duration::from_millis(4);

/// One statement and what stands around it.
pub struct Transaction<'a> {
    /// `begin isolation level …`, where the default level will not do.
    pub begin: Option<&'a str>,
    /// Settings for the transaction, in order. One of them is `role`.
    pub settings: Settings<'a>,
    /// A statement without parameters to run first, as the caller.
    pub first: Option<&'a str>,
    /// The statement.
    pub sql: &'a str,
    /// Its parameters.
    pub params: Texts<'a>,
    /// Another statement to run after it, with its parameters.
    pub then: Option<(&'a str, Texts<'a>)>,
    /// Whether it may write, and so wait for a lock.
    pub writes: bool,
    /// Whether the statements' plans are kept on the connection.
    pub prepared: bool,
    /// How the transaction ends.
    pub end: End<'a>,
}

/// How a transaction ends that did not fail.
pub enum End<'a> {
    /// What was written stays.
    Commit,
    /// Every constraint is checked, and nothing stays.
    Rollback,
    /// One or the other, depending on the rows: a round trip more.
    After(Check<'a>),
}

/// Whether the rows allow a commit.
pub type Check<'a> = &'a (dyn Fn(&[Row]) -> bool + Sync);

/// The rows of both statements.
#[derive(Default)]
pub struct Outcome {
    /// The rows of the statement.
    pub rows: Vec<Row>,
    /// The rows of the other one.
    pub then: Vec<Row>,
}

impl Db {
    /// Run a transaction. Every call ends within the deadline.
    pub async fn transact(&self, transaction: &Transaction<'_>) -> Result<Outcome, Failure> {
        let until = Instant::now() + self.wait;
        if !transaction.writes {
            return self.run(transaction.settings, transaction, until).await;
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
        let mut wire = self.pool.get().await.map_err(|error| match error {
            managed::PoolError::Backend(Failure::Connection(error)) => Failure::Unreachable(error),
            managed::PoolError::Backend(failure) => failure,
            _ => Failure::Busy,
        })?;
        let outcome = tokio::time::timeout(self.deadline, work(&mut wire)).await;
        let outcome = outcome.unwrap_or(Err(Failure::Deadline));
        if let Err(Failure::Deadline | Failure::Connection(_)) = outcome {
            // Whatever still runs there, the next request shall not meet it.
            drop(managed::Object::take(wire));
        }
        outcome
    }
}

impl Wire {
    async fn transact(
        &mut self,
        settings: Settings<'_>,
        t: &Transaction<'_>,
    ) -> Result<Outcome, Failure> {
        let mut outcome = self.run(settings, t).await;
        if self.is_open() {
            // The transaction is lost; the connection need not be.
            self.push(Some(""), "rollback", &[])?;
            self.exchange().await?;
        }
        if let Err(Failure::Refused(refused)) = &mut outcome {
            self.explain(refused).await?;
            if let Some(function) = refused.afterwards.take() {
                self.call(&function, settings).await?;
            }
        }
        outcome
    }

    /// Call a function that a refusal has named, as the same caller.
    async fn call(&mut self, function: &str, settings: Settings<'_>) -> Result<(), Failure> {
        let is_kept = |(name, _): &&(&str, &str)| *name != "transaction_read_only";
        let settings: Vec<(&str, &str)> = settings.iter().filter(is_kept).copied().collect();
        let call = Transaction {
            begin: None,
            settings: &settings,
            first: None,
            sql: &format!("select {function}()"),
            params: &[],
            then: None,
            writes: true,
            prepared: false,
            end: End::Commit,
        };
        match self.run(&settings, &call).await {
            // The refusal is answered all the same.
            Err(Failure::Refused(error)) => {
                tracing::error!(function, %error, "what a refusal has named cannot be called");
                Ok(())
            }
            done => done.map(drop),
        }
    }

    async fn run(
        &mut self,
        settings: Settings<'_>,
        t: &Transaction<'_>,
    ) -> Result<Outcome, Failure> {
        let mut before = 1;
        if t.begin.is_some() || !matches!(t.end, End::Commit) {
            self.push(Some(""), t.begin.unwrap_or("begin"), &[])?;
            before += 1;
        }
        let values: Vec<Option<&str>> =
            settings.iter().flat_map(|(name, value)| [Some(*name), Some(*value)]).collect();
        self.push(Some(""), &set_config(settings.len()), &values)?;
        if let Some(first) = t.first {
            self.push(None, first, &[])?;
            before += 1;
        }
        let role = t.prepared.then(|| role_of(t.settings));
        self.push(role, t.sql, t.params)?;
        if let Some((sql, params)) = t.then {
            self.push(role, sql, params)?;
        }
        match t.end {
            End::Commit if t.begin.is_some() => self.push(Some(""), "commit", &[])?,
            End::Rollback => {
                self.push(Some(""), "set constraints all immediate", &[])?;
                self.push(Some(""), "rollback", &[])?;
            }
            End::Commit | End::After(_) => {}
        }
        let mut results = self.exchange().await?.into_iter().skip(before);
        let rows = results.next().unwrap_or_default();
        let then = t.then.and_then(|_| results.next()).unwrap_or_default();
        if let End::After(good) = t.end
            && good(&rows)
        {
            self.push(Some(""), "commit", &[])?;
            self.exchange().await?;
        }
        Ok(Outcome { rows, then })
    }
}

/// The statement that sets so many settings until the transaction ends.
fn set_config(settings: usize) -> Cow<'static, str> {
    static WRITTEN: [OnceLock<String>; 32] = [const { OnceLock::new() }; 32];
    let write = || {
        let one = |at| format!("pg_catalog.set_config(${}, ${}, true)", 2 * at + 1, 2 * at + 2);
        format!("select {}", (0..settings).map(one).collect::<Vec<_>>().join(", "))
    };
    match WRITTEN.get(settings) {
        Some(written) => written.get_or_init(write).into(),
        None => write().into(),
    }
}

/// Plans of tables with row-level security are made for one role: kept apart, none is thrown
/// away because another role asked in between.
fn role_of<'a>(settings: Settings<'a>) -> &'a str {
    settings.iter().find(|(name, _)| *name == "role").map_or("", |(_, value)| value)
}
