//! Identifies callers: keys, tokens, and the claims of verified tokens.
//!
//! `jsonwebtoken` checks signatures. The claims are checked here, because with its defaults that
//! crate accepts a third of the known attacks. A [`Verifier`] turns a token into [`Claims`], a
//! [`Gateway`] turns the headers of a request into claims, and [`SignedIn`] is what a handler asks
//! for.

use std::sync::Arc;

use uuid::Uuid;

use postgres::Caller;

mod error;
mod extract;
mod fetch;
mod gateway;
mod keys;
mod policy;
mod remote;
mod ring_provider;
mod settings;
mod sign;
mod strict_json;
mod verifier;

pub use error::TokenError;
pub use extract::{AnyCaller, SignedIn};
pub use gateway::Gateway;
pub use keys::{Key, KeySet};
pub use policy::Policy;
pub use remote::Source;
pub use settings::{Settings, auth_url};
pub use sign::{SigningKey, api_key, mint, user_claims};
pub use verifier::{MAX_TOKEN_BYTES, Verifier};

/// The claims of a verified token.
#[derive(Clone, Debug)]
pub struct Claims {
    /// One of the roles the [`Policy`] lists.
    pub role: Box<str>,
    /// The `sub` of a person; `None` for the keys `anon` and `service_role`.
    pub user_id: Option<Uuid>,
    /// The session that the token belongs to.
    pub session_id: Option<Uuid>,
    /// Whether this person is anonymous (a guest).
    pub is_anonymous: bool,
    /// `exp`, in seconds since 1970.
    pub expires_at: i64,
    not_before: i64,
    /// The payload, for `request.jwt.claims`.
    pub json: Box<str>,
}

impl Claims {
    /// An anonymous caller: what a publishable key stands for.
    pub fn anonymous() -> Arc<Self> {
        Self::of_key("anon", r#"{"role":"anon"}"#)
    }

    /// `service_role`: what a secret key stands for.
    pub fn service() -> Arc<Self> {
        Self::of_key("service_role", r#"{"role":"service_role"}"#)
    }

    fn of_key(role: &str, json: &str) -> Arc<Self> {
        Arc::new(Self {
            role: role.into(),
            user_id: None,
            session_id: None,
            is_anonymous: false,
            expires_at: i64::MAX,
            not_before: 0,
            json: json.into(),
        })
    }

    /// The caller for the database.
    pub fn caller(&self) -> Caller<'_> {
        Caller { role: &self.role, claims: &self.json, user_id: self.user_id }
    }
}
