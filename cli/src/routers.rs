//! Every Lambda's router on one port, as a front end sees them behind the HTTP API.

use axum::{Json, Router, extract::State, routing::get};
use serde_json::{Value, json};
use shared::{
    Result,
    db::{Caller, Db},
};

use crate::keys::Keys;

/// What the routers are made of.
#[derive(Clone)]
pub struct House {
    /// The login of callers: it may become `anon` or `authenticated`.
    pub api: Db,
    /// The login of the house: it may become `service_role`.
    pub service: Db,
    /// What tokens are verified with.
    pub keys: Keys,
}

/// All routes.
pub fn all(house: House) -> Router {
    Router::new().route("/health", get(health)).route("/ready", get(ready)).with_state(house)
}

/// The process answers.
async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// The database answers too, to both logins.
async fn ready(State(house): State<House>) -> Result<Json<Value>> {
    let anonymous = Caller { role: "anon", claims: "{}", user_id: None };
    house.api.query(anonymous, "select", &[]).await?;
    house.service.query(Caller::SERVICE, "select", &[]).await?;
    Ok(Json(json!({"status": "ready"})))
}
