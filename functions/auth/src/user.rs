//! `/user`, `/logout`, `/reauthenticate`: what people who are signed in do with their account.

use axum::{Json, extract::State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

use crate::{
    Auth,
    answer::Answer,
    code::Challenge,
    email::checked_email,
    error::{Refusal, Result},
    extract::{Asked, Bearer, Body, Visitor},
    password::must_be_strong,
    sign_up::{Afterwards, about, checked_data, filled},
};

/// `GET /user`: the owner of the token, unless they or their session are gone.
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
    Visitor(client): Visitor,
    Asked(afterwards): Asked<Afterwards>,
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
    let password = filled(changes.password);
    let mut change = Change::default();
    if email.is_some() || password.is_some() {
        change = auth
            .prepare(&bearer, email.as_deref(), password, filled(changes.current_password))
            .await?;
    }
    let nonce = filled(changes.nonce).filter(|_| change.password_hash.is_some());
    let nonce_hash = nonce.map(|nonce| auth.code_hash(&change.own_email, &nonce));
    let to = email.as_deref().unwrap_or_default();
    let redirect_to = afterwards.redirect_to.as_deref();
    let mail = auth.new_mail(to, redirect_to, &changes.challenge)?;
    let current = auth.new_mail(&change.own_email, redirect_to, &changes.challenge)?;
    let rules = json!({
        "autoconfirm": auth.config.autoconfirm,
        "both_addresses": auth.config.secure_email_change,
        "reauthenticate": auth.config.reauthenticate,
        "fresh_s": auth.config.reauthenticate_after_s,
    });
    let answer = auth
        .ask(
            "select api.auth_update_user($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            &[
                &bearer.user_id,
                &bearer.session_id,
                &email,
                &change.password_hash,
                &data,
                &nonce_hash,
                &change.proved,
                &rules,
                &mail,
                &current,
                &auth.account_key(to),
                &auth.account_key(&bearer.user_id.to_string()),
                &client.address_key,
            ],
        )
        .await?;
    Ok(Json(answer.into_user()?))
}

/// What proves that a change of address or password is allowed.
#[derive(Default)]
struct Change {
    own_email: String,
    password_hash: Option<String>,
    /// The caller gave their present password.
    proved: bool,
}

/// The members of a user that the checks need.
#[derive(Deserialize)]
struct Known {
    email: String,
    user_metadata: Value,
}

impl Auth {
    async fn own_account(&self, bearer: &Bearer) -> Result<Answer> {
        let sql = "select api.auth_user($1, $2)";
        match self.ask(sql, &[&bearer.user_id, &bearer.session_id]).await {
            // A token can outlive a suspension; here it is refused like the token of an unknown
            // person.
            Err(refusal) if refusal.code == "user_banned" => {
                Err(Refusal { status: StatusCode::FORBIDDEN, ..refusal })
            }
            outcome => outcome,
        }
    }

    /// Check what can be checked before the transaction, and hash the new password.
    async fn prepare(
        &self,
        bearer: &Bearer,
        new_email: Option<&str>,
        password: Option<String>,
        current: Option<String>,
    ) -> Result<Change> {
        let own = self.own_account(bearer).await?;
        let present = own.password_hash.clone();
        let known: Known =
            serde_json::from_str(own.into_user()?.get()).map_err(errors::Error::internal)?;
        let mut change = Change { own_email: known.email, ..Change::default() };
        let Some(password) = password else { return Ok(change) };
        if change.own_email.is_empty() && new_email.is_none() {
            return Err(Refusal::of("password_without_address"));
        }
        if let Some(current) = current {
            if !self.hasher.check(&current, present.as_deref()).await?.fits {
                return Err(Refusal::of("invalid_credentials"));
            }
            change.proved = true;
        }
        let mut about = about(&change.own_email, &known.user_metadata);
        about.extend(new_email);
        must_be_strong(&password, &self.config, &about)?;
        if self.hasher.check(&password, present.as_deref()).await?.fits {
            return Err(Refusal::of("same_password"));
        }
        change.password_hash = Some(self.hasher.hash(&password).await?);
        Ok(change)
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
    Asked(Scope { scope }): Asked<Scope>,
) -> Result<StatusCode> {
    let scope = scope.as_deref().unwrap_or("global");
    if !matches!(scope, "global" | "local" | "others") {
        return Err(Refusal::validation("Unsupported logout scope"));
    }
    let sql = "select api.auth_sign_out($1, $2, $3)";
    auth.ask(sql, &[&bearer.user_id, &bearer.session_id, &scope]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `/reauthenticate`: mail the caller a code that permits one change of password.
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
