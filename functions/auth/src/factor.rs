//! `/factors`: second factors, as `supabase.auth.mfa` asks for them.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::{Json, extract::State};
use errors::Error;
use postgres::{Caller, Params};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use uuid::Uuid;

use crate::{
    Auth,
    error::{Refusal, Result},
    extract::{Admin, Bearer, Body, Named},
    session::Session,
    sign_up::filled,
    totp::{Shared, qr_code},
};

#[derive(Deserialize)]
pub struct Enrolment {
    factor_type: Option<String>,
    friendly_name: Option<String>,
    issuer: Option<String>,
}

/// `POST /factors`: make a new secret, which is shown only this once.
pub async fn enroll(
    State(auth): State<Auth>,
    bearer: Bearer,
    Body(wish): Body<Enrolment>,
) -> Result<Json<Value>> {
    match wish.factor_type.as_deref() {
        Some("totp") => {}
        Some("phone") => return Err(Refusal::of("mfa_phone_enroll_not_enabled")),
        Some("webauthn") => return Err(Refusal::of("mfa_webauthn_enroll_not_enabled")),
        _ => return Err(Refusal::validation("factor_type needs to be totp, phone, or webauthn")),
    }
    let name = filled(wish.friendly_name).unwrap_or_default();
    let issuer = filled(wish.issuer).unwrap_or_else(|| auth.config.site_host());
    if name.chars().count() > 100 || issuer.chars().count() > 100 {
        return Err(Refusal::validation("A name is longer than 100 characters"));
    }
    let id = Uuid::new_v4();
    let shared = Shared::draw()?;
    let sealed = auth.keyring.seal(&sealed_as(id), shared.bytes())?;
    let answer = auth
        .ask(
            "select api.auth_enroll_factor($1, $2, $3, $4, $5, $6)",
            &[&bearer.user_id, &bearer.session_id, &id, &name, &sealed, &auth.person_key(&bearer)],
        )
        .await?;
    #[derive(Deserialize)]
    struct Known {
        id: Uuid,
        email: String,
    }
    let known: Known = serde_json::from_str(answer.into_user()?.get()).map_err(Error::internal)?;
    let account = filled(Some(known.email)).unwrap_or_else(|| known.id.to_string());
    let uri = shared.uri(&issuer, &account);
    Ok(Json(json!({
        "id": id,
        "type": "totp",
        "friendly_name": name,
        "totp": { "qr_code": qr_code(&uri)?, "secret": shared.text(), "uri": uri },
    })))
}

/// `POST /factors/{id}/challenge`: ask for a code.
pub async fn challenge(
    State(auth): State<Auth>,
    bearer: Bearer,
    Named(id): Named<Uuid>,
) -> Result<Json<Value>> {
    let params: Params = &[&bearer.user_id, &bearer.session_id, &id, &auth.person_key(&bearer)];
    let sql = "select api.auth_challenge_factor($1, $2, $3, $4)";
    let answer: Value = auth.answer(sql, params).await?;
    Ok(Json(answer["challenge"].clone()))
}

#[derive(Deserialize)]
pub struct Shown {
    challenge_id: Option<Uuid>,
    code: Option<String>,
}

/// `POST /factors/{id}/verify`: check a code; from then on the session is aal2.
pub async fn verify(
    State(auth): State<Auth>,
    bearer: Bearer,
    Named(id): Named<Uuid>,
    Body(shown): Body<Shown>,
) -> Result<Json<Session>> {
    let Some(challenge_id) = shown.challenge_id else {
        return Err(Refusal::validation("challenge_id is required"));
    };
    let code = filled(shown.code).ok_or_else(|| Refusal::validation("code is required"))?;
    // Attempts are counted per account: somebody who has the password could guess in one session
    // after another.
    let key = auth.keyring.digest("factor", &bearer.user_id.to_string());
    let params: Params = &[&bearer.user_id, &bearer.session_id, &id, &challenge_id, &key];
    #[derive(Deserialize)]
    struct Kept {
        secret: String,
    }
    let sql = "select api.auth_factor_secret($1, $2, $3, $4, $5)";
    let kept: Kept = auth.answer(sql, params).await?;
    let sealed = hex::decode(&kept.secret).map_err(Error::internal)?;
    let secret = auth
        .keyring
        .open(&sealed_as(id), &sealed)
        .ok_or_else(|| Error::internal("AUTH_SECRET is not the one the factor was sealed with"))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(Error::internal)?;
    let step = Shared::of(secret)?.step_of(&code, now.as_secs());
    let params: Params = &[&bearer.user_id, &bearer.session_id, &id, &challenge_id, &step, &key];
    let answer = auth.ask("select api.auth_verify_factor($1, $2, $3, $4, $5, $6)", params).await?;
    Ok(Json(auth.session(answer).await?))
}

/// `DELETE /factors/{id}`.
pub async fn unenroll(
    State(auth): State<Auth>,
    bearer: Bearer,
    Named(id): Named<Uuid>,
) -> Result<Json<Value>> {
    let params: Params = &[&bearer.user_id, &bearer.session_id, &id];
    auth.ask("select api.auth_unenroll_factor($1, $2, $3)", params).await?;
    Ok(Json(json!({ "id": id })))
}

/// `GET /admin/users/{id}/factors`.
pub async fn list(
    State(auth): State<Auth>,
    _: Admin,
    Named(id): Named<Uuid>,
) -> Result<Json<Value>> {
    let user = auth.ask("select api.auth_get_user($1)", &[&id]).await?.into_user()?;
    let mut user: Value = serde_json::from_str(user.get()).map_err(Error::internal)?;
    let factors = user["factors"].take();
    Ok(Json(if factors.is_null() { json!([]) } else { factors }))
}

/// `DELETE /admin/users/{id}/factors/{factor_id}`: help somebody who has lost their device.
pub async fn delete(
    State(auth): State<Auth>,
    _: Admin,
    Named((user_id, id)): Named<(Uuid, Uuid)>,
) -> Result<Json<Value>> {
    auth.ask("select api.auth_delete_factor($1, $2)", &[&user_id, &id]).await?;
    Ok(Json(json!({ "id": id })))
}

/// A sealed secret can be opened only as the secret of its own factor.
fn sealed_as(id: Uuid) -> String {
    format!("factor {id}")
}

impl Auth {
    fn person_key(&self, bearer: &Bearer) -> Vec<u8> {
        self.account_key(&bearer.user_id.to_string())
    }

    /// Run one of `api.auth_*` whose answer has a shape of its own.
    pub async fn answer<T: serde::de::DeserializeOwned>(
        &self,
        sql: &str,
        params: Params<'_>,
    ) -> Result<T> {
        #[derive(Deserialize)]
        struct Refused {
            refused: Option<String>,
        }
        let answer: Box<RawValue> = self.db.json(Caller::SERVICE, sql, params).await?;
        let refused: Refused = serde_json::from_str(answer.get()).map_err(Error::internal)?;
        match refused.refused {
            Some(word) => Err(Refusal::of(&word)),
            None => Ok(serde_json::from_str(answer.get()).map_err(Error::internal)?),
        }
    }
}
