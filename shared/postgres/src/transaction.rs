//! A transaction of the caller's own making, in one round trip.
//!
//! [`Db::query`](super::Db::query) is one with the usual settings. The data API chooses its own settings and
//! isolation, looks at the result before it commits, and must see the error as Postgres sent it.

use std::{borrow::Cow, sync::OnceLock};

use super::{
    Failure,
    wire::{Row, Wire},
};

/// Values of `$1`, `$2`, … as text: Postgres reads each as the type its place asks for.
pub type Texts<'a> = &'a [Option<&'a str>];

/// Names and values that hold for a transaction.
pub type Settings<'a> = &'a [(&'a str, &'a str)];

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

/// A transaction that was sent, and how to read its answer.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    /// Statements before the one that was asked for.
    before: usize,
    has_then: bool,
}

impl<'a> Transaction<'a> {
    /// A statement that only reads.
    pub(crate) fn read(settings: Settings<'a>, sql: &'a str) -> Self {
        Self {
            begin: None,
            settings,
            first: None,
            sql,
            params: &[],
            then: None,
            writes: false,
            prepared: true,
            end: End::Commit,
        }
    }

    /// Whom it runs as. Plans of tables with row-level security are made for one role: kept apart,
    /// none is thrown away because another role asked in between.
    pub(crate) fn role(&self) -> &'a str {
        self.settings.iter().find(|(name, _)| *name == "role").map_or("", |(_, value)| value)
    }

    /// Its length in bytes, about.
    pub(crate) fn length(&self) -> usize {
        let texts = |texts: Texts<'_>| texts.iter().flatten().map(|text| text.len()).sum::<usize>();
        let settings = self.settings.iter().map(|(name, value)| name.len() + value.len());
        let then = self.then.map_or(0, |(sql, params)| sql.len() + texts(params));
        settings.sum::<usize>() + self.sql.len() + texts(self.params) + then
    }

    /// Whether nothing is lost if it is asked twice, and nothing around it needs a connection of
    /// its own.
    pub(crate) fn may_be_asked_again(&self) -> bool {
        !self.writes && self.prepared && self.begin.is_none() && matches!(self.end, End::Commit)
    }
}

impl Wire {
    pub(super) async fn transact(
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
        let asked = self.ask(settings, t)?;
        self.send().await?;
        let outcome = self.answer(asked).await?;
        if let End::After(good) = t.end
            && good(&outcome.rows)
        {
            self.push(Some(""), "commit", &[])?;
            self.exchange().await?;
        }
        Ok(outcome)
    }

    /// Add a transaction to what is sent next.
    pub(super) fn ask(
        &mut self,
        settings: Settings<'_>,
        t: &Transaction<'_>,
    ) -> Result<Asked, Failure> {
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
        let role = t.prepared.then(|| t.role());
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
        self.end_exchange();
        Ok(Asked { before, has_then: t.then.is_some() })
    }

    /// The answer to the oldest transaction that was sent.
    pub(super) async fn answer(&mut self, asked: Asked) -> Result<Outcome, Failure> {
        let mut results = self.answers().await?.into_iter().skip(asked.before);
        let rows = results.next().unwrap_or_default();
        let then = if asked.has_then { results.next().unwrap_or_default() } else { Vec::new() };
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
