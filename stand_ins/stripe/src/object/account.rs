//! Connected accounts: opened, onboarded on a page of ours, restricted by a test.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::request::Request;
use crate::api::request::Route;
use crate::failure::Failure;
use crate::object::member::merge_metadata;
use crate::object::member::text;
use crate::object::shape;
use crate::state::PLATFORM;
use crate::state::State;

/// Countries a European platform can pay out to, and their currencies.
const COUNTRIES: [(&str, &str); 34] = [
    ("AT", "eur"),
    ("BE", "eur"),
    ("BG", "eur"),
    ("CA", "cad"),
    ("CH", "chf"),
    ("CY", "eur"),
    ("CZ", "czk"),
    ("DE", "eur"),
    ("DK", "dkk"),
    ("EE", "eur"),
    ("ES", "eur"),
    ("FI", "eur"),
    ("FR", "eur"),
    ("GB", "gbp"),
    ("GR", "eur"),
    ("HR", "eur"),
    ("HU", "eur"),
    ("IE", "eur"),
    ("IS", "eur"),
    ("IT", "eur"),
    ("LI", "chf"),
    ("LT", "eur"),
    ("LU", "eur"),
    ("LV", "eur"),
    ("MT", "eur"),
    ("NL", "eur"),
    ("NO", "nok"),
    ("PL", "pln"),
    ("PT", "eur"),
    ("RO", "eur"),
    ("SE", "sek"),
    ("SI", "eur"),
    ("SK", "eur"),
    ("US", "usd"),
];

/// How long a link to the form is good.
const LINK_SECONDS: i64 = 300;

const ASKED: [&str; 3] =
    ["external_account", "individual.verification.document", "tos_acceptance.date"];

const MEMBERS: &[&str] = &[
    "business_profile[]",
    "business_type",
    "capabilities[]",
    "controller[]",
    "country",
    "default_currency",
    "email",
    "metadata[]",
    "settings[]",
    "type",
];

pub(crate) const ROUTES: &[Route] = &[
    Route { method: "POST", path: "/v1/accounts", params: MEMBERS, run: create },
    Route {
        method: "GET",
        path: "/v1/accounts/:id",
        params: &[],
        run: |state, request| state.take("account", request.id(), "id"),
    },
    Route {
        method: "POST",
        path: "/v1/accounts/:id",
        params: &["capabilities[]", "email", "metadata[]"],
        run: update,
    },
    Route { method: "GET", path: "/v1/account", params: &[], run: own },
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

fn create(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let params = &request.call.params;
    let country = params.text("country").unwrap_or("DK").to_ascii_uppercase();
    let Some((_, currency)) = COUNTRIES.iter().find(|(code, _)| *code == country) else {
        let message = format!("{country} is not currently supported by Stripe.");
        return Err(Failure::invalid("country_unsupported", "country", message));
    };
    let id = state.id("acct");
    let requested = params.flag("capabilities[transfers][requested]")?;
    let capabilities = if requested { json!({"transfers": "inactive"}) } else { json!({}) };
    let mut account = shape::new(
        "account",
        json!({
            "id": id, "business_type": params.value("business_type"), "capabilities": capabilities,
            "country": country, "created": state.now(), "email": params.value("email"),
            "default_currency": params.text("default_currency").unwrap_or(currency),
            "type": "none", "requirements": requirements(&ASKED, Some("requirements.past_due")),
            "controller": {
                "type": "application", "is_controller": true,
                "fees": {"payer": params.text("controller[fees][payer]").unwrap_or("account")},
                "losses": {
                    "payments": params.text("controller[losses][payments]").unwrap_or("stripe"),
                },
                "requirement_collection": "stripe",
                "stripe_dashboard": {
                    "type": params.text("controller[stripe_dashboard][type]").unwrap_or("full"),
                },
            },
            "external_accounts": {
                "object": "list", "data": [], "has_more": false,
                "url": format!("/v1/accounts/{id}/external_accounts"),
            },
        }),
    );
    merge_metadata(&mut account, request);
    state.put(account.clone());
    Ok(account)
}

fn update(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let mut account = state.take("account", request.id(), "id")?;
    if request.call.params.flag("capabilities[transfers][requested]")? {
        let done = account["details_submitted"] == true;
        account["capabilities"]["transfers"] = if done { "active" } else { "inactive" }.into();
    }
    if request.call.params.text("email").is_some() {
        account["email"] = request.call.params.value("email");
    }
    merge_metadata(&mut account, request);
    state.put(account.clone());
    state.emit_for(request.id(), "account.updated", &account);
    Ok(account)
}

fn own(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    if !request.call.account.is_empty() {
        return state.take("account", &request.call.account, "id");
    }
    let members = json!({
        "id": PLATFORM, "charges_enabled": true, "country": "DK", "default_currency": "dkk",
        "details_submitted": true, "payouts_enabled": true, "requirements": requirements(&[], None),
    });
    Ok(shape::new("account", members))
}

fn link(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let params = &request.call.params;
    params.required("type")?;
    params.word("type", &["account_onboarding", "account_update"])?;
    let account = params.required("account")?;
    state.take("account", account, "account")?;
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

fn requirements(due: &[&str], disabled_reason: Option<&str>) -> Value {
    json!({
        "alternatives": [], "current_deadline": null, "currently_due": due,
        "disabled_reason": disabled_reason, "errors": [], "eventually_due": due, "past_due": [],
        "pending_verification": [],
    })
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

    /// Complete an account as its owner's form would.
    pub(crate) fn onboard(&mut self, id: &str) -> Result<Value, Failure> {
        let members = json!({
            "capabilities": {"transfers": "active"}, "details_submitted": true,
            "payouts_enabled": true, "requirements": requirements(&[], None),
        });
        let account = self.change_account(id, members)?;
        let bank = json!({
            "object": "bank_account", "id": self.id("ba"), "account": id, "last4": "3000",
            "bank_name": "STRIPE TEST BANK", "country": account["country"],
            "currency": account["default_currency"], "default_for_currency": true, "status": "new",
        });
        let mut account = account;
        account["external_accounts"]["data"] = json!([bank]);
        self.put(account.clone());
        self.emit_for(id, "account.external_account.created", &bank);
        Ok(account)
    }

    /// Change an account as Stripe might, and tell of it.
    pub(crate) fn change_account(&mut self, id: &str, members: Value) -> Result<Value, Failure> {
        let mut account = self.take("account", id, "id")?;
        let before = account["capabilities"]["transfers"].clone();
        shape::overlay(&mut account, members);
        self.put(account.clone());
        let now = &account["capabilities"]["transfers"];
        if *now != before {
            let capability = json!({
                "account": id, "id": "transfers", "requested": true, "status": now,
                "requested_at": self.now(), "requirements": account["requirements"],
            });
            self.emit_for(id, "capability.updated", &shape::new("capability", capability));
        }
        self.emit_for(id, "account.updated", &account);
        Ok(account)
    }
}
