//! `grant_type=id_token`: an app sends an ID token that it got from a provider itself.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Identity, Kind, Provider};
use crate::{
    Auth,
    code::secret_hash,
    error::{Refusal, Result},
    extract::Client,
    session::Session,
    sign_up::filled,
};

/// The token, and the proof that the sender owns it.
#[derive(Default, Deserialize)]
pub struct Proof {
    provider: Option<String>,
    id_token: Option<String>,
    access_token: Option<String>,
    nonce: Option<String>,
    /// Link the identity to the account that is signed in.
    #[serde(default)]
    pub link_identity: bool,
}

/// Sign in with an ID token, or link its identity to an account.
pub async fn sign_in(
    auth: &Auth,
    client: Client,
    proof: Proof,
    account_id: Option<Uuid>,
) -> Result<Session> {
    let (Some(name), Some(token)) = (filled(proof.provider), filled(proof.id_token)) else {
        return Err(Refusal::validation("provider and id_token are required"));
    };
    let provider = auth.providers.of_token(&name)?;
    let Kind::Oidc(oidc) = &provider.kind else {
        return Err(Refusal::of("provider_disabled"));
    };
    let claims = oidc.verify(&token, &provider.clients).await.map_err(|problem| {
        tracing::info!(provider = name, problem, "an ID token is refused");
        Refusal::of("bad_id_token")
    })?;
    let has_nonce = checked_nonce(&claims, filled(proof.nonce))?;
    checked_access_token(&claims, filled(proof.access_token))?;
    let once = (!has_nonce).then(|| secret_hash(&token));
    let sql = "select api.auth_id_token_once($1, $2)";
    auth.ask(sql, &[&once, &client.address_key]).await?;
    let identity = provider.of_claims(&claims)?;
    let answer = auth.enter(&identity, account_id, None, &client).await?;
    auth.session(answer).await
}

/// The token carries the digest of a nonce that only the owner's app knows.
fn checked_nonce(claims: &Map<String, Value>, nonce: Option<String>) -> Result<bool> {
    match (claims.get("nonce").and_then(Value::as_str), nonce) {
        (None, None) => Ok(false),
        (Some(digest), Some(nonce)) if hex::encode(secret_hash(&nonce)) == digest => Ok(true),
        (Some(_), Some(_)) => Err(Refusal::validation("Nonces mismatch")),
        _ => Err(Refusal::validation(
            "Passed nonce and nonce in id_token should either both exist or not.",
        )),
    }
}

/// OpenID Connect Core, 3.1.3.8: an access token that comes with the ID token must be the one it
/// was issued with.
fn checked_access_token(claims: &Map<String, Value>, token: Option<String>) -> Result<()> {
    let (Some(wanted), Some(token)) = (claims.get("at_hash").and_then(Value::as_str), token) else {
        return Ok(());
    };
    let digest = secret_hash(&token);
    match URL_SAFE_NO_PAD.encode(&digest[..16]) == wanted {
        true => Ok(()),
        false => Err(Refusal::of("bad_id_token")),
    }
}

impl Provider {
    /// The person that verified claims describe.
    pub(super) fn of_claims(&self, claims: &Map<String, Value>) -> Result<Identity> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let is_true = |name: &str| {
            let value = claims.get(name);
            value.is_some_and(|v| *v == json!(true) || *v == json!("true") || *v == json!("1"))
        };
        // A Microsoft tenant can write any address into a token; a claim says which addresses its
        // domain has proved.
        let verified = is_true(if self.name == "azure" { "xms_edov" } else { "email_verified" });
        let name = text("name").or(text("preferred_username"));
        let said = [
            ("iss", json!(text("iss"))),
            ("name", json!(name)),
            ("full_name", json!(name)),
            ("given_name", json!(text("given_name"))),
            ("family_name", json!(text("family_name"))),
            ("preferred_username", json!(text("preferred_username"))),
            ("picture", json!(text("picture"))),
            ("avatar_url", json!(text("picture"))),
        ];
        self.identity(text("sub").unwrap_or_default(), text("email"), verified, said)
    }
}
