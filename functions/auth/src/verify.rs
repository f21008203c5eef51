//! `/verify`: somebody came back with the link or the code of a mail.

use axum::{
    Json,
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use crate::{
    Auth,
    answer::Answer,
    code::{random_text, secret_hash},
    error::{Refusal, Result},
    extract::{Body, Client, Visitor},
    redirect,
    session::Session,
    sign_up::filled,
};

const VERIFY: &str = "select api.auth_verify($1, $2, $3, $4, $5, $6, $7)";
const KINDS: [&str; 6] = ["signup", "invite", "magiclink", "recovery", "email_change", "email"];

#[derive(Deserialize)]
pub struct Link {
    token: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    redirect_to: Option<String>,
}

/// `GET /verify`: the link was opened; lead on to the site, with tokens or with a reason.
pub async fn follow_link(
    State(auth): State<Auth>,
    Visitor(client): Visitor,
    Query(link): Query<Link>,
) -> Response {
    let target = auth.config.redirect_target(link.redirect_to.as_deref());
    let kind = link.kind.unwrap_or_default();
    match auth.open_link(&client, link.token, &kind).await {
        Ok(Opened::Session(session)) => redirect::with_session(&target, &session, &kind),
        Ok(Opened::Code(code)) => redirect::with_code(&target, &code),
        Err(refusal) => redirect::with_refusal(&target, &refusal),
    }
}

enum Opened {
    Session(Session),
    Code(String),
}

#[derive(Deserialize)]
pub struct Verification {
    #[serde(rename = "type")]
    kind: Option<String>,
    email: Option<String>,
    token: Option<String>,
    token_hash: Option<String>,
}

/// `POST /verify`: a code with its address, or the token of a link.
pub async fn verify(
    State(auth): State<Auth>,
    client: Client,
    Body(wish): Body<Verification>,
) -> Result<Json<Session>> {
    let kind = checked_kind(wish.kind.as_deref().unwrap_or_default())?;
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
    Ok(Json(auth.session(answer).await?))
}

impl Auth {
    async fn open_link(
        &self,
        client: &Client,
        token: Option<String>,
        kind: &str,
    ) -> Result<Opened> {
        let kind = checked_kind(kind)?;
        let token = filled(token).ok_or_else(|| Refusal::validation("Verify requires a token"))?;
        // Drawn before it is known whether the link was asked for with PKCE.
        let code = random_text()?;
        let answer = self.use_link(client, kind, &token, Some(secret_hash(&code))).await?;
        match answer.flow {
            true => Ok(Opened::Code(code)),
            false => Ok(Opened::Session(self.session(answer).await?)),
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
