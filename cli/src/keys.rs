//! The keys of a marketplace. Settings give them; on a developer's machine, `local` makes them.

use anyhow::{Result, bail};
use environment::{BadSetting, optional};

/// The keys that clients need.
#[derive(Clone, Debug)]
pub struct Keys {
    /// `JWT_SECRET`: signs and verifies legacy tokens.
    pub jwt_secret: String,
    /// The legacy JWT of role `anon`.
    pub anon_key: String,
    /// The legacy JWT of role `service_role`.
    pub service_key: String,
    /// `PUBLISHABLE_KEY`: for front ends.
    pub publishable_key: String,
    /// `SECRET_KEY`: for servers.
    pub secret_key: String,
}

impl Keys {
    /// The keys of the settings; a missing one is taken from `kept`.
    pub fn new(kept: impl Fn(&str) -> Result<String>) -> Result<Self> {
        let setting = |variable, name| optional(variable).map_or_else(|| kept(name), Ok);
        let jwt_secret = setting("JWT_SECRET", "jwt-secret")?;
        if jwt_secret.len() < 32 {
            bail!("JWT_SECRET is shorter than 32 characters: take a longer one.");
        }
        Ok(Self {
            anon_key: tokens::api_key(&jwt_secret, "anon")?,
            service_key: tokens::api_key(&jwt_secret, "service_role")?,
            publishable_key: setting("PUBLISHABLE_KEY", "publishable-key")?,
            secret_key: setting("SECRET_KEY", "secret-key")?,
            jwt_secret,
        })
    }

    /// The token settings of the environment, with these keys.
    pub fn settings(&self) -> Result<tokens::Settings, BadSetting> {
        Ok(tokens::Settings {
            jwt_secret: Some(self.jwt_secret.clone()),
            publishable_key: Some(self.publishable_key.clone()),
            secret_key: Some(self.secret_key.clone()),
            ..tokens::Settings::from_env()?
        })
    }
}
