//! The callers that a handler can ask for.

use std::{ops::Deref, sync::Arc};

use axum::extract::{FromRef, FromRequestParts};
use http::{StatusCode, request::Parts};
use uuid::Uuid;

use super::{Claims, Gateway};
use errors::Error;

/// Any caller: a person, `anon` or `service_role`.
#[derive(Clone, Debug)]
pub struct AnyCaller(pub Arc<Claims>);

impl<S> FromRequestParts<S> for AnyCaller
where
    Gateway: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        Ok(Self(Gateway::from_ref(state).identify(&parts.headers).await?))
    }
}

impl Deref for AnyCaller {
    type Target = Claims;

    fn deref(&self) -> &Claims {
        &self.0
    }
}

/// A person who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The claims of their token.
    pub claims: Arc<Claims>,
    /// Their id.
    pub user_id: Uuid,
}

impl<S> FromRequestParts<S> for SignedIn
where
    Gateway: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let AnyCaller(claims) = AnyCaller::from_request_parts(parts, state).await?;
        match claims.user_id {
            Some(user_id) => Ok(Self { claims, user_id }),
            None => Err(Error::new(StatusCode::UNAUTHORIZED, "M1001", "sign_in_required")
                .details("Nobody is signed in.")
                .hint("Sign in, and send the access token as Authorization: Bearer.")),
        }
    }
}

impl Deref for SignedIn {
    type Target = Claims;

    fn deref(&self) -> &Claims {
        &self.claims
    }
}
