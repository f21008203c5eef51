//! `/user/identities`: link an external identity to an account, or unlink it.

use axum::{Json, extract::State, response::Response};
use serde_json::{Value, json};
use uuid::Uuid;

use super::flow::Wish;
use crate::{
    Auth,
    error::Result,
    extract::{Asked, Bearer, Named, Visitor},
};

/// `GET /user/identities/authorize`: redirect to a provider to link an identity to this account.
pub async fn link(
    State(auth): State<Auth>,
    bearer: Bearer,
    Visitor(client): Visitor,
    Asked(wish): Asked<Wish>,
) -> Result<Response> {
    auth.leave(client, wish, Some(&bearer)).await
}

/// `DELETE /user/identities/{id}`.
pub async fn unlink(
    State(auth): State<Auth>,
    bearer: Bearer,
    Named(id): Named<Uuid>,
) -> Result<Json<Value>> {
    let sql = "select api.auth_unlink($1, $2, $3)";
    auth.ask(sql, &[&bearer.user_id, &bearer.session_id, &id]).await?;
    Ok(Json(json!({})))
}
