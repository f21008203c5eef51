//! The claims that a signed token must have.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Claims, TokenError};

/// How far clocks may differ.
const LEEWAY_S: i64 = 30;
/// How far `iat` may be in the future: signers round up, and no right depends on it.
const ISSUED_LEEWAY_S: i64 = 60;
/// Legacy API keys are tokens that are valid for ten years.
const KEY_LIFETIME_S: i64 = 11 * 366 * 86_400;

const AUTHENTICATED: &str = "authenticated";

/// The requirements for a token beyond its signature.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The value that `aud` must contain; `None` accepts any.
    pub audience: Option<String>,
    /// The value that `iss` must have; `None` accepts any.
    pub issuer: Option<String>,
    /// The known roles. A token with another role is refused.
    pub roles: Vec<Box<str>>,
    /// Whether published keys may sign for `service_role`: only if `JWT_ROLES` names it.
    pub service_by_keys: bool,
    /// The role of a token without a role, for issuers that do not use roles.
    pub default_role: Option<Box<str>>,
    /// The longest lifetime of a person's token, in seconds.
    pub max_lifetime_s: i64,
    /// Whether `sub` must be a uuid and `iat` must exist, as in every token of our own.
    pub strict: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            audience: Some(AUTHENTICATED.into()),
            issuer: None,
            roles: ["anon", AUTHENTICATED, "service_role"].map(Into::into).into(),
            service_by_keys: false,
            default_role: None,
            max_lifetime_s: 7 * 86_400,
            strict: true,
        }
    }
}

impl Policy {
    /// Check the claims of a payload whose signature is valid.
    pub(super) fn judge(
        &self,
        payload: &Map<String, Value>,
        json: &str,
        now: i64,
    ) -> Result<Claims, TokenError> {
        let role = self.role(payload)?;
        // Long-lived keys have a role and dates, and belong to no person.
        let is_key = matches!(&*role, "anon" | "service_role");
        let (not_before, expires_at) = self.times(payload, is_key, now)?;
        self.addressed(payload, is_key)?;

        let user_id = match is_key {
            true => None,
            false => self.subject(payload)?,
        };
        let session_id = match payload.get("session_id") {
            None => None,
            Some(value) => match value.as_str().and_then(canonical_uuid) {
                None if self.strict => {
                    return Err(TokenError::Claims("The JWT 'session_id' claim must be a uuid"));
                }
                session_id => session_id,
            },
        };
        let is_anonymous = match payload.get("is_anonymous") {
            None => false,
            Some(Value::Bool(is)) => *is,
            Some(_) => {
                return Err(TokenError::Claims("The JWT 'is_anonymous' claim must be a boolean"));
            }
        };
        let json = match payload.contains_key("role") {
            true => json.into(),
            false => {
                let mut named = payload.clone();
                named.insert("role".into(), (*role).into());
                Value::Object(named).to_string().into()
            }
        };
        Ok(Claims { role, user_id, session_id, is_anonymous, expires_at, not_before, json })
    }

    /// Check the times again: a verified token is remembered, but it expires.
    pub(super) fn in_time(claims: &Claims, now: i64) -> Result<(), TokenError> {
        if claims.expires_at <= now - LEEWAY_S {
            return Err(TokenError::EXPIRED);
        }
        if claims.not_before > now + LEEWAY_S {
            return Err(TokenError::Claims("JWT not yet valid"));
        }
        Ok(())
    }

    fn role(&self, payload: &Map<String, Value>) -> Result<Box<str>, TokenError> {
        let role = match payload.get("role") {
            Some(value) => value.as_str(),
            None => self.default_role.as_deref(),
        };
        match role.and_then(|role| self.roles.iter().find(|known| ***known == *role)) {
            Some(known) => Ok(known.clone()),
            None => Err(TokenError::Claims("The JWT 'role' claim is not a role of this API")),
        }
    }

