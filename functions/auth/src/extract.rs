//! What handlers extract from a request: who calls, from where, and what they sent.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{
        ConnectInfo, FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection,
    },
};
use http::{HeaderMap, HeaderName, StatusCode, header, request::Parts};
use serde::de::DeserializeOwned;
use tokens::Claims;
use uuid::Uuid;

use crate::{
    Auth,
    error::{Refusal, Result},
};

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A JSON body. Any fault in it becomes a `validation_failed`.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Auth> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, auth: &Auth) -> Result<Self> {
        match Json::<T>::from_request(request, auth).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::BytesRejection(_)) => {
                Err(Refusal::validation("Request is too large"))
            }
            Err(_) => Err(Refusal::validation("Could not read the request body as JSON")),
        }
    }
}

/// The query parameters. Any fault in them becomes a `validation_failed` instead of axum's text.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Auth> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, auth: &Auth) -> Result<Self> {
        match Query::<T>::from_request_parts(parts, auth).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(_) => Err(Refusal::validation("Could not parse the query parameters")),
        }
    }
}

/// The ids in a path. A text that is not a uuid names nothing, so the answer is 404.
pub struct Named<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Auth> for Named<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, auth: &Auth) -> Result<Self> {
        match Path::<T>::from_request_parts(parts, auth).await {
            Ok(Path(named)) => Ok(Self(named)),
            Err(_) => Err(Refusal {
                status: StatusCode::NOT_FOUND,
                ..Refusal::validation("An id in the path must be a UUID")
            }),
        }
    }
}

/// A caller with one of our API keys, and where they call from.
pub struct Client {
    /// The network address in the form that is counted; `None` if it is unknown.
    pub address_key: Option<Vec<u8>>,
    /// The user agent that the browser sends.
    pub user_agent: Option<String>,
}

impl FromRequestParts<Auth> for Client {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, auth: &Auth) -> Result<Self> {
        // The API key is enough here. A token sent with it may have expired, and refreshing must
        // still work.
        let mut headers = parts.headers.clone();
        if headers.contains_key("apikey") {
            headers.remove(header::AUTHORIZATION);
        }
        auth.gateway.identify(&headers).await?;
        Ok(Self::of(parts, auth))
    }
}

impl Client {
    fn of(parts: &Parts, auth: &Auth) -> Self {
        let address = match auth.config.proxy_hops {
            0 => {
                parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.ip().to_string())
            }
            hops => forwarded(&parts.headers, hops),
        };
        let user_agent =
            parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        Self {
            address_key: address.map(|address| auth.keyring.digest("address", &address)),
            user_agent: user_agent.map(|agent| agent.chars().take(300).collect()),
        }
    }
}

/// The client's address as the outermost of our own proxies saw it.
fn forwarded(headers: &HeaderMap, hops: usize) -> Option<String> {
    let lists = headers.get_all(FORWARDED).iter().filter_map(|list| list.to_str().ok());
    let addresses: Vec<&str> = lists.flat_map(|list| list.split(',')).map(str::trim).collect();
    addresses.iter().rev().nth(hops - 1).map(ToString::to_string)
}

/// Any caller, with or without a key: people open links without one.
pub struct Visitor(pub Client);

impl FromRequestParts<Auth> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, auth: &Auth) -> Result<Self> {
        Ok(Self(Client::of(parts, auth)))
    }
}

/// A caller who is signed in, with a session of this marketplace.
pub struct Bearer {
    pub user_id: Uuid,
    pub session_id: Uuid,
}

impl FromRequestParts<Auth> for Bearer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, auth: &Auth) -> Result<Self> {
        auth.bearer(&parts.headers).await
    }
}

impl Auth {
    /// The caller that these headers sign in.
    pub async fn bearer(&self, headers: &HeaderMap) -> Result<Bearer> {
        let claims = self.gateway.identify(headers).await?;
        match (claims.user_id, claims.session_id) {
            (Some(user_id), Some(session_id)) => Ok(Bearer { user_id, session_id }),
            (Some(_), None) => Err(Refusal::of("session_not_found")),
            (None, _) => Err(Refusal::of("no_authorization")),
        }
    }
}

/// A caller with the secret key: a server.
pub struct Admin;

impl FromRequestParts<Auth> for Admin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, auth: &Auth) -> Result<Self> {
        match &*identified(parts, auth).await?.role {
            "service_role" => Ok(Self),
            _ => Err(Refusal::of("not_admin")),
        }
    }
}

async fn identified(parts: &Parts, auth: &Auth) -> Result<Arc<Claims>> {
    Ok(auth.gateway.identify(&parts.headers).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_claims_to_be_forwarded_for_counts_for_nothing() {
        let mut headers = HeaderMap::new();
        assert_eq!(forwarded(&headers, 1), None);
        headers.append(FORWARDED, "6.6.6.6, 203.0.113.7".parse().unwrap());
        assert_eq!(forwarded(&headers, 1).as_deref(), Some("203.0.113.7"));
        headers.append(FORWARDED, "10.0.0.1".parse().unwrap());
        assert_eq!(forwarded(&headers, 2).as_deref(), Some("203.0.113.7"));
        assert_eq!(forwarded(&headers, 9), None);
    }
}
