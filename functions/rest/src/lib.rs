//! The data API: lenses and api functions, in PostgREST's dialect.
//!
//! A request goes through five modules, none of which knows the one after it: `request` and
//! `query` read it, `plan` resolves its names against the `cache`, `sql` writes one statement,
//! and `respond` turns the one row that comes back into an answer. `serve` walks the way.

pub mod cache;
pub mod identity;
mod openapi;
pub mod plan;
pub mod query;
pub mod request;
mod respond;
mod serve;
pub mod settings;
pub mod sql;
pub mod types;

use std::sync::Arc;

use axum::{
    Router, extract::State, handler::Handler, response::Response, routing::any, serve::ListenerExt,
};
use environment::{BadSetting, optional, required};
use postgres::{Db, Limits};
use tokens::{Gateway, Source};
use tokio::net::TcpListener;

use crate::{identity::Identity, serve::Memory, settings::Settings};

/// The path of the API in the house.
const PREFIX: &str = "/rest/v1";

/// The data API of one database. Cheap to clone.
#[derive(Clone)]
pub struct Rest(Arc<Inner>);

struct Inner {
    db: Db,
    service: Option<Db>,
    identity: Identity,
    settings: Settings,
    memory: Memory,
}

impl Rest {
    /// The API of `db`, for callers told apart by `identity`. Nothing is connected yet.
    pub fn new(db: Db, identity: Identity, settings: Settings) -> Self {
        let memory = Memory::new(settings.schemas());
        Self(Arc::new(Inner { db, service: None, identity, settings, memory }))
    }

    /// The marketplace's own API. Who calls with the service key is served over `service`:
    /// the login of callers cannot become the house, and without it they are refused.
    pub fn house(db: Db, service: Option<Db>, gateway: Gateway) -> Result<Self, BadSetting> {
        let settings = Settings::house()?;
        let memory = Memory::new(settings.schemas());
        let identity = Identity::House(gateway);
        Ok(Self(Arc::new(Inner { db, service, identity, settings, memory })))
    }

    /// What the environment describes: the marketplace's own API.
    pub fn from_env() -> Result<Self, BadSetting> {
        let db = Db::connect(&required("API_DATABASE_URL")?, Limits::default())?;
        let gateway =
            Gateway::new(&tokens::Settings::from_env()?, vec![Source::Database(db.clone())])?;
        let service = optional("SERVICE_DATABASE_URL")
            .map(|url| Db::connect(&url, Limits::default()))
            .transpose()?;
        Self::house(db, service, gateway)
    }

    /// Load the schema cache now rather than with the first request.
    pub async fn warm(&self) -> Result<(), cache::CacheError> {
        self.0.memory.reload(&self.0.db).await
    }

    /// Reload the schema cache whenever the database sends `notify pgrst`. Needs a connection
    /// of its own that is not a pooler's; ends when that connection does.
    pub async fn listen(&self, url: &str) -> Result<(), BadSetting> {
        serve::listen(&self.0.memory, &self.0.db, url).await
    }
}

impl Inner {
    /// The login that may become `role`.
    fn db_for(&self, role: &str) -> &Db {
        match &self.service {
            Some(service) if role == "service_role" => service,
            _ => &self.db,
        }
    }
}

/// The routes of this function, under `/rest/v1`.
pub fn router(rest: Rest) -> Router {
    Router::new()
        .route(PREFIX, any(answer))
        .route("/rest/v1/", any(answer))
        .route("/rest/v1/{*path}", any(answer))
        .with_state(rest)
}

/// Serve the same API at the root of a server of its own, where PostgREST has it.
pub async fn standalone(listener: TcpListener, rest: Rest) -> std::io::Result<()> {
    // An answer's last packet must not wait for the client's word on the one before.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    axum::serve(listener, answer.with_state(rest).into_make_service()).await
}

async fn answer(State(rest): State<Rest>, request: axum::extract::Request) -> Response {
    serve::answer(&rest.0, request).await
}
