//! A transaction of the caller's own making, still in one round trip.
//!
//! What [`Db::query`](super::Db::query) does for everybody is not enough for the data API: it
//! chooses its own settings and access mode, looks at the result before it commits, and must
//! see the error as Postgres sent it.

use std::{sync::Arc, time::Duration};

use deadpool::managed;
use futures_util::future::{OptionFuture, join_all};
use tokio_postgres::{Row, Statement, types::ToSql};

use super::{Connection, Db, Params, SETTINGS, retry};

/// One statement and what stands around it.
pub struct Transaction<'a> {
    /// `begin`, with the access mode and isolation level.
    pub begin: &'a str,
    /// Settings for the transaction, in order.
    pub settings: &'a [(&'a str, &'a str)],
    /// A statement without parameters to run first, as the caller.
    pub first: Option<&'a str>,
    /// The statement.
    pub sql: &'a str,
    /// Its parameters.
    pub params: Params<'a>,
    /// Another statement to run after it, with its parameters.
    pub then: Option<(&'a str, Params<'a>)>,
    /// Whether the statements' plans are kept on the connection.
    pub prepared: bool,
    /// How the transaction ends.
    pub end: End<'a>,
}

/// How a transaction ends.
pub enum End<'a> {
    /// So, without looking: `commit`, or `rollback`.
    Now(&'a str),
    /// With `commit` or `rollback`, depending on the rows: a round trip more.
    After(&'a (dyn Fn(&[Row]) -> bool + Sync)),
}

/// The rows of both statements.
pub struct Outcome {
    /// The rows of the statement.
    pub rows: Vec<Row>,
    /// The rows of the other one.
    pub then: Vec<Row>,
}

/// Why there are no rows.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// All connections are taken.
    #[error("all connections are busy")]
    Busy,
    /// There is no connection to be had.
    #[error("the database cannot be reached: {0}")]
    Unreachable(Arc<tokio_postgres::Error>),
    /// The deadline passed.
    #[error("the deadline passed")]
    Deadline,
    /// Postgres or the driver said no.
    #[error(transparent)]
    Database(#[from] tokio_postgres::Error),
}

impl Failure {
    /// Whether the transaction lost to another, and may simply be tried again.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Database(error)
            if error.code().is_some_and(|state| retry::is_lost(state.code())))
    }
}

impl Db {
    /// Run a transaction. Every call ends within the deadline.
    pub async fn transact(&self, transaction: &Transaction<'_>) -> Result<Outcome, Failure> {
        let connection = self.checkout().await?;
        match tokio::time::timeout(self.deadline, connection.transact(transaction)).await {
            Ok(outcome) => outcome.map_err(Failure::Database),
            Err(_) => {
                // Whatever still runs there, the next request shall not meet it.
                drop(managed::Object::take(connection));
                Err(Failure::Deadline)
            }
        }
    }

    /// A connection of the pool, with its failures told apart.
    pub async fn checkout(&self) -> Result<managed::Object<super::Manager>, Failure> {
        self.pool.get().await.map_err(|error| match error {
            managed::PoolError::Backend(error) => Failure::Unreachable(Arc::new(error)),
            _ => Failure::Busy,
        })
    }

    /// How long a statement may take.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }
}

impl Connection {
    async fn transact(&self, t: &Transaction<'_>) -> Result<Outcome, tokio_postgres::Error> {
        let names: Vec<&str> = t.settings.iter().map(|(name, _)| *name).collect();
        let values: Vec<&str> = t.settings.iter().map(|(_, value)| *value).collect();
        let params: [&(dyn ToSql + Sync); 2] = [&names, &values];
        let settings = self.client.prepare_cached(SETTINGS).await?;
        let opened = async {
            let (begun, set, first) = futures_util::join!(
                self.client.batch_execute(t.begin),
                self.client.query(&settings, &params),
                OptionFuture::from(t.first.map(|sql| self.client.batch_execute(sql))),
            );
            begun?;
            set?;
            first.unwrap_or(Ok(()))
        };
        let role = role_of(t.settings);
        let known = self.known(role, t.sql);
        let known_then = t.then.map(|(sql, _)| self.known(role, sql));
        if let (true, Some(statement), End::Now(end), None | Some(Some(_))) =
            (t.prepared, known, &t.end, &known_then)
        {
            let then = known_then.flatten();
            // Polled in this order, so sent in this order, and answered in one round trip.
            let (opened, rows, then, ended) = futures_util::join!(
                opened,
                self.client.query(&statement, t.params),
                join_all(then.iter().zip(t.then).map(|(s, (_, p))| self.client.query(s, p))),
                self.client.batch_execute(end),
            );
            let outcome = || {
                opened?;
                let rows = rows?;
                let then = then.into_iter().next().unwrap_or_else(|| Ok(Vec::new()))?;
                ended?;
                Ok(Outcome { rows, then })
            };
            return self.clean(outcome()).await;
        }
        let outcome = self.step_by_step(opened, t, role).await;
        self.clean(outcome).await
    }

    /// A transaction that failed is lost; the connection need not be. An end of several
    /// statements does not end a transaction whose first one is refused in it.
    async fn clean(
        &self,
        outcome: Result<Outcome, tokio_postgres::Error>,
    ) -> Result<Outcome, tokio_postgres::Error> {
        if outcome.is_err() {
            self.client.batch_execute("rollback").await?;
        }
        outcome
    }

    /// First use of a statement on this connection, or an end that depends on its rows. Names
    /// resolve under the caller's role, so a statement is prepared inside the transaction.
    async fn step_by_step(
        &self,
        opened: impl Future<Output = Result<(), tokio_postgres::Error>>,
        t: &Transaction<'_>,
        role: &str,
    ) -> Result<Outcome, tokio_postgres::Error> {
        opened.await?;
        let statement = self.statement(role, t.sql, t.prepared).await?;
        let rows = self.client.query(&statement, t.params).await?;
        let then = match t.then {
            None => Vec::new(),
            Some((sql, params)) => {
                let statement = self.statement(role, sql, t.prepared).await?;
                self.client.query(&statement, params).await?
            }
        };
        let end = match t.end {
            End::Now(end) => end,
            End::After(good) if good(&rows) => "commit",
            End::After(_) => "rollback",
        };
        self.client.batch_execute(end).await?;
        Ok(Outcome { rows, then })
    }

    async fn statement(
        &self,
        role: &str,
        sql: &str,
        keep: bool,
    ) -> Result<Statement, tokio_postgres::Error> {
        if let Some(statement) = self.known(role, sql).filter(|_| keep) {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        if keep {
            self.keep(role, sql, &statement);
        }
        Ok(statement)
    }
}

/// Plans of tables with row-level security are made for one role: kept apart, none is thrown
/// away because another role asked in between.
fn role_of<'a>(settings: &[(&str, &'a str)]) -> &'a str {
    settings.iter().find(|(name, _)| *name == "role").map_or("", |(_, value)| value)
}
