//! What `api.auth_*` answer: a refusal, a user, or a sign-in.

use postgres::{Caller, Params};
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};
use uuid::Uuid;

use crate::{
    Auth,
    error::{Refusal, Result},
};

/// The members any of the functions may answer with.
#[derive(Deserialize)]
pub struct Answer {
    refused: Option<String>,
    /// The user as GoTrue shows one; passed on as Postgres built it.
    pub user: Option<Box<RawValue>>,
    pub password_hash: Option<String>,
    pub claims: Option<Map<String, Value>>,
    pub session_id: Option<Uuid>,
    pub refresh_counter: Option<i64>,
    /// A PKCE code was stored instead of opening a session.
    #[serde(default)]
    pub flow: bool,
    /// A change of address was confirmed from one of two, and waits for the other.
    #[serde(default)]
    pub half: bool,
}

impl Auth {
    /// Run one of `api.auth_*` as the house, in a transaction of its own.
    pub async fn ask(&self, sql: &str, params: Params<'_>) -> Result<Answer> {
        let answer: Answer = self.db.json(Caller::SERVICE, sql, params).await?;
        match answer.refused {
            Some(word) => Err(Refusal::of(&word)),
            None => Ok(answer),
        }
    }
}

impl Answer {
    /// The user, which this answer must hold.
    pub fn into_user(self) -> Result<Box<RawValue>> {
        self.user.ok_or_else(|| errors::Error::internal("an answer without a user").into())
    }
}
