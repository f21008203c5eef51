//! An API of any database, in PostgREST's dialect.
//!
//! A request goes through modules of which each knows only those before it: `refusal` (what can be
//! said instead of an answer), `cache` (what is known of the database), `identity`, `settings` and
//! `profile` (what the installation decides), `query` and `request` (what is asked for), `plan`
//! (its names, resolved against the cache), `sql` (one statement, and the one row that comes back),
//! `answer`, and `serve`, which walks the way. `openapi` and `types` describe the cache to others.

mod answer;
pub mod cache;
pub mod identity;
mod openapi;
pub mod plan;
mod profile;
pub mod query;
mod refusal;
pub mod request;
mod serve;
pub mod settings;
pub mod sql;
pub mod types;

use std::sync::Arc;

use axum::{
    Router, extract::State, handler::Handler, response::Response, routing::any, serve::ListenerExt,
};
use environment::BadSetting;
use postgres::Db;
use tokio::net::TcpListener;

pub use crate::{
    profile::Profile,
    refusal::{Refusal, Words, postgrest_refusal},
};

use crate::{identity::Identity, serve::CacheKeeper, settings::Settings};

/// Where supabase-js looks for the API; it is served at the root as well.
const PREFIX: &str = "/rest/v1";

/// The API of one database. Cheap to clone.
#[derive(Clone)]
pub struct DataApi(Arc<Inner>);

struct Inner {
    db: Db,
    identity: Identity,
    settings: Settings,
    profile: Profile,
    cache: CacheKeeper,
}

impl DataApi {
    /// The API of `db`, for callers told apart by `identity`. Nothing is connected yet.
    pub fn new(db: Db, identity: Identity, settings: Settings, profile: Profile) -> Self {
        let cache = CacheKeeper::new(settings.schemas());
        Self(Arc::new(Inner { db, identity, settings, profile, cache }))
    }

    /// Load the schema cache now rather than with the first request.
    pub async fn warm(&self) -> Result<(), cache::CacheError> {
        self.0.cache.reload(&self.0.db).await
    }

    /// Reload the schema cache whenever the database sends `notify pgrst`. Needs a connection
    /// of its own that is not a pooler's; ends when that connection does.
    pub async fn listen(&self, url: &str) -> Result<(), BadSetting> {
        serve::listen(&self.0.cache, &self.0.db, url).await
    }
}

impl Inner {
    /// The login that may become `role`.
    fn db_for(&self, role: &str) -> &Db {
        self.profile.login(role).unwrap_or(&self.db)
    }
}

/// The routes of the API, under `/rest/v1`.
pub fn router(api: DataApi) -> Router {
    Router::new()
        .route(PREFIX, any(answer))
        .route("/rest/v1/", any(answer))
        .route("/rest/v1/{*path}", any(answer))
        .with_state(api)
}

/// Serve the same API at the root of a server of its own, where PostgREST has it.
pub async fn standalone(listener: TcpListener, api: DataApi) -> std::io::Result<()> {
    // TCP_NODELAY: do not delay the last packet for an ACK.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    axum::serve(listener, answer.with_state(api).into_make_service()).await
}

async fn answer(State(api): State<DataApi>, request: axum::extract::Request) -> Response {
    serve::answer(&api.0, request).await
}
