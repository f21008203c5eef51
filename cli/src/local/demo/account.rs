//! Creates the demo's logins through the auth routes, as a back office does.

use anyhow::{Context, Result, bail};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request},
};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::keys::Keys;

/// The password of every demo login. They exist only on developers' machines.
pub const PASSWORD: &str = "convene-demo";

const USERS: &str = "/auth/v1/admin/users";

/// Larger than every answer that the demo gets.
const MAX_ANSWER_BYTES: usize = 1 << 22;

/// Create a login with a confirmed address; its id is the person's id.
pub(super) async fn create(routes: &Router, keys: &Keys, name: &str, email: &str) -> Result<Uuid> {
    let body = json!({
        "email": email,
        "password": PASSWORD,
        "email_confirm": true,
        "user_metadata": {"display_name": name},
    });
    let user = ask(routes, keys, Method::POST, USERS, Body::from(body.to_string())).await?;
    let id = user["id"].as_str().and_then(|id| id.parse().ok());
    id.with_context(|| format!("The demo's login {email} has no id: {user}"))
}

/// Whether the login `email` is there.
pub async fn is_loaded(routes: &Router, keys: &Keys, email: &str) -> Result<bool> {
    let path = format!("{USERS}?per_page=1000");
    let listed = ask(routes, keys, Method::GET, &path, Body::empty()).await?;
    let users = listed["users"].as_array();
    Ok(users.is_some_and(|users| users.iter().any(|user| user["email"] == email)))
}

async fn ask(
    routes: &Router,
    keys: &Keys,
    method: Method,
    path: &str,
    body: Body,
) -> Result<Value> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("apikey", &keys.secret_key)
        .header("content-type", "application/json")
        .body(body)?;
    let response = routes.clone().oneshot(request).await?;
    let status = response.status();
    let bytes = to_bytes(response.into_body(), MAX_ANSWER_BYTES).await?;
    let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if !status.is_success() {
        bail!("{path} answered {status}: {answer}");
    }
    Ok(answer)
}
