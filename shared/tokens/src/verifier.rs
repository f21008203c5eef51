//! Turns a token into claims, or into the reason why it is refused.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use quick_cache::sync::Cache;
use serde_json::Value;

use super::{
    Claims, KeySet, Policy, Settings, Source, TokenError, fetch, remote::Remote, strict_json,
};
use environment::BadSetting;

/// No honest issuer makes larger tokens; PostgREST has the same limit on headers.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// How many verified tokens are remembered, of one or two kilobytes each. Checking an ES256
/// signature takes 60 us, a look-up almost nothing.
const REMEMBERED: usize = 10_000;

/// The members that a header may have. Any other member would change the meaning of the token
/// (`crit`, `b64`, `zip`) or bring its own key (`jwk`, `jku`, `x5u`, `x5c`).
const HEADER_MEMBERS: [&str; 5] = ["alg", "typ", "kid", "x5t", "x5t#S256"];

/// Checks tokens. Cheap to clone; clones share keys and remembered tokens.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    policy: Policy,
    own: KeySet,
    remotes: Vec<Remote>,
    /// Includes the generation of the remote keys: if a key is withdrawn, its tokens are checked
    /// again.
    verified: Cache<Box<str>, (u64, Arc<Claims>)>,
}

impl Verifier {
    /// A verifier with these settings, which also fetches keys from `sources`.
    pub fn new(settings: &Settings, sources: Vec<Source>) -> Result<Self, BadSetting> {
        let mut own = KeySet::default();
        if let Some(secret) = &settings.jwt_secret {
            own = own.and(KeySet::from_secret(secret)?);
        }
        if let Some(jwks) = &settings.jwks {
            let public = KeySet::from_public(jwks);
            own = own.and(public.map_err(|e| BadSetting::new("JWKS", format!("is bad: {e}.")))?);
        }
        let mut remotes: Vec<Remote> = sources.into_iter().map(Remote::new).collect();
        if let Some(url) = &settings.jwks_url {
            remotes.push(Remote::new(Source::Url(fetch::checked("JWKS_URL", url)?)));
        }
        Ok(Self(Arc::new(Inner {
            policy: settings.policy.clone(),
            own,
            remotes,
            verified: Cache::new(REMEMBERED),
        })))
    }

    /// The claims of `token`, if it is valid now.
    pub async fn verify(&self, token: &str) -> Result<Arc<Claims>, TokenError> {
        self.verify_at(token, unix_now()).await
    }

    /// [`Self::verify`] at a given time, in seconds since 1970.
    pub async fn verify_at(&self, token: &str, now: i64) -> Result<Arc<Claims>, TokenError> {
        let inner = &*self.0;
        if let Some((generation, claims)) = inner.verified.get(token)
            && generation == inner.generation()
        {
            Policy::in_time(&claims, now)?;
            return Ok(claims);
        }
        let parts = Parts::split(token)?;
        let claims = inner.check(&parts, now).await?;
        inner.verified.insert(token.into(), (inner.generation(), claims.clone()));
        Ok(claims)
    }
}

impl Inner {
    fn generation(&self) -> u64 {
        self.remotes.iter().map(Remote::generation).sum()
    }

    async fn check(&self, parts: &Parts<'_>, now: i64) -> Result<Arc<Claims>, TokenError> {
        match self.own.find(parts.kid.as_deref(), &parts.algorithm) {
            Some(key) => key.verify(parts.message, parts.signature)?,
            None => self.check_by_remote(parts).await?,
        }
        let payload = decode(parts.payload)?;
        let members = strict_json::object(&payload)
            .ok_or(TokenError::Malformed("JWT payload is not a JSON object"))?;
        let json = std::str::from_utf8(&payload)
            .map_err(|_| TokenError::Malformed("JWT payload is not a JSON object"))?;
        let claims = self.policy.judge(&members, json, now)?;
        // Published keys sign for people. `service_role` is proved by our own secret, unless the
        // settings say that an issuer may sign for it.
        let is_published = parts.algorithm != "HS256";
        if is_published && &*claims.role == "service_role" && !self.policy.service_by_keys {
            return Err(TokenError::Claims("The JWT 'role' claim is not a role of this API"));
        }
        Ok(Arc::new(claims))
    }

    async fn check_by_remote(&self, parts: &Parts<'_>) -> Result<(), TokenError> {
        if self.own.is_empty() && self.remotes.is_empty() {
            return Err(TokenError::NoKeys);
        }
        // Published keys have ids, so a token without an id cannot mean any of them.
        let Some(kid) = parts.kid.as_deref() else { return Err(TokenError::Key) };
        let mut unavailable = false;
        for remote in &self.remotes {
            match remote.find(kid, &parts.algorithm).await {
                Ok(Some(key)) => return key.verify(parts.message, parts.signature),
                Ok(None) => {}
                Err(error) => unavailable |= error == TokenError::Unavailable,
            }
        }
        Err(if unavailable { TokenError::Unavailable } else { TokenError::Key })
    }
}

impl KeySet {
    /// The payload of `token`, if one of these keys signed it. The claims are not checked: this is
    /// for issuers that have other rules.
    pub fn open(&self, token: &str) -> Result<Vec<u8>, TokenError> {
        let parts = Parts::split(token)?;
        let key = self.find(parts.kid.as_deref(), &parts.algorithm);
        let key = key.or_else(|| self.find(None, &parts.algorithm)).ok_or(TokenError::Key)?;
        key.verify(parts.message, parts.signature)?;
        decode(parts.payload)
    }
}

/// A token split into its parts, with its header parsed.
struct Parts<'a> {
    message: &'a str,
    payload: &'a str,
    signature: &'a str,
    algorithm: String,
    kid: Option<String>,
}

impl<'a> Parts<'a> {
    fn split(token: &'a str) -> Result<Self, TokenError> {
        let expected = match token.split('.').count() {
            1 => TokenError::Malformed("Expected 3 parts in JWT; got 1"),
            2 => TokenError::Malformed("Expected 3 parts in JWT; got 2"),
            _ => TokenError::Malformed("Expected 3 parts in JWT"),
        };
        if token.is_empty() {
            return Err(TokenError::Malformed("Empty JWT is sent in Authorization header"));
        }
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Malformed("JWT is too large"));
        }
        let (message, signature) = token.rsplit_once('.').ok_or(expected)?;
        let (header, payload) = message.split_once('.').ok_or(expected)?;
        if payload.contains('.') || header.is_empty() || payload.is_empty() {
            return Err(expected);
        }

        const HEADER: TokenError = TokenError::Malformed("JWT header is not understood");
        let members = strict_json::object(&decode(header)?).ok_or(HEADER)?;
        if members.keys().any(|name| !HEADER_MEMBERS.contains(&name.as_str())) {
            return Err(HEADER);
        }
        let typed = match members.get("typ") {
            None => true,
            Some(typ) => typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT")),
        };
        let kid = match members.get("kid") {
            None => None,
            Some(Value::String(kid)) if (1..=256).contains(&kid.len()) => Some(kid.clone()),
            Some(_) => return Err(HEADER),
        };
        match members.get("alg") {
            Some(Value::String(algorithm)) if algorithm == "none" => Err(TokenError::Unsigned),
            _ if signature.is_empty() => Err(expected),
            Some(Value::String(algorithm)) if typed => {
                Ok(Self { message, payload, signature, algorithm: algorithm.clone(), kid })
            }
            _ => Err(HEADER),
        }
    }
}

fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    let error = TokenError::Malformed("JWT cryptographic operation failed");
    URL_SAFE_NO_PAD.decode(part).map_err(|_| error)
}

pub(super) fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
