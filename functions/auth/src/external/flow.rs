//! The way to a provider and back: `/authorize` and `/callback`.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Identity;
use crate::{
    Auth,
    code::{Challenge, random_text, secret_hash},
    error::{Refusal, Result},
    extract::{Asked, Bearer, Client, Visitor},
    redirect,
    sign_up::filled,
};

/// The parameters of a request to sign in with a provider.
#[derive(Deserialize)]
pub struct Wish {
    provider: Option<String>,
    redirect_to: Option<String>,
    pub(super) scopes: Option<String>,
    skip_http_redirect: Option<String>,
    // Hints that providers know. No other parameter of the caller is passed on to them.
    pub(super) prompt: Option<String>,
    pub(super) access_type: Option<String>,
    pub(super) login_hint: Option<String>,
    pub(super) hd: Option<String>,
    pub(super) domain_hint: Option<String>,
    #[serde(flatten)]
    challenge: Challenge,
}

/// `GET /authorize`: redirect to a provider.
pub async fn authorize(
    State(auth): State<Auth>,
    Visitor(client): Visitor,
    Asked(wish): Asked<Wish>,
) -> Result<Response> {
    auth.leave(client, wish, None).await
}

/// The parameters with which a provider sends people back.
#[derive(Default, Deserialize)]
pub struct Return {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// `GET /callback`: a person returns from a provider.
pub async fn callback(
    State(auth): State<Auth>,
    Visitor(client): Visitor,
    Asked(back): Asked<Return>,
) -> Response {
    auth.come_back(client, back).await
}

/// `POST /callback`: the same for Apple, which sends a form.
pub async fn callback_by_form(
    State(auth): State<Auth>,
    Visitor(client): Visitor,
    body: Bytes,
) -> Response {
    let mut back = Return::default();
    for (name, value) in form_urlencoded::parse(&body) {
        let member = match &*name {
            "code" => &mut back.code,
            "state" => &mut back.state,
            "error" => &mut back.error,
            "error_description" => &mut back.error_description,
            _ => continue,
        };
        *member = Some(value.into_owned());
    }
    auth.come_back(client, back).await
}

/// What the person wanted when they left, as the database stored it.
#[derive(Deserialize)]
struct Left {
    provider: String,
    redirect_to: String,
    account_id: Option<Uuid>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
}

impl Auth {
    /// Redirect to a provider, either to sign in or to link an identity to the account of `bearer`.
    pub async fn leave(
        &self,
        client: Client,
        wish: Wish,
        bearer: Option<&Bearer>,
    ) -> Result<Response> {
        let provider = self.providers.get(wish.provider.as_deref().unwrap_or_default())?;
        let challenge = wish.challenge.checked()?;
        let state = random_text()?;
        let url = provider.address(self, &wish, &state).await?;
        let redirect_to = self.config.redirect_target(wish.redirect_to.as_deref());
        self.ask(
            "select api.auth_leave($1, $2, $3, $4, $5, $6, $7, $8)",
            &[
                &secret_hash(&state),
                &provider.name,
                &redirect_to,
                &bearer.map(|bearer| bearer.user_id),
                &bearer.map(|bearer| bearer.session_id),
                &challenge.as_ref().map(|(challenge, _)| *challenge),
                &challenge.as_ref().map(|(_, method)| method),
                &client.address_key,
            ],
        )
        .await?;
        match wish.skip_http_redirect.as_deref() {
            Some("true") => Ok(Json(json!({ "url": url })).into_response()),
            _ => Ok(Redirect::to(&url).into_response()),
        }
    }

    async fn come_back(&self, client: Client, back: Return) -> Response {
        let state = filled(back.state.clone()).unwrap_or_default();
        #[derive(Deserialize)]
        struct Answer {
            state: Left,
        }
        let sql = "select api.auth_come_back($1)";
        let left = match self.answer::<Answer>(sql, &[&secret_hash(&state)]).await {
            Ok(answer) => answer.state,
            // The place to return to is not known either.
            Err(refusal) => return redirect::with_refusal(&self.config.site_url, &refusal),
        };
        let target = left.redirect_to.clone();
        match self.finish(client, back, &state, left).await {
            Ok(response) => response,
            Err(refusal) => redirect::with_refusal(&target, &refusal),
        }
    }

    async fn finish(
        &self,
        client: Client,
        back: Return,
        state: &str,
        left: Left,
    ) -> Result<Response> {
        if let Some(error) = filled(back.error) {
            let said = filled(back.error_description).unwrap_or(error);
            let message = said.chars().take(200).collect();
            return Err(Refusal { message, ..Refusal::of("bad_oauth_callback") });
        }
        let code = filled(back.code).ok_or_else(|| Refusal::of("bad_oauth_callback"))?;
        let provider = self.providers.get(&left.provider)?;
        let identity = provider.identify(self, &code, state).await?;
        let flow_code = random_text()?;
        let flow = left.code_challenge.map(|challenge| {
            json!({
                "code_hash": hex::encode(secret_hash(&flow_code)),
                "code_challenge": challenge,
                "code_challenge_method": left.code_challenge_method,
            })
        });
        let answer = self.enter(&identity, left.account_id, flow, &client).await?;
        match answer.flow {
            true => Ok(redirect::with_code(&left.redirect_to, &flow_code)),
            false => {
                Ok(redirect::with_session(&left.redirect_to, &self.session(answer).await?, ""))
            }
        }
    }

    /// Sign in the person that a provider has identified.
    pub(super) async fn enter(
        &self,
        identity: &Identity,
        account_id: Option<Uuid>,
        flow: Option<Value>,
        client: &Client,
    ) -> Result<crate::answer::Answer> {
        let identity = serde_json::to_value(identity).map_err(errors::Error::internal)?;
        self.ask(
            "select api.auth_external($1, $2, $3, $4, $5)",
            &[&identity, &account_id, &self.config.sign_up, &flow, &client.user_agent],
        )
        .await
    }

    /// The secrets of one way to a provider and back, derived from its state. None of them is
    /// stored.
    pub(super) fn secret_of(&self, purpose: &str, state: &str) -> String {
        hex::encode(self.keyring.digest(purpose, state))
    }

    pub(super) fn callback_url(&self) -> String {
        format!("{}/callback", self.config.auth_url)
    }
}
