//! `POST /token`: exchange a password, a refresh token or a PKCE code for a session.

use axum::{Json, extract::State};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderMap;
use serde::Deserialize;

use crate::{
    Auth,
    code::secret_hash,
    email::checked_email,
    error::{Refusal, Result},
    external,
    extract::{Asked, Body, Client},
    refresh_token::RefreshToken,
    session::Session,
    sign_up::filled,
};

#[derive(Deserialize)]
pub struct Grant {
    grant_type: Option<String>,
}

/// The parameters of all grants.
#[derive(Deserialize)]
pub struct Proof {
    email: Option<String>,
    phone: Option<String>,
    password: Option<String>,
    refresh_token: Option<String>,
    auth_code: Option<String>,
    code_verifier: Option<String>,
    #[serde(flatten)]
    external: external::Proof,
}

/// Sign in, or stay signed in.
pub async fn token(
    State(auth): State<Auth>,
    client: Client,
    headers: HeaderMap,
    Asked(grant): Asked<Grant>,
    Body(proof): Body<Proof>,
) -> Result<Json<Session>> {
    let session = match grant.grant_type.as_deref() {
        Some("password") => by_password(&auth, client, proof).await,
        Some("refresh_token") => by_refresh_token(&auth, client, proof).await,
        Some("id_token") => {
            let linking = proof.external.link_identity;
            let bearer = if linking { Some(auth.bearer(&headers).await?) } else { None };
            let account_id = bearer.map(|bearer| bearer.user_id);
            external::sign_in(&auth, client, proof.external, account_id).await
        }
        Some("pkce") => by_code(&auth, client, proof).await,
        Some("web3") => Err(Refusal::of("web3_provider_disabled")),
        _ => Err(Refusal::validation("unsupported_grant_type")),
    };
    session.map(Json)
}

/// The steps and the work are the same whether or not the address is known, so that only the right
/// password makes a difference.
async fn by_password(auth: &Auth, client: Client, proof: Proof) -> Result<Session> {
    if filled(proof.phone).is_some() {
        return Err(Refusal::validation("Sign-in by phone is not offered"));
    }
    let (Some(email), Some(password)) = (filled(proof.email), filled(proof.password)) else {
        return Err(Refusal::of("invalid_credentials"));
    };
    let email = checked_email(&email).unwrap_or_else(|_| email.trim().to_lowercase());
    let account_key = auth.account_key(&email);
    let known = auth
        .ask("select api.auth_password($1, $2, $3)", &[&email, &account_key, &client.address_key])
        .await?;
    let checked = auth.hasher.check(&password, known.password_hash.as_deref()).await?;
    let fitting = known.password_hash.filter(|_| checked.fits);
    let answer = auth
        .ask(
            "select api.auth_sign_in($1, $2, $3, $4, $5)",
            &[&email, &fitting, &account_key, &checked.new_hash, &client.user_agent],
        )
        .await?;
    auth.session(answer).await
}

async fn by_refresh_token(auth: &Auth, client: Client, proof: Proof) -> Result<Session> {
    let Some(text) = filled(proof.refresh_token) else {
        return Err(Refusal::validation("refresh_token required"));
    };
    let Some(token) = RefreshToken::open(&text, &auth.keyring) else {
        return Err(Refusal::of("refresh_token_not_found"));
    };
    let answer = auth
        .ask(
            "select api.auth_refresh($1, $2, $3)",
            &[&token.session_id, &token.counter, &client.address_key],
        )
        .await?;
    auth.session(answer).await
}

async fn by_code(auth: &Auth, client: Client, proof: Proof) -> Result<Session> {
    let (Some(code), Some(verifier)) = (filled(proof.auth_code), filled(proof.code_verifier))
    else {
        let message = "invalid request: both auth code and code verifier should be non-empty";
        return Err(Refusal::validation(message));
    };
    let s256 = URL_SAFE_NO_PAD.encode(secret_hash(&verifier));
    let answer = auth
        .ask(
            "select api.auth_exchange_code($1, $2, $3, $4)",
            &[&secret_hash(&code), &verifier, &s256, &client.user_agent],
        )
        .await?;
    auth.session(answer).await
}
