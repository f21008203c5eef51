//! `/admin/users` and `/invite`: accounts in the hands of a server with the secret key.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use errors::Error;
use http::{HeaderValue, header};
use postgres::Caller;
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};
use uuid::Uuid;

use crate::{
    Auth,
    code::Challenge,
    email::checked_email,
    error::{Refusal, Result},
    extract::{Admin, Asked, Body, Named},
    sign_up::{Afterwards, checked_data, filled},
};

const MAX_PER_PAGE: i64 = 1_000;

#[derive(Deserialize)]
pub struct Page {
    page: Option<String>,
    per_page: Option<String>,
}

/// A count as clients send it. auth-js sends `?page=&per_page=` when it was given neither.
fn count(text: Option<String>, usual: i64) -> Result<i64> {
    let Some(text) = filled(text) else { return Ok(usual) };
    match text.parse::<u32>() {
        Ok(count) => Ok(count.into()),
        Err(_) => Err(Refusal::validation("Bad Pagination Parameters: a whole number is expected")),
    }
}

/// `GET /admin/users`: a page of accounts, the newest first.
pub async fn list(
    State(auth): State<Auth>,
    _: Admin,
    Asked(page): Asked<Page>,
) -> Result<Response> {
    let number = count(page.page, 1)?.max(1);
    let size = count(page.per_page, 50)?.clamp(1, MAX_PER_PAGE);
    #[derive(Deserialize)]
    struct Listed {
        users: Box<RawValue>,
        total: i64,
    }
    let sql = "select api.auth_list_users($1, $2)";
    let listed: Listed = auth.db.json(Caller::SERVICE, sql, &[&number, &size]).await?;
    let last = (listed.total + size - 1) / size;
    let link = |number: i64, rel: &str| {
        format!("</admin/users?page={number}&per_page={size}>; rel=\"{rel}\"")
    };
    let mut links = Vec::new();
    if number < last {
        links.push(link(number + 1, "next"));
    }
    links.push(link(last.max(1), "last"));
    let body = json!({ "users": listed.users, "aud": "authenticated" });
    let mut response = Json(body).into_response();
    let headers = response.headers_mut();
    headers.insert("x-total-count", HeaderValue::from(listed.total));
    let links = HeaderValue::from_str(&links.join(", ")).map_err(Error::internal)?;
    headers.insert(header::LINK, links);
    Ok(response)
}

/// `GET /admin/users/{id}`.
pub async fn get(
    State(auth): State<Auth>,
    _: Admin,
    Named(id): Named<Uuid>,
) -> Result<Json<Box<RawValue>>> {
    let answer = auth.ask("select api.auth_get_user($1)", &[&id]).await?;
    Ok(Json(answer.into_user()?))
}

#[derive(Deserialize)]
pub struct Attributes {
    id: Option<String>,
    email: Option<String>,
    password: Option<String>,
    password_hash: Option<String>,
    #[serde(default)]
    email_confirm: bool,
    user_metadata: Option<Map<String, Value>>,
    app_metadata: Option<Map<String, Value>>,
    ban_duration: Option<String>,
}

impl Attributes {
    /// What `api.auth_create_user` and `api.auth_change_user` take. An absent member stays
    /// unchanged.
    async fn checked(self, auth: &Auth) -> Result<Value> {
        let mut checked = Map::new();
        if let Some(id) = filled(self.id) {
            let known = Uuid::try_parse(&id).ok().filter(|id| !id.is_nil());
            let id = known.ok_or_else(|| Refusal::validation("ID must be a UUID, and not nil"))?;
            checked.insert("id".into(), id.to_string().into());
        }
        if let Some(email) = filled(self.email) {
            checked.insert("email".into(), checked_email(&email)?.into());
        }
        // The server is responsible for the passwords it sets, so only their length is checked
        // here.
        match (filled(self.password), filled(self.password_hash)) {
            (Some(_), Some(_)) => {
                return Err(Refusal::validation("Give a password or its hash, not both"));
            }
            (Some(password), None) => {
                crate::password::must_be_short(&password)?;
                checked.insert("password_hash".into(), auth.hasher.hash(&password).await?.into());
            }
            (None, Some(hash)) => {
                crate::password::must_be_hash(&hash)?;
                checked.insert("password_hash".into(), hash.into());
            }
            (None, None) => {}
        }
        if self.email_confirm {
            checked.insert("email_confirm".into(), true.into());
        }
        if let Some(data) = self.user_metadata {
            checked.insert("user_metadata".into(), checked_data(Some(data))?);
        }
        if let Some(data) = self.app_metadata {
            checked.insert("app_metadata".into(), checked_data(Some(data))?);
        }
        if let Some(duration) = filled(self.ban_duration) {
            checked.insert("ban_s".into(), ban_seconds(&duration)?.into());
        }
        Ok(checked.into())
    }
}

