//! Keys that verify tokens. A key has one algorithm, and a token must use the same.

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyOperations, PublicKeyUse},
};

use super::{TokenError, ring_provider};
use environment::BadSetting;

/// A shorter secret could be guessed from one token.
const MIN_SECRET_BYTES: usize = 32;

/// A key that verifies, with its id and its only algorithm.
#[derive(Clone)]
pub struct Key {
    kid: Option<String>,
    algorithm: Algorithm,
    decoding: DecodingKey,
}

impl Key {
    /// Whether `signature` was made by this key over `message`.
    pub(super) fn verify(&self, message: &str, signature: &str) -> Result<(), TokenError> {
        ring_provider::install();
        let bytes = message.as_bytes();
        match jsonwebtoken::crypto::verify(signature, bytes, &self.decoding, self.algorithm) {
            Ok(true) => Ok(()),
            _ => Err(TokenError::Signature),
        }
    }

    fn from_jwk(jwk: &Jwk) -> Option<Self> {
        let algorithm = match &jwk.algorithm {
            AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256 => {
                Algorithm::ES256
            }
            AlgorithmParameters::RSA(_) => Algorithm::RS256,
            AlgorithmParameters::OctetKey(_) => Algorithm::HS256,
            _ => return None,
        };
        let named = jwk.common.key_algorithm.is_none_or(|named| named == algorithm.into());
        let signs =
            jwk.common.public_key_use.as_ref().is_none_or(|u| *u == PublicKeyUse::Signature);
        let verifies = jwk.common.key_operations.as_ref().is_none_or(|operations| {
            operations.contains(&KeyOperations::Verify) || operations.contains(&KeyOperations::Sign)
        });
        if !(named && signs && verifies) {
            return None;
        }
        let decoding = DecodingKey::from_jwk(jwk).ok()?;
        // Uncompressed P-256: one byte, then two coordinates of 32 bytes.
        let sound = match (algorithm, decoding.try_get_as_bytes()) {
            (Algorithm::ES256, Ok(point)) => point.len() == 65,
            (Algorithm::HS256, Ok(secret)) => secret.len() >= MIN_SECRET_BYTES,
            (Algorithm::RS256, _) => true,
            _ => false,
        };
        sound.then(|| Self { kid: jwk.common.key_id.clone(), algorithm, decoding })
    }
}

/// Several keys. At most one has a given id and algorithm.
#[derive(Clone, Default)]
pub struct KeySet {
    keys: Vec<Key>,
}

impl KeySet {
    /// The three forms that PostgREST accepts as `jwt-secret`: a secret, a JWK, a JWK set.
    pub fn from_secret(text: &str) -> Result<Self, BadSetting> {
        let bad = |problem: &str| BadSetting::new("JWT_SECRET", problem);
        if text.trim_start().starts_with('{') {
            let set = match serde_json::from_str::<JwkSet>(text) {
                Ok(set) => set,
                Err(_) => {
                    let jwk = serde_json::from_str(text);
                    JwkSet { keys: vec![jwk.map_err(|_| bad("is neither a JWK nor a JWK set."))?] }
                }
            };
            let keys: Vec<Key> = set.keys.iter().filter_map(Key::from_jwk).collect();
            return match keys.len() == set.keys.len() {
                true => Ok(Self { keys }),
                false => Err(bad("holds a key that is not HS256 (32 bytes), ES256 or RS256.")),
            };
        }
        if text.len() < MIN_SECRET_BYTES {
            return Err(bad("is shorter than 32 characters, and so can be guessed."));
        }
        let decoding = DecodingKey::from_secret(text.as_bytes());
        Ok(Self { keys: vec![Key { kid: None, algorithm: Algorithm::HS256, decoding }] })
    }

    /// A published JWK set. Symmetric keys are skipped, because a published key is not secret. Keys
    /// without an id are skipped, because a token must name its key.
    pub fn from_public(text: &str) -> Result<Self, serde_json::Error> {
        let set: JwkSet = serde_json::from_str(text)?;
        let keys = set.keys.iter().filter_map(Key::from_jwk);
        let keys = keys.filter(|key| key.kid.is_some() && key.algorithm != Algorithm::HS256);
        Ok(Self { keys: keys.collect() })
    }

    /// The key that a token names. A token without an id means a key without an id.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: &str) -> Option<&Key> {
        let algorithm: Algorithm = algorithm.parse().ok()?;
        self.keys.iter().find(|key| key.kid.as_deref() == kid && key.algorithm == algorithm)
    }

    /// Both sets; if two keys have the same id, the one in `self` counts.
    pub fn and(mut self, other: Self) -> Self {
        self.keys.extend(other.keys);
        self
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}
