//! `/user`, `/logout`, `/reauthenticate`: what somebody signed in does with their account.

use axum::{
    Json,
    extract::{Query, State},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

use crate::{
    Auth,
    answer::Answer,
    code::Challenge,
    error::{Refusal, Result},
    extract::{Bearer, Body},
    password::must_be_strong,
    sign_up::{Afterwards, about, checked_data, checked_email, filled},
};

/// `GET /user`: who the token is of, unless they or their session are gone.
pub async fn user(State(auth): State<Auth>, bearer: Bearer) -> Result<Json<Box<RawValue>>> {
    Ok(Json(auth.own_account(&bearer).await?.into_user()?))
}

#[derive(Deserialize)]
pub struct Changes {
    email: Option<String>,
    phone: Option<String>,
    password: Option<String>,
    current_password: Option<String>,
    nonce: Option<String>,
    data: Option<Map<String, Value>>,
    #[serde(flatten)]
    challenge: Challenge,
}

/// `PUT /user`: change address, password or data.
pub async fn update_user(
    State(auth): State<Auth>,
    bearer: Bearer,
    Query(afterwards): Query<Afterwards>,
    Body(changes): Body<Changes>,
) -> Result<Json<Box<RawValue>>> {
    if filled(changes.phone).is_some() {
        return Err(Refusal::validation("Phone numbers are not kept"));
    }
    let email = filled(changes.email).map(|email| checked_email(&email)).transpose()?;
    let data = match changes.data {
        Some(data) => Some(checked_data(Some(data))?),
        None => None,
    };
    let (password_hash, own_email) = match filled(changes.password) {
        None => (None, String::new()),
        Some(password) => {
            let current = filled(changes.current_password);
            let (hash, email) = auth.new_password(&bearer, &password, current).await?;
            (Some(hash), email)
        }
    };
    let nonce = filled(changes.nonce).filter(|_| password_hash.is_some());
    let nonce_hash = nonce.map(|nonce| auth.code_hash(&own_email, &nonce));
    let to = email.as_deref().unwrap_or_default();
    let redirect_to = afterwards.redirect_to.as_deref();
    let mail = auth.new_mail(to, redirect_to, &changes.challenge)?;
    let answer = auth
        .ask(
            "select api.auth_update_user($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &[
                &bearer.user_id,
                &bearer.session_id,
                &email,
                &password_hash,
                &data,
                &nonce_hash,
                &auth.config.reauthenticate,
                &auth.config.autoconfirm,
                &mail,
                &auth.account_key(to),
            ],
        )
        .await?;
    Ok(Json(answer.into_user()?))
}

/// The members of a user that checks need.
#[derive(Deserialize)]
struct Known {
    email: String,
    user_metadata: Value,
}

impl Auth {
    async fn own_account(&self, bearer: &Bearer) -> Result<Answer> {
        let sql = "select api.auth_user($1, $2)";
        match self.ask(sql, &[&bearer.user_id, &bearer.session_id]).await {
            // A token outlives a suspension; here it is refused like one of nobody.
            Err(refusal) if refusal.code == "user_banned" => {
                Err(Refusal { status: StatusCode::FORBIDDEN, ..refusal })
            }
            outcome => outcome,
        }
    }

    /// The hash of a password that may replace the present one, and the caller's address.
    async fn new_password(
        &self,
        bearer: &Bearer,
        password: &str,
        current: Option<String>,
    ) -> Result<(String, String)> {
        let own = self.own_account(bearer).await?;
        let present = own.password_hash.clone();
        let known: Known =
            serde_json::from_str(own.into_user()?.get()).map_err(errors::Error::internal)?;
        if let Some(current) = current
            && !self.hasher.check(&current, present.as_deref()).await?.fits
        {
            return Err(Refusal::of("invalid_credentials"));
        }
        let about = about(&known.email, &known.user_metadata);
        must_be_strong(password, self.config.password_min_length, &about)?;
        if self.hasher.check(password, present.as_deref()).await?.fits {
            return Err(Refusal::of("same_password"));
        }
        Ok((self.hasher.hash(password).await?, known.email))
    }
}

#[derive(Deserialize)]
pub struct Scope {
    scope: Option<String>,
}

/// `POST /logout`: end this session, the others, or all.
pub async fn sign_out(
    State(auth): State<Auth>,
    bearer: Bearer,
    Query(Scope { scope }): Query<Scope>,
) -> Result<StatusCode> {
    let scope = scope.as_deref().unwrap_or("global");
    if !matches!(scope, "global" | "local" | "others") {
        return Err(Refusal::validation("Unsupported logout scope"));
    }
    let sql = "select api.auth_sign_out($1, $2, $3)";
    auth.ask(sql, &[&bearer.user_id, &bearer.session_id, &scope]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `/reauthenticate`: mail the caller a code that allows one change of password.
pub async fn reauthenticate(State(auth): State<Auth>, bearer: Bearer) -> Result<Json<Value>> {
    let own = auth.own_account(&bearer).await?.into_user()?;
    let known: Known = serde_json::from_str(own.get()).map_err(errors::Error::internal)?;
    let mail = auth.new_mail(&known.email, None, &Challenge::default())?;
    auth.ask(
        "select api.auth_reauthenticate($1, $2, $3, $4)",
        &[&bearer.user_id, &bearer.session_id, &mail, &auth.account_key(&known.email)],
    )
    .await?;
    Ok(Json(json!({})))
}
