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

use axum::{Router, extract::State, response::Response, routing::any};
use shared::{
    auth::{self, Gateway, Source},
    config::{BadSetting, required},
    db::{Db, Limits},
};

use crate::{identity::Identity, serve::Memory, settings::Settings};

/// The path of the API in the house.
const PREFIX: &str = "/rest/v1";

/// The data API of one database. Cheap to clone.
#[derive(Clone)]
pub struct Rest(Arc<Inner>);

struct Inner {
    db: Db,
    identity: Identity,
    settings: Settings,
    memory: Memory,
}

impl Rest {
    /// The API of `db`, for callers told apart by `identity`. Nothing is connected yet.
    pub fn new(db: Db, identity: Identity, settings: Settings) -> Self {
        let memory = Memory::new(settings.schemas());
        Self(Arc::new(Inner { db, identity, settings, memory }))
    }

    /// The marketplace's own API.
    pub fn house(db: Db, gateway: Gateway) -> Result<Self, BadSetting> {
        Ok(Self::new(db, Identity::House(gateway), Settings::house()?))
    }

    /// What the environment describes: the marketplace's own API.
    pub fn from_env() -> Result<Self, BadSetting> {
        let db = Db::connect(&required("API_DATABASE_URL")?, Limits::default())?;
        let gateway =
            Gateway::new(&auth::Settings::from_env()?, vec![Source::Database(db.clone())])?;
        Self::house(db, gateway)
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

/// The routes of this function, under `/rest/v1`.
pub fn router(rest: Rest) -> Router {
    Router::new()
        .route(PREFIX, any(answer))
        .route("/rest/v1/", any(answer))
        .route("/rest/v1/{*path}", any(answer))
        .with_state(rest)
}

/// The same API at the root of a server of its own, where PostgREST has it.
pub fn standalone(rest: Rest) -> Router {
    Router::new().fallback(answer).with_state(rest)
}

async fn answer(State(rest): State<Rest>, request: axum::extract::Request) -> Response {
    serve::answer(&rest.0, request).await
}
