//! GitHub: OAuth 2 without ID tokens. Its API says who has signed in.

use hyper::Uri;
use serde::{Deserialize, de::DeserializeOwned};

use super::http;

/// The addresses of GitHub or of a GitHub Enterprise server.
pub struct GitHub {
    base: String,
    api: String,
}

/// The person who has signed in.
pub struct Found {
    pub id: String,
    pub login: String,
    pub name: Option<String>,
    pub avatar_url: Option<String>,
    pub email: Option<String>,
    pub email_verified: bool,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
    avatar_url: Option<String>,
}

#[derive(Deserialize)]
struct Email {
    email: String,
    primary: bool,
    verified: bool,
}

impl GitHub {
    pub fn at(base: &str) -> Self {
        let api = match base {
            "https://github.com" => "https://api.github.com".to_owned(),
            base => format!("{base}/api/v3"),
        };
        Self { base: base.to_owned(), api }
    }

    pub fn authorization_endpoint(&self) -> Result<Uri, String> {
        http::checked(&format!("{}/login/oauth/authorize", self.base))
    }

    pub fn token_endpoint(&self) -> Result<Uri, String> {
        http::checked(&format!("{}/login/oauth/access_token", self.base))
    }

    /// The owner of this access token, with their primary address.
    pub async fn whose(&self, access_token: &str) -> Result<Found, String> {
        let user: User = self.ask("/user", access_token).await?;
        let emails: Vec<Email> = self.ask("/user/emails", access_token).await?;
        let email = emails.iter().find(|email| email.primary);
        Ok(Found {
            id: user.id.to_string(),
            login: user.login,
            name: user.name,
            avatar_url: user.avatar_url,
            email: email.map(|email| email.email.clone()),
            email_verified: email.is_some_and(|email| email.verified),
        })
    }

    async fn ask<T: DeserializeOwned>(&self, path: &str, token: &str) -> Result<T, String> {
        let url = http::checked(&format!("{}{path}", self.api))?;
        let text = http::get(&url, Some(token)).await?;
        serde_json::from_str(&text).map_err(|error| error.to_string())
    }
}
