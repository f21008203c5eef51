//! What anybody may know without signing in.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use errors::Error;
use postgres::Caller;
use serde_json::{Value, json, value::RawValue};

use crate::{Auth, error::Result, extract::Client};

/// `GET /settings`: which ways to sign in are enabled.
pub async fn settings(State(auth): State<Auth>, _client: Client) -> Json<Value> {
    let mut external = json!({
        "anonymous_users": auth.config.anonymous,
        "email": true,
        "phone": false,
        "apple": false,
        "azure": false,
        "github": false,
        "google": false,
    });
    for name in auth.providers.names() {
        external[name] = true.into();
    }
    Json(json!({
        "external": external,
        "disable_signup": !auth.config.sign_up,
        "mailer_autoconfirm": auth.config.autoconfirm,
        "phone_autoconfirm": false,
        "sms_provider": "",
        "saml_enabled": false,
    }))
}

/// `GET /health`: whether this function and its database answer.
pub async fn health(State(auth): State<Auth>) -> Result<Json<Value>> {
    auth.db.text(Caller::SERVICE, "select 'ok'", &[]).await?;
    Ok(Json(json!({
        "name": "GoTrue",
        "version": concat!("v", env!("CARGO_PKG_VERSION")),
        "description": "Convene speaks GoTrue's dialect: sign-up, tokens and recovery.",
    })))
}

/// `GET /.well-known/jwks.json`: the keys access tokens are checked with.
pub async fn jwks(State(auth): State<Auth>) -> Result<Response> {
    // Verifiers cache an empty list for as long as a full one, so the first key is made before
    // anybody needs it.
    auth.signer.ensure().await?;
    let keys = auth.db.text(Caller::SERVICE, "select api.signing_keys()", &[]).await?;
    let keys = RawValue::from_string(keys.unwrap_or_default()).map_err(Error::internal)?;
    // Verifiers, ours included, cache keys for this long.
    let cached = [(header::CACHE_CONTROL, "public, max-age=600")];
    Ok((cached, Json(keys)).into_response())
}
