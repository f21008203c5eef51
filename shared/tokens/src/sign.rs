//! Makes tokens: our own, legacy API keys, and those of tests.

use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{Jwk, ThumbprintHash},
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{ring_provider, verifier::unix_now};
use errors::{Error, Result};

const YEAR_S: i64 = 365 * 86_400;

/// An ES256 key that signs, under an id.
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    encoding: EncodingKey,
}

impl SigningKey {
    /// A new key pair, as PKCS #8. Its `kid` is its RFC 7638 thumbprint.
    pub fn generate() -> Result<Vec<u8>> {
        let pair =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        pair.map(|document| document.as_ref().to_vec()).map_err(Error::internal)
    }

    /// The key in a PKCS #8 document.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self> {
        ring_provider::install();
        let encoding = EncodingKey::from_ec_der(pkcs8);
        let jwk = Jwk::from_encoding_key(&encoding, Algorithm::ES256).map_err(Error::internal)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(Error::internal)?;
        Ok(Self { kid, encoding })
    }

    /// The id by which tokens name it.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Its public half, as a JWK set lists it.
    pub fn public_jwk(&self) -> Result<serde_json::Value> {
        let jwk = Jwk::from_encoding_key(&self.encoding, Algorithm::ES256);
        let mut jwk =
            serde_json::to_value(jwk.map_err(Error::internal)?).map_err(Error::internal)?;
        jwk["kid"] = self.kid.clone().into();
        jwk["use"] = "sig".into();
        jwk["key_ops"] = json!(["verify"]);
        Ok(jwk)
    }

    /// A signed token with these `claims`.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String> {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.encoding).map_err(Error::internal)
    }
}

/// A legacy HS256 token with these `claims`.
pub fn mint(secret: &str, claims: &impl Serialize) -> Result<String> {
    ring_provider::install();
    let key = EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).map_err(Error::internal)
}

/// The legacy API key of a role: `anon` or `service_role`. It is valid for ten years.
pub fn api_key(secret: &str, role: &str) -> Result<String> {
    let iat = unix_now();
    mint(secret, &json!({"iss": "convene", "role": role, "iat": iat, "exp": iat + 10 * YEAR_S}))
}

/// The claims of a person who is signed in for an hour, for `convene token` and for tests.
pub fn user_claims(user_id: Uuid) -> serde_json::Value {
    let iat = unix_now();
    json!({
        "sub": user_id,
        "role": "authenticated",
        "aud": "authenticated",
        "iat": iat,
        "exp": iat + 3_600,
    })
}
