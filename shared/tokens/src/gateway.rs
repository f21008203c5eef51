//! Which of `apikey` and `Authorization` identifies the caller: the rule of Supabase's gateway.
//!
//! supabase-js always sends `apikey`. As `Authorization` it sends the token of the person who is
//! signed in. If nobody is, it sends the key itself, even if the key is opaque and not a token.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, header};
use ring::digest;

use super::{Claims, Settings, Source, TokenError, Verifier};
use environment::BadSetting;

const API_KEY: HeaderName = HeaderName::from_static("apikey");

/// Turns the headers of a request into claims. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    verifier: Verifier,
    publishable_key: Option<Arc<str>>,
    secret_key: Option<Arc<str>>,
    anonymous: Arc<Claims>,
    service: Arc<Claims>,
    requires_key: bool,
}

impl Gateway {
    /// A gateway with these settings, which also fetches keys from `sources`.
    pub fn new(settings: &Settings, sources: Vec<Source>) -> Result<Self, BadSetting> {
        Ok(Self {
            verifier: Verifier::new(settings, sources)?,
            publishable_key: settings.publishable_key.as_deref().map(Into::into),
            secret_key: settings.secret_key.as_deref().map(Into::into),
            anonymous: Claims::anonymous(),
            service: Claims::service(),
            requires_key: false,
        })
    }

    /// The same, but a caller without a key or token is refused instead of treated as `anon`.
    pub fn requiring_a_key(mut self) -> Self {
        self.requires_key = true;
        self
    }

    /// Who sent these headers.
    pub async fn identify(&self, headers: &HeaderMap) -> Result<Arc<Claims>, TokenError> {
        let authorization = only(headers, &header::AUTHORIZATION)?;
        let api_key = only(headers, &API_KEY)?;
        let bearer = authorization.map(bearer).transpose()?;
        match (bearer, api_key) {
            (Some(token), _) if !token.starts_with("sb_") => self.verifier.verify(token).await,
            (_, Some(key)) | (Some(key), None) => self.by_key(key).await,
            (None, None) if self.requires_key => Err(TokenError::Missing),
            (None, None) => Ok(self.anonymous.clone()),
        }
    }

    /// The verifier of this gateway, for tokens that do not come in headers.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    async fn by_key(&self, key: &str) -> Result<Arc<Claims>, TokenError> {
        if equals(key, self.secret_key.as_deref()) {
            return Ok(self.service.clone());
        }
        if equals(key, self.publishable_key.as_deref()) {
            return Ok(self.anonymous.clone());
        }
        if key.starts_with("sb_") {
            return Err(TokenError::ApiKey);
        }
        // A legacy key is itself a token.
        self.verifier.verify(key).await
    }
}

/// The header's value, if it occurs once. If it occurs twice, a proxy before us may have read the
/// other one.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, TokenError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            value.to_str().map(Some).map_err(|_| TokenError::Malformed("A header is not ASCII"))
        }
        _ => Err(TokenError::Malformed("A header was sent twice")),
    }
}

fn bearer(authorization: &str) -> Result<&str, TokenError> {
    match authorization.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(TokenError::Malformed("Authorization is not a Bearer token")),
    }
}

/// Compare digests, so that the time does not show where the texts differ.
fn equals(sent: &str, key: Option<&str>) -> bool {
    let digest = |text: &str| digest::digest(&digest::SHA256, text.as_bytes());
    key.is_some_and(|key| digest(sent).as_ref() == digest(key).as_ref())
}
