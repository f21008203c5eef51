//! The two requests to a provider: send somebody back to us, and tell us who it was.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::{Identity, Kind, Provider, flow::Wish, http};
use crate::{
    Auth,
    code::secret_hash,
    error::{Refusal, Result},
};

impl Provider {
    /// The address at the provider for somebody who leaves with `state`.
    pub(super) async fn address(&self, auth: &Auth, wish: &Wish, state: &str) -> Result<String> {
        let endpoint = match &self.kind {
            Kind::Oidc(oidc) => oidc.known().await.map(|k| k.authorization_endpoint.clone()),
            Kind::GitHub(github) => github.authorization_endpoint(),
        };
        let endpoint = endpoint.map_err(|problem| self.failed(&problem))?.to_string();
        let usual = match &self.kind {
            Kind::Oidc(_) => "openid email profile",
            Kind::GitHub(_) => "read:user user:email",
        };
        let mut scopes: Vec<&str> = usual.split(' ').collect();
        let more = [self.scopes.as_str(), wish.scopes.as_deref().unwrap_or_default()];
        for scope in more.iter().flat_map(|list| list.split([' ', ','])) {
            if !scope.is_empty() && !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        let verifier = auth.secret_of("oauth verifier", state);
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", self.client())
            .append_pair("redirect_uri", &auth.callback_url())
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", state)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(secret_hash(&verifier)))
            .append_pair("code_challenge_method", "S256");
        if matches!(self.kind, Kind::Oidc(_)) {
            query.append_pair("nonce", &auth.secret_of("oauth nonce", state));
        }
        if self.name == "apple" {
            // Apple sends name and address only in a form.
            query.append_pair("response_mode", "form_post");
        }
        for (name, value) in [
            ("prompt", &wish.prompt),
            ("access_type", &wish.access_type),
            ("login_hint", &wish.login_hint),
            ("hd", &wish.hd),
            ("domain_hint", &wish.domain_hint),
        ] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        let joint = if endpoint.contains('?') { '&' } else { '?' };
        Ok(format!("{endpoint}{joint}{}", query.finish()))
    }

    /// The person who came back with `code`, as the provider describes them.
    pub(super) async fn identify(&self, auth: &Auth, code: &str, state: &str) -> Result<Identity> {
        let endpoint = match &self.kind {
            Kind::Oidc(oidc) => oidc.known().await.map(|k| k.token_endpoint.clone()),
            Kind::GitHub(github) => github.token_endpoint(),
        };
        let endpoint = endpoint.map_err(|problem| self.failed(&problem))?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &auth.callback_url()),
            ("client_id", self.client()),
            ("client_secret", &self.secret),
            ("code_verifier", &auth.secret_of("oauth verifier", state)),
        ];
        let answered = http::post(&endpoint, &form).await;
        let tokens: Map<String, Value> = answered
            .and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()))
            .map_err(|problem| self.failed(&problem))?;
        let text = |name: &str| tokens.get(name).and_then(Value::as_str).unwrap_or_default();
        match &self.kind {
            Kind::GitHub(github) => {
                let found = github.whose(text("access_token")).await;
                let found = found.map_err(|problem| self.failed(&problem))?;
                let name = found.name.unwrap_or_else(|| found.login.clone());
                let said = [
                    ("iss", json!("https://api.github.com")),
                    ("user_name", json!(found.login)),
                    ("name", json!(name)),
                    ("full_name", json!(name)),
                    ("avatar_url", json!(found.avatar_url)),
                ];
                self.identity(&found.id, found.email.as_deref(), found.email_verified, said)
            }
            Kind::Oidc(oidc) => {
                let claims = oidc.verify(text("id_token"), &self.clients).await;
                let claims = claims.map_err(|problem| self.failed(&problem))?;
                let nonce = auth.secret_of("oauth nonce", state);
                if claims.get("nonce").and_then(Value::as_str) != Some(&*nonce) {
                    return Err(self.failed("the nonce is another"));
                }
                self.of_claims(&claims)
            }
        }
    }

    fn failed(&self, problem: &str) -> Refusal {
        tracing::warn!(provider = self.name, problem, "a provider vouches for nobody");
        Refusal::of("bad_oauth_callback")
    }
}
