//! Tokens for trying things out: what a sign-in would have given.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use shared::{auth, config::optional};
use uuid::Uuid;

/// What the token says.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Role to act as: anon, authenticated or service_role
    #[arg(long, default_value = "authenticated")]
    pub role: String,
    /// Id of the person: the token's `sub`
    #[arg(long, value_name = "UUID")]
    pub sub: Option<Uuid>,
    /// Seconds until it expires
    #[arg(long, default_value_t = 3_600, value_name = "SECONDS")]
    pub expires_in: i64,
}

/// The issuer that a server with these settings, or one of this folder, believes.
fn issuer(data: &Path) -> String {
    let kept = || std::fs::read_to_string(data.join("base-url")).ok();
    let base = optional("API_EXTERNAL_URL").or_else(kept);
    let usual = || auth::auth_url(base.as_deref().unwrap_or("http://127.0.0.1:54321"));
    optional("JWT_ISSUER").filter(|issuer| issuer != "*").unwrap_or_else(usual)
}

/// Mint a token under `JWT_SECRET`, or under the secret kept in the data folder.
pub fn token(options: &Options, data: &Path) -> Result<String> {
    let secret = match optional("JWT_SECRET") {
        Some(secret) => secret,
        None => std::fs::read_to_string(data.join("jwt-secret")).with_context(|| {
            format!(
                "There is no secret in {}: set JWT_SECRET, or run `convene serve` once",
                data.display()
            )
        })?,
    };
    if options.role == "authenticated" && options.sub.is_none() {
        bail!("Somebody signed in has an id: give it with --sub.");
    }
    let mut claims = auth::user_claims(options.sub.unwrap_or_default());
    claims["role"] = options.role.clone().into();
    claims["iss"] = issuer(data).into();
    if let Some(iat) = claims["iat"].as_i64() {
        claims["exp"] = (iat + options.expires_in).into();
    }
    if options.sub.is_none() {
        claims.as_object_mut().and_then(|claims| claims.remove("sub")).unwrap_or(Value::Null);
    }
    Ok(auth::mint(&secret, &claims)?)
}
