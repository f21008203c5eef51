//! A sign-in as the client receives it: two tokens and a user.

use errors::Error;
use serde::Serialize;
use serde_json::{Value, value::RawValue};

use crate::{Auth, answer::Answer, error::Result, refresh_token::RefreshToken};

/// GoTrue's AccessTokenResponse.
#[derive(Serialize)]
pub struct Session {
    pub access_token: String,
    pub token_type: &'static str,
    pub expires_in: i64,
    pub expires_at: i64,
    pub refresh_token: String,
    user: Box<RawValue>,
}

impl Auth {
    /// Sign the tokens of the sign-in that `answer` describes.
    pub async fn session(&self, answer: Answer) -> Result<Session> {
        let missing = || Error::internal("an answer without a session");
        let (Some(mut claims), Some(session_id), Some(counter), Some(user)) =
            (answer.claims, answer.session_id, answer.refresh_counter, answer.user)
        else {
            return Err(missing().into());
        };
        let issued_at = claims.get("iat").and_then(Value::as_i64).ok_or_else(missing)?;
        let expires_at = issued_at + self.config.token_lifetime_s;
        claims.insert("exp".into(), expires_at.into());
        claims.insert("iss".into(), self.config.auth_url.clone().into());
        Ok(Session {
            access_token: self.signer.sign(&claims.into()).await?,
            token_type: "bearer",
            expires_in: self.config.token_lifetime_s,
            expires_at,
            refresh_token: RefreshToken { session_id, counter }.seal(&self.keyring),
            user,
        })
    }
}
