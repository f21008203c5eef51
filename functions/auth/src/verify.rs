//! `/verify`: somebody uses the link or the code of a mail.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;

use crate::{
    Auth,
    answer::Answer,
    code::{random_text, secret_hash},
    error::{Refusal, Result},
    extract::{Asked, Body, Client, Visitor},
    phone, redirect,
    session::Session,
    sign_up::filled,
};

const VERIFY: &str = "select api.auth_verify($1, $2, $3, $4, $5, $6, $7)";
const KINDS: [&str; 6] = ["signup", "invite", "magiclink", "recovery", "email_change", "email"];

#[derive(Default, Deserialize)]
pub struct Link {
    pub token: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub redirect_to: Option<String>,
}

/// `GET /verify`: the link was opened; redirect to the site with tokens or with an error.
pub async fn follow_link(
    State(auth): State<Auth>,
    Visitor(client): Visitor,
    Asked(link): Asked<Link>,
) -> Response {
    auth.follow(&client, link).await
}

enum Opened {
    Session(Session),
    Code(String),
    /// One of the two addresses has confirmed a change.
    Half,
}

/// GoTrue's sentence after the first of the two confirmations.
const HALF_CONFIRMED: &str =
    "Confirmation link accepted. Please proceed to confirm link sent to the other email";

#[derive(Deserialize)]
pub struct Verification {
    #[serde(rename = "type")]
    kind: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    token: Option<String>,
    token_hash: Option<String>,
}

/// `POST /verify`: a code with its address, or the token of a link.
pub async fn verify(
    State(auth): State<Auth>,
    client: Client,
    Body(wish): Body<Verification>,
) -> Result<Response> {
    let kind = wish.kind.as_deref().unwrap_or_default();
    if let Some(phone) = filled(wish.phone).filter(|_| phone::KINDS.contains(&kind)) {
        phone::check(&phone)?;
        // We never send codes to phones, so no code for one can be right.
        return Err(Refusal::of("otp_expired"));
    }
    let kind = checked_kind(kind)?;
    let answer = match (filled(wish.token_hash), filled(wish.email), filled(wish.token)) {
        (Some(token), None, None) => auth.use_link(&client, kind, &token, None).await?,
        (None, Some(email), Some(code)) => {
            let code_hash = auth.code_hash(&email, &code);
            let nothing: Option<Vec<u8>> = None;
            auth.ask(
                VERIFY,
                &[
                    &kind,
                    &nothing,
                    &email.trim().to_lowercase(),
                    &code_hash,
                    &nothing,
                    &client.user_agent,
                    &client.address_key,
                ],
            )
            .await?
        }
        _ => {
            let message = "Verify requires either a token hash, or a token and an email";
            return Err(Refusal::validation(message));
        }
    };
    if answer.half {
        return Ok(Json(json!({ "msg": HALF_CONFIRMED, "code": "200" })).into_response());
    }
    Ok(Json(auth.session(answer).await?).into_response())
}

impl Auth {
    /// Use a link, and redirect to the site.
    pub async fn follow(&self, client: &Client, link: Link) -> Response {
        let target = self.config.redirect_target(link.redirect_to.as_deref());
        let kind = link.kind.unwrap_or_default();
        match self.open_link(client, link.token, &kind).await {
            Ok(Opened::Session(session)) => redirect::with_session(&target, &session, &kind),
            Ok(Opened::Code(code)) => redirect::with_code(&target, &code),
            Ok(Opened::Half) => redirect::with_message(&target, HALF_CONFIRMED),
            Err(refusal) => redirect::with_refusal(&target, &refusal),
        }
    }

    async fn open_link(
        &self,
        client: &Client,
        token: Option<String>,
        kind: &str,
    ) -> Result<Opened> {
        let kind = checked_kind(kind)?;
        let token = filled(token).ok_or_else(|| Refusal::validation("Verify requires a token"))?;
        // The code is made before we know whether the link was requested with PKCE.
        let code = random_text()?;
        let answer = self.use_link(client, kind, &token, Some(secret_hash(&code))).await?;
        match (answer.half, answer.flow) {
            (true, _) => Ok(Opened::Half),
            (_, true) => Ok(Opened::Code(code)),
            _ => Ok(Opened::Session(self.session(answer).await?)),
        }
    }

    async fn use_link(
        &self,
        client: &Client,
        kind: &str,
        token: &str,
        flow_hash: Option<Vec<u8>>,
    ) -> Result<Answer> {
        let nothing: Option<String> = None;
        let no_code: Option<Vec<u8>> = None;
        let answer = self
            .ask(
                VERIFY,
                &[
                    &kind,
                    &secret_hash(token),
                    &nothing,
                    &no_code,
                    &flow_hash,
                    &client.user_agent,
                    &client.address_key,
                ],
            )
            .await;
        answer.map_err(|refusal| match refusal.code {
            "otp_expired" => Refusal::of("email_link_expired"),
            _ => refusal,
        })
    }
}

fn checked_kind(kind: &str) -> Result<&str> {
    match KINDS.contains(&kind) {
        true => Ok(kind),
        false => Err(Refusal::validation("Invalid verification type")),
    }
}
