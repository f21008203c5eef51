//! An OpenID Connect issuer: found by discovery, trusted through the keys it publishes.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use hyper::Uri;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokens::{KeySet, TokenError};
use tokio::sync::Mutex;

use super::http;

/// How long addresses and keys are used before they are fetched again.
const FRESH: Duration = Duration::from_secs(600);
/// The pause between two attempts to fetch a key that is not known.
const PAUSE: Duration = Duration::from_secs(10);
const LEEWAY_S: i64 = 30;
/// A token that was issued longer ago cannot be used to sign in.
const MAX_AGE_S: i64 = 86_400;
/// Microsoft's issuer for all tenants contains a placeholder for the tenant.
const TENANT: &str = "{tenantid}";

/// An issuer, and what we have fetched from it.
pub struct Oidc {
    issuer: String,
    known: Mutex<Option<(Instant, Arc<Known>)>>,
}

/// What an issuer publishes.
pub struct Known {
    issuer: String,
    pub authorization_endpoint: Uri,
    pub token_endpoint: Uri,
    keys: KeySet,
}

#[derive(Deserialize)]
struct Published {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

impl Oidc {
    pub fn at(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), known: Mutex::default() }
    }

    /// What the issuer publishes; fetched unless what we have is younger than `fresh`.
    async fn known_for(&self, fresh: Duration) -> Result<Arc<Known>, String> {
        let mut known = self.known.lock().await;
        if let Some((since, known)) = &*known
            && since.elapsed() < fresh
        {
            return Ok(known.clone());
        }
        let found = Arc::new(discover(&self.issuer).await?);
        *known = Some((Instant::now(), found.clone()));
        Ok(found)
    }

    /// What the issuer publishes.
    pub async fn known(&self) -> Result<Arc<Known>, String> {
        self.known_for(FRESH).await
    }

    /// The claims of an ID token, if the issuer signed it recently for one of `clients`.
    pub async fn verify(
        &self,
        token: &str,
        clients: &[String],
    ) -> Result<Map<String, Value>, String> {
        let mut known = self.known().await?;
        let mut opened = known.keys.open(token);
        if matches!(opened, Err(TokenError::Key)) {
            known = self.known_for(PAUSE).await?;
            opened = known.keys.open(token);
        }
        let payload = opened.map_err(|error| error.to_string())?;
        let claims: Map<String, Value> =
            serde_json::from_slice(&payload).map_err(|error| error.to_string())?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        judge(&claims, &known.issuer, clients, i64::try_from(now).unwrap_or(i64::MAX))?;
        Ok(claims)
    }
}

async fn discover(issuer: &str) -> Result<Known, String> {
    let url = http::checked(&format!("{issuer}/.well-known/openid-configuration"))?;
    let published: Published =
        serde_json::from_str(&http::get(&url, None).await?).map_err(|error| error.to_string())?;
    let named = published.issuer.trim_end_matches('/');
    // The document must name the issuer we asked for; Microsoft's names a pattern for all tenants.
    let is_asked = named == issuer || (named.contains(TENANT) && same_host(named, issuer));
    if !is_asked {
        return Err(format!("{issuer} says that it is {named}"));
    }
    let keys = http::get(&http::checked(&published.jwks_uri)?, None).await?;
    Ok(Known {
        authorization_endpoint: http::checked(&published.authorization_endpoint)?,
        token_endpoint: http::checked(&published.token_endpoint)?,
        keys: KeySet::from_public(&keys).map_err(|error| error.to_string())?,
        issuer: published.issuer,
    })
}

fn same_host(one: &str, other: &str) -> bool {
    let host = |url: &str| url.split('/').nth(2).map(str::to_owned);
    host(one).is_some() && host(one) == host(other)
}

