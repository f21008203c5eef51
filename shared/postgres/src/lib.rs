//! The way to Postgres: one statement, as one caller, in one transaction, in one round trip.
//!
//! The settings (role and claims) and the statement are sent together, under one Sync: they are
//! one transaction, which the Sync commits if both succeeded. The settings end with it, so a
//! pooled connection never carries one caller's identity into the next request. The login itself
//! holds no grant: should the settings be lost, what follows is refused.

use std::{sync::Arc, time::Duration};

use deadpool::managed;
use errors::{Error, Result};
use tokio_postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;
use uuid::Uuid;

use self::{
    line::{Line, Lines},
    pipeline::Pipelines,
    wire::Opener,
};

mod admission;
mod failure;
mod limits;
mod line;
mod param;
mod pipeline;
pub mod retry;
mod rule;
pub mod tls;
mod transaction;
mod wire;

pub use failure::Failure;
pub use limits::Limits;
pub use param::{Param, Params};
pub use rule::Rule;
pub use transaction::{Check, End, Outcome, Texts, Transaction};
pub use wire::{Refused, Row};

/// Who a statement runs as.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// A role the login may become: `anon`, `authenticated` or `service_role`.
    pub role: &'a str,
    /// The verified claims as JSON, for `request.jwt.claims`.
    pub claims: &'a str,
    /// The `sub` of the claims, for `app.user_id`.
    pub user_id: Option<Uuid>,
}

impl Caller<'_> {
    /// An anonymous caller.
    pub const ANON: Caller<'static> =
        Caller { role: "anon", claims: r#"{"role":"anon"}"#, user_id: None };

    /// The service itself: webhooks, schedules, relays.
    pub const SERVICE: Caller<'static> =
        Caller { role: "service_role", claims: r#"{"role":"service_role"}"#, user_id: None };
}

/// A pool of connections under one login. Cheap to clone; connects on first use.
#[derive(Clone)]
pub struct Db {
    pool: managed::Pool<Opener>,
    /// Before the connections.
    everybody: Arc<Line>,
    /// Before those that writers may take.
    writers: Arc<Line>,
    /// Before those of writers who have waited for a lock outside of the database.
    returning: Arc<Line>,
    /// Those that brief reads share.
    pipelines: Arc<Pipelines>,
    /// Before the processors, while a crowd waits for a lock.
    computing: Arc<Line>,
    /// Before what is locked, if that is not waited for in the database.
    locks: Option<Arc<Lines>>,
    wait: Duration,
    deadline: Duration,
}

impl Db {
    /// A pool for `url` (`postgres://…`, or `host=…` words). Nothing is connected yet.
    pub fn connect(url: &str, limits: Limits) -> Result<Self, environment::BadSetting> {
        let (config, tls) = tls::parse(url)?;
        Self::over(config, tls, limits)
    }

    /// The same, for a connection string that is already read and a choice of whom to trust.
    pub fn over(
        config: Config,
        tls: MakeRustlsConnect,
        limits: Limits,
    ) -> Result<Self, environment::BadSetting> {
        Ok(Self {
            pool: limits.pool(Opener::new(config, tls, limits.prepared))?,
            everybody: Line::new(limits.connections),
            writers: Line::new(limits.for_writers()),
            returning: Line::new(limits.for_returning()),
            pipelines: Pipelines::new(limits.for_pipelines(), limits.brief),
            computing: Line::new(limits.for_computing()),
            locks: limits.queues.then(Arc::default),
            wait: limits.wait,
            deadline: limits.deadline,
        })
    }

    /// Run `sql` as `caller` and return its rows.
    ///
    /// A serialization failure or a deadlock is tried again, three times at most; nothing of
    /// the failed attempt remains. Every call ends within the deadline.
    pub async fn query(
        &self,
        caller: Caller<'_>,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Vec<Row>> {
        let user_id = caller.user_id.map(|id| id.to_string()).unwrap_or_default();
        // Whoever asks gives up after the deadline; the server must too, or a statement that waits
        // for a lock goes on for nobody.
        let timeout_ms = self.deadline.as_millis().to_string();
        let params: Vec<_> = params.iter().map(|param| param.text()).collect();
        let params: Vec<Option<&str>> = params.iter().map(Option::as_deref).collect();
        let transaction = Transaction {
            begin: None,
            settings: &[
                ("request.jwt.claims", caller.claims),
                ("app.user_id", &user_id),
                ("statement_timeout", &timeout_ms),
                ("role", caller.role),
            ],
            first: None,
            sql,
            params: &params,
            then: None,
            writes: true,
            prepared: true,
            end: End::Commit,
        };
        let attempt = || self.transact(&transaction);
        Ok(retry::while_lost(attempt, Failure::is_lost).await?.rows)
    }

    /// Run `sql` for its effect.
    pub async fn execute(&self, caller: Caller<'_>, sql: &str, params: Params<'_>) -> Result<()> {
        self.query(caller, sql, params).await.map(drop)
    }

    /// Run `sql`, which returns one row of one text or JSON column, and pass its text on.
    /// `None` is SQL null, or no row.
    pub async fn text(
        &self,
        caller: Caller<'_>,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Option<String>> {
        let rows = self.query(caller, sql, params).await?;
        match rows.first().and_then(|row| row.bytes(0)) {
            None => Ok(None),
            Some(bytes) => String::from_utf8(bytes.into()).map(Some).map_err(Error::internal),
        }
    }

    /// Run `sql`, which returns one JSON value, and read it as a `T`.
    pub async fn json<T: serde::de::DeserializeOwned>(
        &self,
        caller: Caller<'_>,
        sql: &str,
        params: Params<'_>,
    ) -> Result<T> {
        let text = self.text(caller, sql, params).await?;
        serde_json::from_str(text.as_deref().unwrap_or("null")).map_err(Error::internal)
    }

    /// Whether a request that comes now would be refused, because too many wait for a connection.
    /// Asked before other work is done for it: refusing must cost much less than answering.
    pub fn is_crowded(&self) -> bool {
        self.everybody.is_too_long(self.wait)
    }

    /// How many connections there are, how many are idle, and who waits for one.
    pub fn status(&self) -> deadpool::Status {
        self.pool.status()
    }
}
