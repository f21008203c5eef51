//! The way to Postgres: one statement, as one caller, in one transaction, in one round trip.
//!
//! BEGIN, the settings, the statement and COMMIT are sent together and their four answers
//! awaited. The role and the claims are set for the transaction only, so a pooled
//! connection never carries one caller's identity into the next request. The login itself
//! holds no grant: should a BEGIN be lost, what follows is refused.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use deadpool::managed::{self, Metrics, RecycleResult};
use deadpool_postgres::{ClientWrapper, ManagerConfig, RecyclingMethod};
use futures_util::future::{join, join4};
use http::StatusCode;
use tokio_postgres::{Config, Row, Statement, types::ToSql};
use tokio_postgres_rustls::MakeRustlsConnect;
use uuid::Uuid;

use self::{raw::RawText, wire::Opener};
use environment::BadSetting;
use errors::{Error, Result};

mod limits;
mod raw;
pub mod retry;
pub mod tls;
mod transaction;
mod wire;

pub use limits::Limits;
pub use transaction::{Check, End, Failure, Outcome, Texts, Transaction};
pub use wire::{Refused, Row as RawRow};

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
    /// Nobody in particular.
    pub const ANON: Caller<'static> =
        Caller { role: "anon", claims: r#"{"role":"anon"}"#, user_id: None };

    /// The house itself: webhooks, schedules, relays.
    pub const SERVICE: Caller<'static> =
        Caller { role: "service_role", claims: r#"{"role":"service_role"}"#, user_id: None };
}

/// Parameters of a statement.
pub type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A pool of connections under one login. Cheap to clone; connects on first use.
#[derive(Clone)]
pub struct Db {
    pool: managed::Pool<Manager>,
    /// For [`Self::transact`]. Whoever needs one kind alone opens none of the other.
    wires: managed::Pool<Opener>,
    deadline: Duration,
}

/// The settings of one transaction, in order: `role` is the last.
const SETTINGS: &str = "select pg_catalog.set_config(s.name, s.value, true) \
    from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) \
      as s(name, value)";

/// Statements kept on one connection at most.
const MAX_STATEMENTS: usize = 500;

impl Db {
    /// A pool for `url` (`postgres://…`, or `host=…` words). Nothing is connected yet.
    pub fn connect(url: &str, limits: Limits) -> Result<Self, BadSetting> {
        let (config, tls) = tls::parse(url)?;
        Self::over(config, tls, limits)
    }

    /// The same, for who has read the connection string and knows whom to trust.
    pub fn over(
        config: Config,
        tls: MakeRustlsConnect,
        limits: Limits,
    ) -> Result<Self, BadSetting> {
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let inner = deadpool_postgres::Manager::from_config(config.clone(), tls.clone(), recycling);
        let pool = limits.pool(Manager { inner })?;
        let wires = limits.pool(Opener::new(config, tls, limits.prepared))?;
        Ok(Self { pool, wires, deadline: limits.deadline })
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
        let attempt = || self.attempt(caller, sql, params);
        retry::while_lost(attempt, |error: &Error| retry::is_lost(&error.code)).await
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
        match rows.first() {
            None => Ok(None),
            Some(row) => Ok(row.try_get::<_, Option<RawText>>(0)?.map(|text| text.0)),
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

    /// How many connections there are, how many are idle, and who waits for one.
    pub fn status(&self) -> deadpool::Status {
        let (typed, wires) = (self.pool.status(), self.wires.status());
        deadpool::Status {
            max_size: typed.max_size + wires.max_size,
            size: typed.size + wires.size,
            available: typed.available + wires.available,
            waiting: typed.waiting + wires.waiting,
        }
    }

    /// A connection of the pool, for those who need more than one statement.
    /// They keep to the same rule: a transaction first, then the caller's settings.
    pub async fn connection(&self) -> Result<managed::Object<Manager>> {
        self.pool.get().await.map_err(|error| match error {
            managed::PoolError::Timeout(_) => {
                Error::unavailable("53300", "All connections are busy; try again.")
            }
            managed::PoolError::Backend(error) => {
                // Without a database the cause is an operator's business, not the caller's.
                let cause = std::error::Error::source(&error).map(tracing::field::display);
                tracing::error!(%error, cause, "cannot connect to the database");
                Error::unavailable("08001", "The database cannot be reached; try again.")
            }
            other => Error::internal(other),
        })
    }

    async fn attempt(&self, caller: Caller<'_>, sql: &str, params: Params<'_>) -> Result<Vec<Row>> {
        let connection = self.connection().await?;
        match tokio::time::timeout(self.deadline, connection.run(caller, sql, params)).await {
            Ok(outcome) => outcome,
            Err(_) => {
                // The transaction may still commit; the caller's idempotency key decides then.
                drop(managed::Object::take(connection));
                Err(Error::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "57014",
                    "This took too long; try again.",
                ))
            }
        }
    }
}

/// One connection and the statements it has prepared.
pub struct Connection {
    client: ClientWrapper,
    /// By role, then by text.
    statements: Mutex<HashMap<String, HashMap<String, Statement>>>,
}

impl Connection {
    async fn run(&self, caller: Caller<'_>, sql: &str, params: Params<'_>) -> Result<Vec<Row>> {
        let user_id = caller.user_id.map(|id| id.to_string()).unwrap_or_default();
        let names: [&str; 3] = ["request.jwt.claims", "app.user_id", "role"];
        let values: [&str; 3] = [caller.claims, &user_id, caller.role];
        let settings = self.client.prepare_cached(SETTINGS).await?;
        let settings_params: [&(dyn ToSql + Sync); 2] = [&names.as_slice(), &values.as_slice()];

        if let Some(statement) = self.known(caller.role, sql) {
            let (begun, set, rows, committed) = join4(
                self.client.batch_execute("begin"),
                self.client.query(&settings, &settings_params),
                self.client.query(&statement, params),
                self.client.batch_execute("commit"),
            )
            .await;
            begun?;
            set?;
            let rows = rows?;
            committed?;
            return Ok(rows);
        }

        // First use on this connection. Names resolve under the caller's role, because the
        // login has no usage on any schema: so the statement is prepared inside.
        let (begun, set) = join(
            self.client.batch_execute("begin"),
            self.client.query(&settings, &settings_params),
        )
        .await;
        let outcome = async {
            begun?;
            set?;
            let statement = self.client.prepare(sql).await?;
            self.keep(caller.role, sql, &statement);
            Ok::<_, Error>(statement)
        };
        let statement = match outcome.await {
            Ok(statement) => statement,
            Err(error) => {
                self.client.batch_execute("rollback").await?;
                return Err(error);
            }
        };
        let (rows, committed) =
            join(self.client.query(&statement, params), self.client.batch_execute("commit")).await;
        let rows = rows?;
        committed?;
        Ok(rows)
    }

    /// The client itself, for callers that open their own transaction.
    pub fn client(&self) -> &tokio_postgres::Client {
        &self.client
    }

    fn known(&self, role: &str, sql: &str) -> Option<Statement> {
        self.statements.lock().ok()?.get(role)?.get(sql).cloned()
    }

    fn keep(&self, role: &str, sql: &str, statement: &Statement) {
        let Ok(mut statements) = self.statements.lock() else { return };
        // Requests have as many forms as callers have ideas; the server keeps a plan for each.
        if statements.values().map(HashMap::len).sum::<usize>() >= MAX_STATEMENTS {
            statements.clear();
        }
        let of_role = statements.entry(role.to_owned()).or_default();
        of_role.insert(sql.to_owned(), statement.clone());
    }
}

/// Opens and checks the connections of a [`Db`].
pub struct Manager {
    inner: deadpool_postgres::Manager,
}

impl managed::Manager for Manager {
    type Type = Connection;
    type Error = tokio_postgres::Error;

    async fn create(&self) -> Result<Connection, tokio_postgres::Error> {
        let client = managed::Manager::create(&self.inner).await?;
        Ok(Connection { client, statements: Mutex::default() })
    }

    async fn recycle(
        &self,
        connection: &mut Connection,
        metrics: &Metrics,
    ) -> RecycleResult<tokio_postgres::Error> {
        managed::Manager::recycle(&self.inner, &mut connection.client, metrics).await
    }
}
