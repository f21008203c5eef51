//! The settings of tokens and keys.

use super::Policy;
use environment::{BadSetting, optional, parsed};

/// Keys and requirements for tokens. The default has no key and refuses everybody.
#[derive(Clone, Default)]
pub struct Settings {
    /// `JWT_SECRET`: the legacy shared secret, a JWK or a JWK set.
    pub jwt_secret: Option<String>,
    /// `JWKS`: public keys, as a JWK set.
    pub jwks: Option<String>,
    /// `JWKS_URL`: where an issuer publishes its keys.
    pub jwks_url: Option<String>,
    /// `PUBLISHABLE_KEY`: what front ends send as `apikey`.
    pub publishable_key: Option<String>,
    /// `SECRET_KEY`: what servers send as `apikey`, to act as `service_role`.
    pub secret_key: Option<String>,
    /// `JWT_AUDIENCE` (`*` accepts any), `JWT_ISSUER` (likewise), `JWT_ROLES`, `JWT_DEFAULT_ROLE`,
    /// `JWT_MAX_LIFETIME_S`, `JWT_STRICT`.
    pub policy: Policy,
}

/// The issuer of the tokens of the auth function at a base URL.
pub fn auth_url(base_url: &str) -> String {
    format!("{}/auth/v1", base_url.trim_end_matches('/'))
}

impl Settings {
    /// Whether only our own auth function may sign tokens and no issuer is set: then `iss` must
    /// name our auth function.
    pub fn trusts_the_house_alone(&self) -> bool {
        optional("JWT_ISSUER").is_none()
            && self.policy.issuer.is_none()
            && self.jwks.is_none()
            && self.jwks_url.is_none()
    }

    /// Read the environment.
    pub fn from_env() -> Result<Self, BadSetting> {
        let house = Policy::default();
        let audience = optional("JWT_AUDIENCE").or(house.audience);
        let roles = match optional("JWT_ROLES") {
            None => house.roles,
            Some(words) => words.split(',').map(|word| word.trim().into()).collect(),
        };
        let service_by_keys = optional("JWT_ROLES")
            .is_some_and(|words| words.split(',').any(|word| word.trim() == "service_role"));
        Ok(Self {
            jwt_secret: optional("JWT_SECRET"),
            jwks: optional("JWKS"),
            jwks_url: optional("JWKS_URL"),
            publishable_key: opaque("PUBLISHABLE_KEY", "sb_publishable_")?,
            secret_key: opaque("SECRET_KEY", "sb_secret_")?,
            policy: Policy {
                audience: audience.filter(|audience| audience != "*"),
                issuer: optional("JWT_ISSUER").filter(|issuer| issuer != "*"),
                roles,
                service_by_keys,
                default_role: optional("JWT_DEFAULT_ROLE").map(Into::into),
                max_lifetime_s: parsed("JWT_MAX_LIFETIME_S", house.max_lifetime_s)?,
                strict: parsed("JWT_STRICT", house.strict)?,
            },
        })
    }
}

/// An opaque key. supabase-js and the rule of the gateway recognise it by its prefix.
fn opaque(name: &'static str, prefix: &str) -> Result<Option<String>, BadSetting> {
    match optional(name) {
        Some(key) if !key.starts_with(prefix) || key.len() < prefix.len() + 16 => {
            let form = format!("must be `{prefix}` and 16 characters at least.");
            Err(BadSetting::new(name, form))
        }
        key => Ok(key),
    }
}
