//! `/recover`, `/otp`, `/resend`: mail to any address. The answer never reveals whether an account
//! has it.

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    Auth,
    code::Challenge,
    email::checked_email,
    error::{Refusal, Result},
    extract::{Asked, Body, Client},
    phone,
    sign_up::{Afterwards, checked_data, filled},
};

#[derive(Deserialize)]
pub struct Wish {
    email: Option<String>,
    phone: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    create_user: Option<bool>,
    data: Option<Map<String, Value>>,
    #[serde(flatten)]
    challenge: Challenge,
}

/// `POST /recover`: a link to set a new password.
pub async fn recover(
    State(auth): State<Auth>,
    client: Client,
    Asked(afterwards): Asked<Afterwards>,
    Body(wish): Body<Wish>,
) -> Result<Json<Value>> {
    auth.send("recovery", false, client, afterwards, wish).await
}

/// `POST /otp`: mail a link and a code to sign in with; makes an account unless the request forbids
/// it.
pub async fn otp(
    State(auth): State<Auth>,
    client: Client,
    Asked(afterwards): Asked<Afterwards>,
    Body(wish): Body<Wish>,
) -> Result<Json<Value>> {
    let create = auth.config.sign_up && wish.create_user.unwrap_or(true);
    auth.send("magiclink", create, client, afterwards, wish).await
}

/// `POST /resend`: send the mail of a sign-up or of a change of address once more.
pub async fn resend(
    State(auth): State<Auth>,
    client: Client,
    Asked(afterwards): Asked<Afterwards>,
    Body(wish): Body<Wish>,
) -> Result<Json<Value>> {
    if let (Some(phone), Some(kind)) = (filled(wish.phone.clone()), wish.kind.as_deref())
        && phone::KINDS.contains(&kind)
    {
        phone::check(&phone)?;
        // Answered as for any number that nobody has.
        return Ok(Json(json!({})));
    }
    let purpose = match wish.kind.as_deref() {
        Some("signup") => "signup",
        Some("email_change") => "email_change",
        _ => return Err(Refusal::validation("Missing one of these types: signup, email_change")),
    };
    auth.send(purpose, false, client, afterwards, wish).await
}

impl Auth {
    async fn send(
        &self,
        purpose: &str,
        create: bool,
        client: Client,
        afterwards: Afterwards,
        wish: Wish,
    ) -> Result<Json<Value>> {
        if filled(wish.phone).is_some() {
            return Err(Refusal::validation("Codes by phone are not offered"));
        }
        let email =
            filled(wish.email).ok_or_else(|| Refusal::validation("An email is required"))?;
        let email = checked_email(&email)?;
        let data = checked_data(wish.data)?;
        let redirect_to = afterwards.redirect_to.as_deref();
        let mail = self.new_mail(&email, redirect_to, &wish.challenge)?;
        self.ask(
            "select api.auth_send($1, $2, $3, $4, $5, $6, $7)",
            &[
                &purpose,
                &email,
                &create,
                &data,
                &mail,
                &self.account_key(&email),
                &client.address_key,
            ],
        )
        .await?;
        Ok(Json(json!({})))
    }
}
