//! Settings of the auth function.

use environment::{BadSetting, optional, parsed};
use tokens::auth_url;

/// What each marketplace can decide about its logins.
#[derive(Clone, Debug)]
pub struct Config {
    /// `AUTH_SECRET`, else `JWT_SECRET`: the secret that protects refresh tokens, codes and sealed
    /// keys.
    /// Several are separated by commas: the first makes new ones, the others are still accepted.
    pub secret: String,
    /// `SITE_URL`: where a link leads if the request names no other place.
    pub site_url: String,
    /// `REDIRECT_URLS`: other places a link may lead to; an entry may end in `*`.
    pub redirect_urls: Vec<String>,
    /// Whether links may lead to this machine; true in development.
    pub redirect_to_loopback: bool,
    /// `API_EXTERNAL_URL` + `/auth/v1`: where these routes are reached, and the issuer of tokens.
    pub auth_url: String,
    /// `AUTH_TOKEN_LIFETIME_S`: how long a suspended person's token is still accepted elsewhere.
    pub token_lifetime_s: i64,
    /// `AUTH_MAIL_LIFETIME_S`: how long links and codes are valid.
    pub mail_lifetime_s: u32,
    /// `AUTH_AUTOCONFIRM`: accept addresses without a confirmation mail.
    pub autoconfirm: bool,
    /// `AUTH_SIGN_UP=false` disables sign-up.
    pub sign_up: bool,
    /// `AUTH_ANONYMOUS=false` disables anonymous sign-ins.
    pub anonymous: bool,
    /// `AUTH_PROVIDERS`: the external providers people can sign in with, as JSON.
    pub providers: Option<String>,
    /// `AUTH_LINK_PAGE=false`: a mailed link acts as soon as it is opened, even by a mail scanner.
    pub link_page: bool,
    /// `AUTH_PASSWORD_MIN_LENGTH`.
    pub password_min_length: usize,
    /// `AUTH_PASSWORD_STRENGTH`: the lowest score of zxcvbn that is accepted, 0 (any) to 4.
    pub password_strength: u8,
    /// `AUTH_REAUTHENTICATE`: a change of password needs the present password, a mailed code, or a
    /// recent sign-in.
    pub reauthenticate: bool,
    /// `AUTH_REAUTHENTICATE_AFTER_S`: how long a sign-in counts as recent.
    pub reauthenticate_after_s: u32,
    /// `AUTH_SECURE_EMAIL_CHANGE=false`: the new address alone confirms a change of address.
    pub secure_email_change: bool,
    /// `AUTH_PROXY_HOPS`: how many of the last addresses in `X-Forwarded-For` our own proxies
    /// wrote. The client may have invented everything before them.
    pub proxy_hops: usize,
}

impl Config {
    /// Defaults that make sense on a developer's machine.
    pub fn development(secret: &str) -> Self {
        Self {
            secret: secret.into(),
            site_url: "http://127.0.0.1:3000".into(),
            redirect_urls: Vec::new(),
            redirect_to_loopback: true,
            auth_url: "http://127.0.0.1:54321/auth/v1".into(),
            token_lifetime_s: 3_600,
            mail_lifetime_s: 3_600,
            autoconfirm: false,
            sign_up: true,
            anonymous: true,
            providers: None,
            link_page: true,
            password_min_length: 12,
            password_strength: 2,
            reauthenticate: false,
            reauthenticate_after_s: 86_400,
            secure_email_change: true,
            proxy_hops: 0,
        }
    }

    /// The host of the site, as people see it.
    pub fn site_host(&self) -> String {
        let host = self.site_url.split("://").nth(1).unwrap_or(&self.site_url);
        host.split(['/', '?']).next().unwrap_or_default().to_owned()
    }

    /// Read the environment; `jwt_secret` is used if `AUTH_SECRET` is not set.
    pub fn from_env(jwt_secret: Option<&str>) -> Result<Self, BadSetting> {
        let secret = optional("AUTH_SECRET").or_else(|| jwt_secret.map(Into::into));
        let secret = secret.ok_or_else(|| BadSetting::new("AUTH_SECRET", "is not set."))?;
        let house = Self::development(&secret);
        let production = optional("CONVENE_ENV").as_deref() == Some("production");
        let on_lambda = optional("AWS_LAMBDA_FUNCTION_NAME").is_some();
        let lists = optional("REDIRECT_URLS").unwrap_or_default();
        Ok(Self {
            site_url: optional("SITE_URL").unwrap_or(house.site_url),
            redirect_urls: lists
                .split(',')
                .map(str::trim)
                .filter(|u| !u.is_empty())
                .map(Into::into)
                .collect(),
            redirect_to_loopback: !production,
            auth_url: match optional("API_EXTERNAL_URL") {
                Some(base) => auth_url(&base),
                None => house.auth_url,
            },
            token_lifetime_s: parsed("AUTH_TOKEN_LIFETIME_S", house.token_lifetime_s)?,
            mail_lifetime_s: parsed("AUTH_MAIL_LIFETIME_S", house.mail_lifetime_s)?,
            autoconfirm: parsed("AUTH_AUTOCONFIRM", house.autoconfirm)?,
            sign_up: parsed("AUTH_SIGN_UP", house.sign_up)?,
            anonymous: parsed("AUTH_ANONYMOUS", house.anonymous)?,
            password_min_length: parsed("AUTH_PASSWORD_MIN_LENGTH", house.password_min_length)?,
            providers: optional("AUTH_PROVIDERS"),
            link_page: parsed("AUTH_LINK_PAGE", house.link_page)?,
            password_strength: strength(house.password_strength)?,
            reauthenticate: parsed("AUTH_REAUTHENTICATE", house.reauthenticate)?,
            reauthenticate_after_s: parsed(
                "AUTH_REAUTHENTICATE_AFTER_S",
                house.reauthenticate_after_s,
            )?,
            secure_email_change: parsed("AUTH_SECURE_EMAIL_CHANGE", house.secure_email_change)?,
            proxy_hops: parsed("AUTH_PROXY_HOPS", usize::from(on_lambda))?,
            secret,
        })
    }
}

fn strength(usual: u8) -> Result<u8, BadSetting> {
    let strength = parsed("AUTH_PASSWORD_STRENGTH", usual)?;
    match strength <= 4 {
        true => Ok(strength),
        false => Err(BadSetting::new("AUTH_PASSWORD_STRENGTH", "must be 0 to 4.")),
    }
}
