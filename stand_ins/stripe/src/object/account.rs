//! Connected accounts: opened, onboarded on a page of ours, restricted by a test.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::member::merge_metadata;
use crate::money::country;
use crate::request::Request;
use crate::request::Route;
use crate::request::params::Params;
use crate::shape;
use crate::state::State;
use crate::state::job::Task;

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
        run: |state, request| state.account(request.id(), "id"),
    },
    Route {
        method: "POST",
        path: "/v1/accounts/:id",
        params: &["capabilities[]", "email", "metadata[]", "settings[]"],
        run: update,
    },
    Route { method: "DELETE", path: "/v1/accounts/:id", params: &[], run: delete },
];

fn create(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let params = &request.call.params;
    let country = params.text("country").unwrap_or("DK").to_ascii_uppercase();
    let Some(currency) = country::currency(&country) else {
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
    set_schedule(&mut account, params)?;
    merge_metadata(&mut account, request);
    state.put(account.clone());
    let tomorrow = (state.now() / 86_400 + 1) * 86_400;
    state.schedule(tomorrow, Task::PayOut { account: id });
    Ok(account)
}

fn update(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let mut account = state.account(request.id(), "id")?;
    set_schedule(&mut account, &request.call.params)?;
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

/// An account with money, or with debts, stays.
fn delete(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let id = request.id();
    let mut account = state.account(id, "id")?;
    if state.currencies(id).iter().any(|currency| state.total(id, currency) != 0) {
        let message = "This account has a balance that is not zero: it cannot be deleted.";
        return Err(Failure::refused("account_has_balance", message));
    }
    account["deleted"] = true.into();
    state.put(account);
    let gone = json!({"id": id, "object": "account", "deleted": true});
    state.emit_for(
        id,
        "account.application.deauthorized",
        &json!({
            "id": "ca_double", "object": "application", "name": "Convene",
        }),
    );
    Ok(gone)
}

/// When the account is paid out, as its owner or the platform wants it.
fn set_schedule(account: &mut Value, params: &Params) -> Result<(), Failure> {
    const PARAM: &str = "settings[payouts][schedule]";
    let schedule = &mut account["settings"]["payouts"]["schedule"];
    let interval = format!("{PARAM}[interval]");
    if params.text(&interval).is_some() {
        let known = ["manual", "daily", "weekly", "monthly"];
        schedule["interval"] = params.word(&interval, &known)?.into();
    }
    let weekly = format!("{PARAM}[weekly_anchor]");
    if params.text(&weekly).is_some() {
        schedule["weekly_anchor"] = params.value(&weekly);
    }
    for name in ["monthly_anchor", "delay_days"] {
        if let Some(number) = params.int(&format!("{PARAM}[{name}]"))? {
            schedule[name] = number.into();
        }
    }
    Ok(())
}

pub(crate) fn requirements(due: &[&str], disabled_reason: Option<&str>) -> Value {
    json!({
        "alternatives": [], "current_deadline": null, "currently_due": due,
        "disabled_reason": disabled_reason, "errors": [], "eventually_due": due, "past_due": [],
        "pending_verification": [],
    })
}

impl State {
    /// A copy of a connected account that is not deleted.
    pub(crate) fn account(&self, id: &str, param: &str) -> Result<Value, Failure> {
        let account = self.take("account", id, param)?;
        match account["deleted"] == true {
            false => Ok(account),
            true => Err(Failure::other(
                403,
                "invalid_request_error",
                "account_invalid",
                &format!(
                    "The provided key does not have access to account '{id}', or that account does not exist."
                ),
            )),
        }
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
        let mut account = self.account(id, "id")?;
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
