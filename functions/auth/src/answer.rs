//! What the functions `api.auth_*` return: a refusal, a user, or a sign-in.

use postgres::{Caller, Params};
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};
use uuid::Uuid;

use crate::{
    Auth,
    error::{Refusal, Result},
};

/// The members that any of these functions may return.
#[derive(Deserialize)]
pub struct Answer {
    refused: Option<String>,
    /// The user in GoTrue's form, passed on exactly as Postgres built it.
    pub user: Option<Box<RawValue>>,
    pub password_hash: Option<String>,
    pub claims: Option<Map<String, Value>>,
    pub session_id: Option<Uuid>,
    pub refresh_counter: Option<i64>,
    /// A PKCE code was stored instead of opening a session.
    #[serde(default)]
    pub flow: bool,
    /// One of the two addresses has confirmed a change of address; the other has not yet.
    #[serde(default)]
    pub half: bool,
}

impl Auth {
    /// Run one of `api.auth_*` as `service_role`, in a transaction of its own.
    pub async fn ask(&self, sql: &str, params: Params<'_>) -> Result<Answer> {
        let answer: Answer = self.db.json(Caller::SERVICE, sql, params).await?;
        match answer.refused {
            Some(word) => Err(Refusal::of(&word)),
            None => Ok(answer),
        }
    }
}

impl Answer {
    /// The user. It is an error if this answer has none.
    pub fn into_user(self) -> Result<Box<RawValue>> {
        self.user.ok_or_else(|| errors::Error::internal("an answer without a user").into())
    }
}
