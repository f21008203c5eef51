//! An API of any database, in PostgREST's dialect.
//!
//! A request passes through modules; each knows only those before it: `cache` (what is known about
//! the database), `refusal` (answers that are errors), `identity`, `settings` and `profile` (what
//! the installation decides), `query` and `request` (what the request says), `plan` (its names,
//! resolved against the cache), `sql` (one statement, and the one row that it returns), `answer`,
//! and `serve`, which calls them in order. `openapi` and `types` describe the cache to others.

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

use axum::{Router, extract::State, response::Response, routing::any};
use environment::BadSetting;
use postgres::Db;
use tokio::net::TcpListener;
use web::server::Deadlines;

pub use crate::{
    profile::Profile,
    refusal::{Refusal, Words, postgrest_refusal},
};

use crate::{identity::Identity, serve::CacheKeeper, settings::Settings};

/// The path that supabase-js uses; the API is also served at the root.
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
    /// The API of `db`; `identity` identifies the callers. Nothing is connected yet.
    pub fn new(db: Db, identity: Identity, settings: Settings, profile: Profile) -> Self {
        let cache = CacheKeeper::new(settings.schemas());
        Self(Arc::new(Inner { db, identity, settings, profile, cache }))
    }

    /// Load the schema cache now, and not with the first request.
    pub async fn warm(&self) -> Result<(), cache::CacheError> {
        self.0.cache.reload(&self.0.db).await
    }

    /// Reload the schema cache whenever the database sends `notify pgrst`. This needs a connection
    /// of its own that does not go through a pooler, and ends when that connection ends.
    pub async fn listen(&self, url: &str) -> Result<(), BadSetting> {
        serve::listen(&self.0.cache, &self.0.db, url).await
    }
}

impl Inner {
    /// The login that can become `role`.
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

/// Serve the API at the root of a server of its own, as PostgREST does.
pub async fn standalone(listener: TcpListener, api: DataApi) {
    let routes = Router::new().fallback(answer).with_state(api);
    web::server::until(listener, routes, Deadlines::default(), std::future::pending()).await;
}

async fn answer(State(api): State<DataApi>, request: axum::extract::Request) -> Response {
    serve::answer(&api.0, request).await
}
