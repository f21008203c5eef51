//! `POST /signup`: create an account, or a guest.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    Auth,
    code::Challenge,
    email::checked_email,
    error::{Refusal, Result},
    extract::{Asked, Body, Client},
    password::must_be_strong,
};

const SIGN_UP: &str = "select api.auth_sign_up($1, $2, $3, $4, $5, $6, $7, $8)";

/// The largest `data` that is stored; the whole user must fit into answers and mails.
const MAX_DATA_BYTES: usize = 8 * 1024;

/// Where a mailed link leads afterwards.
#[derive(Deserialize)]
pub struct Afterwards {
    pub redirect_to: Option<String>,
}

#[derive(Deserialize)]
pub struct NewUser {
    email: Option<String>,
    phone: Option<String>,
    password: Option<String>,
    data: Option<Map<String, Value>>,
    #[serde(flatten)]
    challenge: Challenge,
}

/// Create an account. The person is signed in at once if no confirmation is required.
pub async fn sign_up(
    State(auth): State<Auth>,
    client: Client,
    Asked(afterwards): Asked<Afterwards>,
    Body(new): Body<NewUser>,
) -> Result<Response> {
    if !auth.config.sign_up {
        return Err(Refusal::of("signup_disabled"));
    }
    if new.phone.as_deref().is_some_and(|phone| !phone.is_empty()) {
        return Err(Refusal::validation("Sign-up by phone is not offered"));
    }
    let data = checked_data(new.data)?;
    let (email, password) = match (filled(new.email), filled(new.password)) {
        (Some(email), Some(password)) => (email, password),
        (None, None) => return sign_up_guest(auth, client, data).await,
        (Some(_), None) => return Err(Refusal::validation("Signup requires a valid password")),
        (None, Some(_)) => return Err(Refusal::validation("To signup, please provide your email")),
    };
    let email = checked_email(&email)?;
    must_be_strong(&password, &auth.config, &about(&email, &data))?;
    let hash = auth.hasher.hash(&password).await?;
    let redirect_to = afterwards.redirect_to.as_deref();
    let mail = auth.new_mail(&email, redirect_to, &new.challenge)?;
    let answer = auth
        .ask(
            SIGN_UP,
            &[
                &email,
                &hash,
                &data,
                &auth.config.autoconfirm,
                &mail,
                &client.user_agent,
                &auth.account_key(&email),
                &client.address_key,
            ],
        )
        .await?;
    match answer.session_id {
        Some(_) => Ok(Json(auth.session(answer).await?).into_response()),
        None => Ok(Json(answer.into_user()?).into_response()),
    }
}

async fn sign_up_guest(auth: Auth, client: Client, data: Value) -> Result<Response> {
    if !auth.config.anonymous {
        return Err(Refusal::of("anonymous_provider_disabled"));
    }
    let nothing: Option<String> = None;
    let no_key: Option<Vec<u8>> = None;
    let answer = auth
        .ask(
            SIGN_UP,
            &[
                &nothing,
                &nothing,
                &data,
                &true,
                &Value::Null,
                &client.user_agent,
                &no_key,
                &client.address_key,
            ],
        )
        .await?;
    Ok(Json(auth.session(answer).await?).into_response())
}

/// The text, unless it is empty: clients send `""` for what they leave out.
pub fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// `data` if it can be stored: a small object.
pub fn checked_data(data: Option<Map<String, Value>>) -> Result<Value> {
    let data = Value::Object(data.unwrap_or_default());
    match data.to_string().len() <= MAX_DATA_BYTES {
        true => Ok(data),
        false => Err(Refusal::validation("The user's data is too large")),
    }
}

/// Texts that a password must not be made of.
pub fn about<'a>(email: &'a str, data: &'a Value) -> Vec<&'a str> {
    let local = email.split('@').next().unwrap_or_default();
    let names = ["full_name", "name", "display_name", "first_name", "last_name"];
    let names = names.iter().filter_map(|name| data[name].as_str());
    [email, local].into_iter().chain(names).collect()
}
