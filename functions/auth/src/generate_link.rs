//! `/admin/generate_link`: make a link that a server sends in its own way.

use axum::{Json, extract::State};
use errors::Error;
use postgres::Caller;
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use crate::{
    Auth,
    code::Challenge,
    email::checked_email,
    error::{Refusal, Result},
    extract::{Admin, Asked, Body},
    sign_up::{Afterwards, checked_data, filled},
};

#[derive(Deserialize)]
pub struct Wish {
    #[serde(rename = "type")]
    kind: Option<String>,
    email: Option<String>,
    new_email: Option<String>,
    password: Option<String>,
    data: Option<Map<String, Value>>,
    redirect_to: Option<String>,
}

#[derive(Deserialize)]
struct Made {
    refused: Option<String>,
    user: Option<Box<RawValue>>,
    verification_type: Option<String>,
}

/// `POST /admin/generate_link`: answer with what a mail would have carried.
pub async fn generate_link(
    State(auth): State<Auth>,
    _: Admin,
    Asked(afterwards): Asked<Afterwards>,
    Body(wish): Body<Wish>,
) -> Result<Json<Map<String, Value>>> {
    let kind = checked_kind(&auth, wish.kind.as_deref().unwrap_or_default())?;
    let email = checked_email(&wish.email.unwrap_or_default())?;
    let new_email = match kind.starts_with("email_change") {
        true => Some(checked_email(&wish.new_email.unwrap_or_default())?),
        false => None,
    };
    let password_hash = match filled(wish.password) {
        Some(password) => {
            crate::password::must_be_short(&password)?;
            Some(auth.hasher.hash(&password).await?)
        }
        None => None,
    };
    let data = checked_data(wish.data)?;
    let to = match kind {
        "email_change_new" => new_email.as_deref().unwrap_or_default(),
        _ => &email,
    };
    let redirect_to = wish.redirect_to.or(afterwards.redirect_to);
    let mail = auth.new_mail(to, redirect_to.as_deref(), &Challenge::default())?;
    let sql = "select api.auth_generate_link($1, $2, $3, $4, $5, $6, $7)";
    let both = auth.config.secure_email_change;
    let made: Made = auth
        .db
        .json(
            Caller::SERVICE,
            sql,
            &[&kind, &email, &new_email, &password_hash, &data, &both, &mail],
        )
        .await?;
    if let Some(word) = made.refused {
        return Err(Refusal::of(&word));
    }
    let (Some(user), Some(kind)) = (made.user, made.verification_type) else {
        return Err(Error::internal("a link without a user").into());
    };
    let user = serde_json::from_str(user.get()).map_err(Error::internal)?;
    Ok(Json(auth.with_link(user, &kind, &mail)))
}

fn checked_kind<'a>(auth: &Auth, kind: &'a str) -> Result<&'a str> {
    match kind {
        "email_change_current" if !auth.config.secure_email_change => Err(Refusal::validation(
            "Enable secure email change to generate link for current email",
        )),
        "signup"
        | "invite"
        | "magiclink"
        | "recovery"
        | "email_change_current"
        | "email_change_new" => Ok(kind),
        _ => Err(Refusal::validation("Invalid email action link type requested")),
    }
}

impl Auth {
    fn with_link(
        &self,
        mut user: Map<String, Value>,
        kind: &str,
        mail: &Value,
    ) -> Map<String, Value> {
        // GoTrue's verify uses this word for both halves of a change of address.
        let verified = if kind.starts_with("email_change") { "email_change" } else { kind };
        let text = |member: &str| mail[member].as_str().unwrap_or_default();
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("token", text("token"))
            .append_pair("type", verified)
            .append_pair("redirect_to", text("redirect_to"));
        // A query may hold both as they are, and GoTrue's clients look for the address as it is.
        let query = query.finish().replace("%3A", ":").replace("%2F", "/");
        let link = format!("{}/verify?{query}", self.config.auth_url);
        for (name, value) in [
            ("action_link", link.as_str()),
            ("email_otp", text("code")),
            ("hashed_token", text("token")),
            ("verification_type", kind),
            ("redirect_to", text("redirect_to")),
        ] {
            user.insert(name.into(), value.into());
        }
        user
    }
}
