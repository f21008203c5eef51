//! Signing in through another provider: any OpenID Connect issuer, and GitHub, which is not one.
//!
//! `authorize` sends people to the provider with PKCE, a state that works once, and a nonce;
//! `callback` receives them when they return. `id_token` is for apps that got the provider's token
//! themselves.

use std::{collections::BTreeMap, sync::Arc};

use environment::BadSetting;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Refusal, Result};

mod flow;
mod github;
mod http;
mod id_token;
mod identities;
mod oidc;
mod question;

pub use flow::{authorize, callback, callback_by_form};
pub use id_token::{Proof, sign_in};
pub use identities::{link, unlink};

use github::GitHub;
use oidc::Oidc;

/// The setting that names the providers.
const SETTING: &str = "AUTH_PROVIDERS";

/// Issuers by name, so that a setting need not know their addresses.
const ISSUERS: [(&str, &str); 4] = [
    ("google", "https://accounts.google.com"),
    ("apple", "https://appleid.apple.com"),
    ("azure", "https://login.microsoftonline.com/common/v2.0"),
    ("github", "https://github.com"),
];

/// One provider, as the setting describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Setting {
    /// Our client id at the provider. Apps may have their own: several are separated by commas, and
    /// the first is used to sign in.
    client_id: String,
    #[serde(default)]
    secret: String,
    /// The issuer's address; required for providers that are not known by name.
    issuer: Option<String>,
    /// Further scopes to ask for.
    #[serde(default)]
    scopes: String,
}

/// The providers that this marketplace accepts.
#[derive(Clone, Default)]
pub struct Providers(Arc<BTreeMap<String, Provider>>);

/// A provider, and our own client id and secret there.
pub struct Provider {
    name: String,
    clients: Vec<String>,
    secret: String,
    scopes: String,
    kind: Kind,
}

enum Kind {
    Oidc(Oidc),
    GitHub(GitHub),
}

/// The person that a provider has identified, in the form the database takes.
#[derive(Serialize)]
pub struct Identity {
    provider: String,
    subject: String,
    email: Option<String>,
    email_verified: bool,
    data: Map<String, Value>,
}

impl Providers {
    /// The providers of the setting: `{"google": {"client_id": "…", "secret": "…"}, …}`.
    pub fn read(json: Option<&str>) -> Result<Self, BadSetting> {
        let Some(json) = json else { return Ok(Self::default()) };
        // The message must not repeat the value, which contains secrets.
        let settings: BTreeMap<String, Setting> = serde_json::from_str(json)
            .map_err(|_| BadSetting::new(SETTING, "is not a JSON object of providers."))?;
        let mut providers = BTreeMap::new();
        for (name, setting) in settings {
            providers.insert(name.clone(), Provider::new(name, setting)?);
        }
        Ok(Self(Arc::new(providers)))
    }

    /// The provider of this name.
    fn get(&self, name: &str) -> Result<&Provider> {
        self.0.get(name).ok_or_else(|| Refusal::of("provider_disabled"))
    }

    /// The provider of this name, whose ID token somebody brings. The words are GoTrue's.
    fn of_token(&self, name: &str) -> Result<&Provider> {
        let issuer = ISSUERS.iter().find(|(known, _)| *known == name).map(|(_, issuer)| *issuer);
        self.0.get(name).ok_or_else(|| match issuer {
            Some(issuer) => Refusal::provider_disabled(issuer),
            None => {
                let name = name.chars().take(60).collect::<String>();
                Refusal::validation(format!("Custom OIDC provider {name:?} not allowed"))
            }
        })
    }

    /// The names of the providers.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Provider {
    fn new(name: String, setting: Setting) -> Result<Self, BadSetting> {
        let bad = |problem: &str| BadSetting::new(SETTING, format!("{name}: {problem}"));
        let is_word = name.len() <= 41
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        // `email` and `phone` are built-in ways to sign in.
        if !is_word || matches!(&*name, "email" | "phone") {
            return Err(bad("is no name for a provider."));
        }
        let clients: Vec<String> = setting
            .client_id
            .split(',')
            .map(|client| client.trim().to_owned())
            .filter(|client| !client.is_empty())
            .collect();
        if clients.is_empty() {
            return Err(bad("has no client_id."));
        }
        let usual = ISSUERS.iter().find(|(known, _)| *known == name).map(|(_, url)| *url);
        let issuer = setting.issuer.as_deref().or(usual);
        let issuer = issuer.ok_or_else(|| bad("has no issuer."))?.trim_end_matches('/');
        http::checked(issuer).map_err(|_| bad("must have an issuer that begins with https://."))?;
        let kind = match &*name {
            "github" => Kind::GitHub(GitHub::at(issuer)),
            _ => Kind::Oidc(Oidc::at(issuer)),
        };
        Ok(Self { clients, secret: setting.secret, scopes: setting.scopes, kind, name })
    }

    /// Our client id, which we send with requests.
    fn client(&self) -> &str {
        self.clients.first().map(String::as_str).unwrap_or_default()
    }

    fn identity(
        &self,
        subject: &str,
        email: Option<&str>,
        email_verified: bool,
        said: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Result<Identity> {
        if subject.is_empty() || subject.len() > 255 {
            return Err(Refusal::of("bad_oauth_callback"));
        }
        let email = email.and_then(|email| crate::email::checked_email(email).ok());
        let mut data: Map<String, Value> = said
            .into_iter()
            .filter(|(_, value)| match value {
                Value::String(text) => !text.is_empty() && text.chars().count() <= 500,
                value => !value.is_null(),
            })
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        data.insert("sub".into(), subject.into());
        data.insert("provider_id".into(), subject.into());
        data.insert("email_verified".into(), email_verified.into());
        data.insert("phone_verified".into(), false.into());
        if let Some(email) = &email {
            data.insert("email".into(), email.clone().into());
        }
        Ok(Identity {
            provider: self.name.clone(),
            subject: subject.to_owned(),
            email,
            email_verified,
            data,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_known_by_name_need_no_issuer_and_others_do() {
        let read = |json: &str| Providers::read(Some(json)).map(|_| ()).map_err(|e| e.to_string());
        assert!(read(r#"{"google": {"client_id": "a, b", "secret": "s"}}"#).is_ok());
        assert!(
            read(r#"{"keycloak": {"client_id": "a", "issuer": "https://id.example/r"}}"#).is_ok()
        );
        for bad in [
            r#"{"keycloak": {"client_id": "a"}}"#,
            r#"{"keycloak": {"client_id": "a", "issuer": "http://id.example"}}"#,
            r#"{"google": {"client_id": " , "}}"#,
            r#"{"email": {"client_id": "a", "issuer": "https://id.example"}}"#,
            r#"{"Not A Word": {"client_id": "a", "issuer": "https://id.example"}}"#,
            r#"{"google": {"client_id": "a", "sceret": "hush"}}"#,
            "[]",
        ] {
            let problem = read(bad).expect_err(bad);
            assert!(!problem.contains("hush"), "{problem}");
        }
    }
}
