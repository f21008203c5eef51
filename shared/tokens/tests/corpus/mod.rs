//! Tokens that must be refused, and a few that must not: every attack we know of, each well
//! signed unless the signature is the attack.

use std::sync::OnceLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tokens::{SigningKey, mint};

mod claims;
mod form;
mod header;

pub const SECRET: &str = "the secret of the house, 32 bytes at least";
pub const SUB: &str = "9b2f1a52-3a0e-4f6e-8a56-0d8c8f6f2a11";
pub const ISSUER: &str = "http://127.0.0.1:54321/auth/v1";

/// A key that a token may be signed with, under the header that names it.
pub struct Key {
    pub name: &'static str,
    pub algorithm: Algorithm,
    encoding: EncodingKey,
    pub kid: Option<String>,
    /// The one honest token that all attacks start from, so that a mutation that changes nothing is
    /// recognised.
    honest: OnceLock<String>,
}

/// The two kinds of keys of the house, and the JWK set of its public ones.
pub struct Keys {
    pub all: Vec<Key>,
    pub jwks: String,
    pub public: Value,
}

impl Keys {
    pub fn new() -> Self {
        // Makes sure that our own provider signs.
        mint(SECRET, &json!({})).unwrap();
        let pkcs8 = SigningKey::generate().unwrap();
        let signing = SigningKey::from_pkcs8(&pkcs8).unwrap();
        let public = signing.public_jwk().unwrap();
        let legacy = Key {
            name: "HS256",
            algorithm: Algorithm::HS256,
            encoding: EncodingKey::from_secret(SECRET.as_bytes()),
            kid: None,
            honest: OnceLock::new(),
        };
        let current = Key {
            name: "ES256",
            algorithm: Algorithm::ES256,
            encoding: EncodingKey::from_ec_der(&pkcs8),
            kid: Some(signing.kid().into()),
            honest: OnceLock::new(),
        };
        Self { all: vec![legacy, current], jwks: json!({ "keys": [public] }).to_string(), public }
    }
}

impl Key {
    /// The header an honest token of this key has.
    pub fn header(&self) -> Value {
        match &self.kid {
            None => json!({"alg": self.name, "typ": "JWT"}),
            Some(kid) => json!({"alg": self.name, "typ": "JWT", "kid": kid}),
        }
    }

    /// The signature over any two parts.
    pub fn sign(&self, message: &str) -> String {
        jsonwebtoken::crypto::sign(message.as_bytes(), &self.encoding, self.algorithm).unwrap()
    }

    /// A token with exactly these bytes.
    pub fn token(&self, header: &[u8], payload: &[u8]) -> String {
        let message = format!("{}.{}", encode(header), encode(payload));
        format!("{message}.{}", self.sign(&message))
    }

    /// A token of an honest header.
    pub fn says(&self, claims: &Value) -> String {
        self.token(self.header().to_string().as_bytes(), claims.to_string().as_bytes())
    }

    /// An honest token; the same one whenever it is asked for.
    pub fn honest(&self, now: i64) -> &str {
        self.honest.get_or_init(|| self.says(&honest(now)))
    }

    /// A token of honest claims.
    pub fn headed(&self, header: &Value, now: i64) -> String {
        self.token(header.to_string().as_bytes(), honest(now).to_string().as_bytes())
    }
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The claims of somebody signed in a minute ago, for an hour.
pub fn honest(now: i64) -> Value {
    json!({
        "iss": ISSUER, "aud": "authenticated", "sub": SUB, "role": "authenticated",
        "iat": now - 60, "exp": now + 3_540, "email": "a@example.com", "is_anonymous": false,
        "session_id": "3a23503f-0f02-49cc-adeb-0e76cbb60485",
        "app_metadata": {"provider": "email"}, "user_metadata": {"name": "Ada"},
    })
}

/// Honest claims, with one of them changed or removed.
pub fn with(now: i64, name: &str, value: Option<Value>) -> Value {
    let mut claims = honest(now);
    match (claims.as_object_mut(), value) {
        (Some(members), Some(value)) => members.insert(name.into(), value),
        (Some(members), None) => members.remove(name),
        (None, _) => None,
    };
    claims
}

/// Every attack: its name and its token.
pub fn attacks(keys: &Keys, now: i64) -> Vec<(String, String)> {
    let mut attacks = Vec::new();
    for key in &keys.all {
        let mut add = |name: String, token: String| {
            attacks.push((format!("{} {name}", key.name), token));
        };
        claims::attacks(key, now, &mut add);
        header::attacks(key, keys, now, &mut add);
        form::attacks(key, now, &mut add);
    }
    attacks
}

/// Tokens that must be accepted; otherwise the attacks prove nothing.
pub fn controls(keys: &Keys, now: i64) -> Vec<(String, String)> {
    let mut controls = Vec::new();
    for key in &keys.all {
        for (name, claims) in [
            ("within the leeway", with(now, "exp", Some(json!(now - 20)))),
            ("not before, almost", with(now, "nbf", Some(json!(now + 20)))),
            ("issued by a clock ahead", with(now, "iat", Some(json!(now + 50)))),
            ("several audiences", with(now, "aud", Some(json!(["x", "authenticated"])))),
            ("no session", with(now, "session_id", None)),
            ("anon for ten years", json!({"role": "anon", "exp": now + 315_360_000})),
            ("service_role", json!({"role": "service_role", "iss": "x", "exp": now + 9_999})),
        ] {
            controls.push((format!("{} {name}", key.name), key.says(&claims)));
        }
        controls.push((format!("{} honest", key.name), key.honest(now).into()));
        let mut untyped = key.header();
        untyped.as_object_mut().unwrap().remove("typ");
        controls.push((format!("{} without typ", key.name), key.headed(&untyped, now)));
    }
    controls
}
