//! Which header says who calls: the rule of Supabase's gateway, line by line.

#![allow(clippy::unwrap_used)]

use http::{HeaderMap, HeaderValue};
use tokens::{Gateway, Settings, TokenError, api_key, mint, user_claims};
use uuid::Uuid;

const SECRET: &str = "a secret that is long enough for HS256";
const PUBLISHABLE: &str = "sb_publishable_0123456789abcdef";
const SECRET_KEY: &str = "sb_secret_0123456789abcdef";

fn gateway() -> Gateway {
    let settings = Settings {
        jwt_secret: Some(SECRET.into()),
        publishable_key: Some(PUBLISHABLE.into()),
        secret_key: Some(SECRET_KEY.into()),
        ..Settings::default()
    };
    Gateway::new(&settings, Vec::new()).unwrap()
}

fn headers(authorization: Option<&str>, api_key: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(token) = authorization {
        let value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        headers.insert("authorization", value);
    }
    if let Some(key) = api_key {
        headers.insert("apikey", HeaderValue::from_str(key).unwrap());
    }
    headers
}

async fn role(authorization: Option<&str>, api_key: Option<&str>) -> Result<String, TokenError> {
    let claims = gateway().identify(&headers(authorization, api_key)).await?;
    Ok(claims.role.to_string())
}

#[tokio::test]
async fn a_token_goes_before_every_key() {
    let alice = mint(SECRET, &user_claims(Uuid::new_v4())).unwrap();
    for key in [None, Some(PUBLISHABLE), Some(SECRET_KEY), Some("sb_publishable_unknown")] {
        assert_eq!(role(Some(&alice), key).await.unwrap(), "authenticated");
    }
}

#[tokio::test]
async fn an_opaque_key_as_bearer_counts_as_the_key_it_is() {
    assert_eq!(role(Some(PUBLISHABLE), Some(PUBLISHABLE)).await.unwrap(), "anon");
    assert_eq!(role(Some(PUBLISHABLE), None).await.unwrap(), "anon");
    assert_eq!(role(Some(SECRET_KEY), Some(SECRET_KEY)).await.unwrap(), "service_role");
    assert_eq!(role(Some(SECRET_KEY), Some(PUBLISHABLE)).await.unwrap(), "anon");
}

#[tokio::test]
async fn a_key_alone_is_enough() {
    assert_eq!(role(None, Some(PUBLISHABLE)).await.unwrap(), "anon");
    assert_eq!(role(None, Some(SECRET_KEY)).await.unwrap(), "service_role");
    for name in ["anon", "service_role"] {
        let legacy = api_key(SECRET, name).unwrap();
        assert_eq!(role(None, Some(&legacy)).await.unwrap(), name);
        assert_eq!(role(Some(&legacy), Some(&legacy)).await.unwrap(), name);
    }
}

#[tokio::test]
async fn whoever_says_nothing_is_nobody() {
    assert_eq!(role(None, None).await.unwrap(), "anon");
    let strict = gateway().requiring_a_key();
    assert_eq!(strict.identify(&HeaderMap::new()).await.unwrap_err(), TokenError::Missing);
}

#[tokio::test]
async fn other_keys_are_refused() {
    let foreign = api_key("another secret, of the same length 32", "service_role").unwrap();
    assert_eq!(role(None, Some(&foreign)).await.unwrap_err(), TokenError::Signature);
    for key in ["sb_secret_0123456789abcdeF", "sb_secret_", "sb_publishable_0123456789abcde", "sb_"]
    {
        assert_eq!(role(None, Some(key)).await.unwrap_err(), TokenError::ApiKey, "{key}");
    }
    assert!(role(None, Some("")).await.is_err());
    assert!(role(Some(""), Some(PUBLISHABLE)).await.is_err());
}

#[tokio::test]
async fn headers_that_two_readers_could_read_differently_are_refused() {
    let mut twice = headers(None, Some(PUBLISHABLE));
    twice.append("apikey", HeaderValue::from_static(SECRET_KEY));
    assert!(gateway().identify(&twice).await.is_err());

    let mut basic = headers(None, Some(PUBLISHABLE));
    basic.insert("authorization", HeaderValue::from_static("Basic YTpi"));
    assert!(gateway().identify(&basic).await.is_err());
}

#[tokio::test]
async fn a_gateway_without_keys_knows_nobody_by_a_key() {
    let gateway = Gateway::new(&Settings::default(), Vec::new()).unwrap();
    let legacy = api_key(SECRET, "anon").unwrap();
    let refused = gateway.identify(&headers(None, Some(&legacy))).await;
    assert_eq!(refused.unwrap_err(), TokenError::NoKeys);
    let refused = gateway.identify(&headers(None, Some(SECRET_KEY))).await;
    assert_eq!(refused.unwrap_err(), TokenError::ApiKey);
}
