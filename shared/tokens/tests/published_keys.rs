//! Keys that an issuer publishes: fetched once, kept during an outage, fetched again when a token
//! names an unknown key, and never used as a shared secret.

#![allow(clippy::unwrap_used)]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use serde_json::{Value, json};
use tokens::{Settings, SigningKey, TokenError, Verifier, mint, user_claims};
use tokio::net::TcpListener;
use uuid::Uuid;

/// An issuer that counts its requests. `None` is an outage.
#[derive(Clone)]
struct Issuer {
    keys: Arc<Mutex<Option<Value>>>,
    asked: Arc<AtomicUsize>,
    url: String,
}

impl Issuer {
    async fn new(keys: Option<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let issuer = Self { keys: Arc::new(Mutex::new(keys)), asked: Arc::default(), url };
        let answer = |State(issuer): State<Self>| async move {
            issuer.asked.fetch_add(1, Ordering::SeqCst);
            match &*issuer.keys.lock().unwrap() {
                Some(keys) => json!({ "keys": keys }).to_string().into_response(),
                None => StatusCode::BAD_GATEWAY.into_response(),
            }
        };
        let routes = Router::new().route("/jwks.json", get(answer)).with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        issuer
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn verifier(&self) -> Verifier {
        let settings = Settings { jwks_url: Some(self.url.clone()), ..Settings::default() };
        Verifier::new(&settings, Vec::new()).unwrap()
    }
}

fn key() -> SigningKey {
    SigningKey::from_pkcs8(&SigningKey::generate().unwrap()).unwrap()
}

fn token(key: &SigningKey) -> String {
    key.sign(&user_claims(Uuid::new_v4())).unwrap()
}

#[tokio::test]
async fn many_who_come_at_once_ask_once() {
    let key = key();
    let issuer = Issuer::new(Some(json!([key.public_jwk().unwrap()]))).await;
    let verifier = issuer.verifier();
    let tokens: Vec<String> = (0..20).map(|_| token(&key)).collect();
    let verdicts = tokens.iter().map(|token| verifier.verify(token));
    for verdict in futures_util::future::join_all(verdicts).await {
        verdict.unwrap();
    }
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn forged_key_ids_do_not_make_us_ask_for_each() {
    let key = key();
    let issuer = Issuer::new(Some(json!([key.public_jwk().unwrap()]))).await;
    let verifier = issuer.verifier();
    verifier.verify(&token(&key)).await.unwrap();
    for _ in 0..20 {
        let forged = token(&self::key());
        assert_eq!(verifier.verify(&forged).await.unwrap_err(), TokenError::Key);
    }
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn an_outage_signs_nobody_out() {
    let key = key();
    let issuer = Issuer::new(None).await;
    let verifier = issuer.verifier();
    let refused = verifier.verify(&token(&key)).await.unwrap_err();
    assert_eq!((refused, refused.status()), (TokenError::Unavailable, 503.try_into().unwrap()));

    let issuer = Issuer::new(Some(json!([key.public_jwk().unwrap()]))).await;
    let verifier = issuer.verifier();
    verifier.verify(&token(&key)).await.unwrap();
    *issuer.keys.lock().unwrap() = None;
    verifier.verify(&token(&key)).await.unwrap();
}

#[tokio::test]
async fn a_published_secret_is_no_secret() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let secret = "published for everybody to read, 32";
    let oct = json!({
        "kty": "oct", "alg": "HS256", "kid": "s", "k": URL_SAFE_NO_PAD.encode(secret),
    });
    let mut nameless = key().public_jwk().unwrap();
    nameless.as_object_mut().unwrap().remove("kid");
    let issuer = Issuer::new(Some(json!([oct, nameless]))).await;
    let verifier = issuer.verifier();
    let forged = mint(secret, &user_claims(Uuid::new_v4())).unwrap();
    assert_eq!(verifier.verify(&forged).await.unwrap_err(), TokenError::Key);
}

#[tokio::test]
async fn keys_come_over_tls_or_from_this_machine() {
    for (url, good) in [
        ("https://issuer.example/jwks.json", true),
        ("http://localhost:1/jwks.json", true),
        ("http://[::1]:1/jwks.json", true),
        ("http://issuer.example/jwks.json", false),
        ("ftp://issuer.example/jwks.json", false),
        ("issuer.example", false),
    ] {
        let settings = Settings { jwks_url: Some(url.into()), ..Settings::default() };
        assert_eq!(Verifier::new(&settings, Vec::new()).is_ok(), good, "{url}");
    }
}

#[test]
fn a_secret_that_can_be_guessed_is_refused() {
    let short = Settings { jwt_secret: Some("too short".into()), ..Settings::default() };
    assert!(Verifier::new(&short, Vec::new()).is_err());
    let jwk = r#"{"kty":"oct","k":"c2hvcnQ"}"#;
    let short = Settings { jwt_secret: Some(jwk.into()), ..Settings::default() };
    assert!(Verifier::new(&short, Vec::new()).is_err());
}