/// OpenID Connect Core, 3.1.3.7: check the audience, the issuer and the times of a token.
fn judge(
    claims: &Map<String, Value>,
    issuer: &str,
    clients: &[String],
    now: i64,
) -> Result<(), String> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = |name: &str| claims.get(name).and_then(Value::as_i64);
    let is_ours = |client: &str| clients.iter().any(|ours| ours == client);

    let tenant = text("tid");
    let is_tenant = !tenant.is_empty() && tenant.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let wanted = match issuer.contains(TENANT) {
        true if is_tenant => issuer.replace(TENANT, tenant),
        true => return Err("names no tenant".into()),
        false => issuer.to_owned(),
    };
    let said = text("iss").trim_end_matches('/');
    // Google sometimes leaves the scheme out.
    let is_issuer = said == wanted.trim_end_matches('/') || format!("https://{said}") == wanted;
    if !is_issuer {
        return Err(format!("is of the issuer {said:?}"));
    }
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !audience.iter().any(|client| is_ours(client)) {
        return Err("is for another client".into());
    }
    let party = claims.get("azp").map(|_| text("azp"));
    if party.is_some_and(|party| !is_ours(party)) || (audience.len() > 1 && party.is_none()) {
        return Err("was asked for by another client".into());
    }
    if number("exp").is_none_or(|exp| exp <= now - LEEWAY_S) {
        return Err("has expired".into());
    }
    if number("iat").is_none_or(|iat| iat > now + 60 || iat < now - MAX_AGE_S) {
        return Err("was not issued lately".into());
    }
    if number("nbf").is_some_and(|nbf| nbf > now + LEEWAY_S) {
        return Err("is not good yet".into());
    }
    match text("sub").is_empty() {
        true => Err("names nobody".into()),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn judged(change: Value) -> Result<(), String> {
        let mut claims = json!({
            "iss": "https://id.example", "aud": "ours", "sub": "1", "exp": NOW + 60, "iat": NOW,
        });
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let claims = claims.as_object().unwrap();
        judge(claims, "https://id.example", &["ours".to_owned(), "app".to_owned()], NOW)
    }

    #[test]
    fn a_token_of_the_issuer_for_us_is_good() {
        for change in [
            json!({}),
            json!({"aud": "app"}),
            json!({"aud": ["ours", "other"], "azp": "ours"}),
            json!({"iss": "id.example"}),
        ] {
            assert_eq!(judged(change.clone()), Ok(()), "{change}");
        }
    }

    #[test]
    fn any_other_token_is_not() {
        for change in [
            json!({"iss": "https://evil.example"}),
            json!({"iss": null}),
            json!({"aud": "other"}),
            json!({"aud": ["ours", "other"]}),
            json!({"aud": "ours", "azp": "other"}),
            json!({"aud": null}),
            json!({"exp": NOW - 31}),
            json!({"exp": null}),
            json!({"exp": "never"}),
            json!({"iat": NOW + 61}),
            json!({"iat": NOW - MAX_AGE_S - 1}),
            json!({"iat": null}),
            json!({"nbf": NOW + 31}),
            json!({"sub": ""}),
            json!({"sub": 1}),
        ] {
            assert!(judged(change.clone()).is_err(), "{change}");
        }
    }

    #[test]
    fn of_all_tenants_each_speaks_for_itself() {
        let issuer = "https://login.example/{tenantid}/v2.0";
        let claims = |iss: &str, tid: &str| {
            let claims = json!({
                "iss": iss, "tid": tid, "aud": "ours", "sub": "1", "exp": NOW + 60, "iat": NOW,
            });
            judge(claims.as_object().unwrap(), issuer, &["ours".to_owned()], NOW)
        };
        assert!(claims("https://login.example/ab-12/v2.0", "ab-12").is_ok());
        assert!(claims("https://login.example/ab-13/v2.0", "ab-12").is_err());
        assert!(claims("https://login.example/x/v2.0/../v2.0", "x/v2.0/..").is_err());
        assert!(claims("https://login.example//v2.0", "").is_err());
    }
}