/// `POST /admin/users`: create an account, as an import or a back office does.
pub async fn create(
    State(auth): State<Auth>,
    _: Admin,
    Body(attributes): Body<Attributes>,
) -> Result<Json<Box<RawValue>>> {
    if attributes.email.as_deref().unwrap_or_default().is_empty() {
        return Err(Refusal::validation("Cannot create a user without an email"));
    }
    let attributes = attributes.checked(&auth).await?;
    let answer = auth.ask("select api.auth_create_user($1)", &[&attributes]).await?;
    Ok(Json(answer.into_user()?))
}

/// `PUT /admin/users/{id}`.
pub async fn update(
    State(auth): State<Auth>,
    _: Admin,
    Named(id): Named<Uuid>,
    Body(attributes): Body<Attributes>,
) -> Result<Json<Box<RawValue>>> {
    // The id is the one in the path.
    let attributes = Attributes { id: None, ..attributes }.checked(&auth).await?;
    let answer = auth.ask("select api.auth_change_user($1, $2)", &[&id, &attributes]).await?;
    Ok(Json(answer.into_user()?))
}

/// `DELETE /admin/users/{id}`: remove the person. What they paid and earned stays in the books.
pub async fn delete(
    State(auth): State<Auth>,
    _: Admin,
    Named(id): Named<Uuid>,
) -> Result<Json<Value>> {
    auth.ask("select api.auth_delete_user($1)", &[&id]).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub struct Invitation {
    email: String,
    data: Option<Map<String, Value>>,
}

/// `POST /invite`: create an account for somebody who did not ask for one, and mail them about it.
pub async fn invite(
    State(auth): State<Auth>,
    _: Admin,
    Asked(afterwards): Asked<Afterwards>,
    Body(invitation): Body<Invitation>,
) -> Result<Json<Box<RawValue>>> {
    let email = checked_email(&invitation.email)?;
    let data = checked_data(invitation.data)?;
    let redirect_to = afterwards.redirect_to.as_deref();
    let mail = auth.new_mail(&email, redirect_to, &Challenge::default())?;
    let answer = auth.ask("select api.auth_invite($1, $2, $3)", &[&email, &data, &mail]).await?;
    Ok(Json(answer.into_user()?))
}

/// Go's way to write a duration, as far as bans need it: `24h`, `90m`, `1h30m`, `none`.
fn ban_seconds(text: &str) -> Result<i64> {
    if text == "none" {
        return Ok(0);
    }
    let bad = || Refusal::validation("invalid format for ban duration");
    let mut seconds = 0_i64;
    let mut number = String::new();
    for c in text.chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return Err(bad()),
        };
        let count: i64 = std::mem::take(&mut number).parse().map_err(|_| bad())?;
        let part = count.checked_mul(unit).ok_or_else(bad)?;
        seconds = seconds.checked_add(part).ok_or_else(bad)?;
    }
    // A longer ban is shortened to a hundred years, which still fits into a timestamp.
    match number.is_empty() && seconds > 0 {
        true => Ok(seconds.min(100 * 366 * 86_400)),
        false => Err(bad()),
    }
}
