//! Links into an account: to the form that completes it, and to its dashboard.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::failure::Failure;
use crate::member::text;
use crate::request::{Request, Route};
use crate::shape;
use crate::state::State;

/// How long a link to the form is good.
const LINK_SECONDS: i64 = 300;

pub(crate) const ROUTES: &[Route] = &[
    Route { method: "POST", path: "/v1/accounts/:id/login_links", params: &[], run: login_link },
    Route {
        method: "POST",
        path: "/v1/account_links",
        params: &[
            "account",
            "collect",
            "collection_options[]",
            "refresh_url",
            "return_url",
            "type",
        ],
        run: link,
    },
];

fn link(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let params = &request.call.params;
    params.required("type")?;
    params.word("type", &["account_onboarding", "account_update"])?;
    let account = params.required("account")?;
    state.account(account, "account")?;
    let (refresh, back) = (params.required("refresh_url")?, params.required("return_url")?);
    let token = Uuid::new_v4().simple().to_string();
    let expires_at = state.now() + LINK_SECONDS;
    // What the page needs to know is kept like an object, under an id like any other.
    let id = state.id("link");
    state.put(json!({
        "object": "double.link", "id": id, "token": token, "account": account, "used": false,
        "refresh_url": refresh, "return_url": back, "expires_at": expires_at,
    }));
    let url = format!("{}/_double/onboarding/{id}/{token}", state.base_url);
    let members = json!({"created": state.now(), "expires_at": expires_at, "url": url});
    Ok(shape::new("account_link", members))
}

/// The way into an Express dashboard, for whoever has filled in the form.
fn login_link(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let account = state.account(request.id(), "id")?;
    if account["controller"]["stripe_dashboard"]["type"] != "express" {
        let message = "Cannot create a login link for an account without an Express dashboard.";
        return Err(Failure::refused("account_invalid", message));
    }
    if account["details_submitted"] != true {
        let message =
            "Cannot create a login link for an account that has not completed onboarding.";
        return Err(Failure::refused("account_invalid", message));
    }
    let token = Uuid::new_v4().simple().to_string();
    let url = format!("{}/_double/dashboard/{}/{token}", state.base_url, request.id());
    Ok(shape::new("login_link", json!({"created": state.now(), "url": url})))
}

impl State {
    /// A link that may still be used; otherwise where to get a new one, if it ever was one.
    pub(crate) fn open_link(&self, id: &str, token: &str) -> Result<Value, Option<String>> {
        let link = self.get("double.link", id).filter(|link| link["token"] == token).ok_or(None)?;
        let expired = link["expires_at"].as_i64().is_some_and(|at| at <= self.now());
        match expired || link["used"] == true {
            true => Err(Some(text(&link["refresh_url"]))),
            false => Ok(link.clone()),
        }
    }

    /// The form was filled in: the account may receive, and is paid out. Where to go next.
    pub(crate) fn use_link(&mut self, mut link: Value) -> Result<String, Failure> {
        link["used"] = true.into();
        self.onboard(&text(&link["account"]))?;
        let back = text(&link["return_url"]);
        self.put(link);
        Ok(back)
    }
}