    fn times(
        &self,
        payload: &Map<String, Value>,
        is_key: bool,
        now: i64,
    ) -> Result<(i64, i64), TokenError> {
        const EXP: &str = "The JWT 'exp' claim must be a number";
        const IAT: &str = "The JWT 'iat' claim must be a number";
        const NBF: &str = "The JWT 'nbf' claim must be a number";
        let exp = whole(payload, "exp", EXP)?.ok_or(TokenError::Claims(EXP))?;
        let iat = whole(payload, "iat", IAT)?;
        let nbf = whole(payload, "nbf", NBF)?;
        if exp <= now - LEEWAY_S {
            return Err(TokenError::EXPIRED);
        }
        if nbf.is_some_and(|nbf| nbf > now + LEEWAY_S) {
            return Err(TokenError::Claims("JWT not yet valid"));
        }
        if iat.is_some_and(|iat| iat > now + ISSUED_LEEWAY_S) {
            return Err(TokenError::Claims("JWT issued at future"));
        }
        if self.strict && !is_key && iat.is_none() {
            return Err(TokenError::Claims(IAT));
        }
        let lifetime = exp - iat.unwrap_or(now).min(now);
        let allowed = if is_key { KEY_LIFETIME_S } else { self.max_lifetime_s };
        if lifetime > allowed + LEEWAY_S || iat.is_some_and(|iat| iat >= exp) {
            return Err(TokenError::Claims("The JWT lives longer than tokens may"));
        }
        Ok((nbf.unwrap_or(0), exp))
    }

    /// Whether the token is meant for this marketplace. API keys have no audience and another
    /// issuer; if they do have an audience, it is checked.
    fn addressed(&self, payload: &Map<String, Value>, is_key: bool) -> Result<(), TokenError> {
        const AUD: TokenError = TokenError::Claims("JWT not in audience");
        const ISS: TokenError = TokenError::Claims("JWT not of this issuer");
        if let Some(wanted) = &self.audience {
            match payload.get("aud") {
                None if is_key => {}
                Some(Value::String(aud)) if aud == wanted => {}
                Some(Value::Array(all))
                    if all.iter().all(Value::is_string)
                        && all.iter().any(|aud| aud.as_str() == Some(wanted)) => {}
                _ => return Err(AUD),
            }
        }
        match (&self.issuer, payload.get("iss")) {
            (_, None) if is_key => Ok(()),
            (_, Some(value)) if !value.is_string() => Err(ISS),
            (None, _) => Ok(()),
            (Some(_), _) if is_key => Ok(()),
            (Some(wanted), Some(Value::String(iss))) if iss == wanted => Ok(()),
            _ => Err(ISS),
        }
    }

    fn subject(&self, payload: &Map<String, Value>) -> Result<Option<Uuid>, TokenError> {
        let user_id = payload.get("sub").and_then(Value::as_str).and_then(canonical_uuid);
        match user_id {
            None if self.strict => Err(TokenError::Claims("The JWT 'sub' claim must be a uuid")),
            user_id => Ok(user_id),
        }
    }
}

/// A whole number of seconds. Dates before 1970 and fractions are refused.
fn whole(
    payload: &Map<String, Value>,
    name: &str,
    problem: &'static str,
) -> Result<Option<i64>, TokenError> {
    match payload.get(name) {
        None => Ok(None),
        Some(value) => match value.as_i64() {
            // Far below overflow, and later than every date that Postgres knows.
            Some(seconds @ 0..=9_224_318_015_999) => Ok(Some(seconds)),
            _ => Err(TokenError::Claims(problem)),
        },
    }
}

/// A uuid in the only form that Postgres prints. Braces, capitals and `urn:` name the same person
/// for Postgres, but another one for code that compares texts.
fn canonical_uuid(text: &str) -> Option<Uuid> {
    let uuid = Uuid::try_parse(text).ok()?;
    let mut buffer = Uuid::encode_buffer();
    (uuid.hyphenated().encode_lower(&mut buffer) == text && !uuid.is_nil()).then_some(uuid)
}
