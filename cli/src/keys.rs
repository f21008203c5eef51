//! The keys of a local marketplace: made once, kept in its folder, or given by settings.

use anyhow::{Result, anyhow, bail};
use ring::rand::{SecureRandom, SystemRandom};
use shared::{
    auth,
    config::{BadSetting, optional},
};

use crate::postgres::Folder;

/// What a client needs to know.
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
    /// Those of the settings; where a setting is absent, what `kept` has under that name.
    pub fn new(kept: impl Fn(&str) -> Result<String>) -> Result<Self> {
        let setting = |variable, name| optional(variable).map_or_else(|| kept(name), Ok);
        let jwt_secret = setting("JWT_SECRET", "jwt-secret")?;
        if jwt_secret.len() < 32 {
            bail!("JWT_SECRET is shorter than 32 characters: take a longer one.");
        }
        Ok(Self {
            anon_key: auth::api_key(&jwt_secret, "anon")?,
            service_key: auth::api_key(&jwt_secret, "service_role")?,
            publishable_key: setting("PUBLISHABLE_KEY", "publishable-key")?,
            secret_key: setting("SECRET_KEY", "secret-key")?,
            jwt_secret,
        })
    }

    /// Those kept in `folder`, made on first use.
    pub fn of_folder(folder: &Folder) -> Result<Self> {
        Self::new(|name| folder.secret(name, || Self::generate(name)))
    }

    /// New ones, which nobody keeps.
    pub fn fleeting() -> Result<Self> {
        Self::new(Self::generate)
    }

    /// What the environment says of tokens, with these keys.
    pub fn settings(&self) -> Result<auth::Settings, BadSetting> {
        Ok(auth::Settings {
            jwt_secret: Some(self.jwt_secret.clone()),
            publishable_key: Some(self.publishable_key.clone()),
            secret_key: Some(self.secret_key.clone()),
            ..auth::Settings::from_env()?
        })
    }

    fn generate(name: &str) -> Result<String> {
        let prefix = match name {
            "publishable-key" => "sb_publishable_",
            "secret-key" => "sb_secret_",
            _ => "",
        };
        let mut random = [0; 32];
        let filled = SystemRandom::new().fill(&mut random);
        filled.map_err(|_| anyhow!("This machine gives no random numbers."))?;
        Ok(format!("{prefix}{}", hex::encode(random)))
    }
}
