//! Tokens for trying things out: what a sign-in would have given.

use std::path::Path;

use anyhow::{Result, bail};
use environment::optional;
use serde_json::Value;
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

/// Mint a token under `JWT_SECRET`, or under the secret kept in the data folder.
pub fn token(options: &Options, data: Option<&Path>) -> Result<String> {
    let secret = optional("JWT_SECRET").map_or_else(|| kept_secret(data), Ok)?;
    if options.role == "authenticated" && options.sub.is_none() {
        bail!("Somebody signed in has an id: give it with --sub.");
    }
    let mut claims = tokens::user_claims(options.sub.unwrap_or_default());
    claims["role"] = options.role.clone().into();
    if let Some(iat) = claims["iat"].as_i64() {
        claims["exp"] = (iat + options.expires_in).into();
    }
    if options.sub.is_none() {
        claims.as_object_mut().and_then(|claims| claims.remove("sub")).unwrap_or(Value::Null);
    }
    Ok(tokens::mint(&secret, &claims)?)
}

/// The secret that `convene serve` keeps in its data folder.
#[cfg(feature = "local")]
fn kept_secret(data: Option<&Path>) -> Result<String> {
    use anyhow::Context;
    use local_postgres::{Account, Folder};

    let data = match data {
        Some(data) => data.to_owned(),
        None => Folder::usual(&Account::unprivileged()?)?,
    };
    std::fs::read_to_string(data.join("jwt-secret")).with_context(|| {
        format!(
            "There is no secret in {}: set JWT_SECRET, or run `convene serve` once",
            data.display()
        )
    })
}

/// A production build keeps no secrets.
#[cfg(not(feature = "local"))]
fn kept_secret(_: Option<&Path>) -> Result<String> {
    bail!("JWT_SECRET is not set, and this convene was built without the feature `local`.")
}
