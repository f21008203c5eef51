//! Makes tokens for trying things out, like those of a sign-in.

use std::path::Path;

use anyhow::{Context, Result, bail};
use environment::optional;
use serde_json::Value;
use uuid::Uuid;

/// The claims of the token.
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

/// The issuer that a server with these settings or this folder accepts.
fn issuer(data: Option<&Path>) -> String {
    let base = optional("API_EXTERNAL_URL").or_else(|| kept(data, "base-url").ok());
    let usual = || tokens::auth_url(base.as_deref().unwrap_or("http://127.0.0.1:54321"));
    optional("JWT_ISSUER").filter(|issuer| issuer != "*").unwrap_or_else(usual)
}

/// Mint a token under `JWT_SECRET`, or under the secret kept in the data folder.
pub fn token(options: &Options, data: Option<&Path>) -> Result<String> {
    let kept = || {
        kept(data, "jwt-secret")
            .context("There is no secret: set JWT_SECRET, or run `convene serve` once")
    };
    let secret = optional("JWT_SECRET").map_or_else(kept, Ok)?;
    if options.role == "authenticated" && options.sub.is_none() {
        bail!("The role authenticated needs the id of a person: give it with --sub.");
    }
    let mut claims = tokens::user_claims(options.sub.unwrap_or_default());
    claims["role"] = options.role.clone().into();
    claims["iss"] = issuer(data).into();
    if let Some(iat) = claims["iat"].as_i64() {
        claims["exp"] = (iat + options.expires_in).into();
    }
    if options.sub.is_none() {
        claims.as_object_mut().and_then(|claims| claims.remove("sub")).unwrap_or(Value::Null);
    }
    Ok(tokens::mint(&secret, &claims)?)
}

/// The value that `convene serve` stored under a name in its data folder.
#[cfg(feature = "local")]
fn kept(data: Option<&Path>, name: &str) -> Result<String> {
    use local_postgres::{Account, Folder};

    let data = match data {
        Some(data) => data.to_owned(),
        None => Folder::usual(&Account::unprivileged()?)?,
    };
    let path = data.join(name);
    std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
}

/// A production build stores nothing.
#[cfg(not(feature = "local"))]
fn kept(_: Option<&Path>, name: &str) -> Result<String> {
    bail!("There is no {name}: this convene was built without the feature `local`.")
}
