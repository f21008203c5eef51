//! The platform itself: its own account, what it settles in, and when it is paid out.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::money::currency;
use crate::object::account::requirements;
use crate::request::{Request, Route};
use crate::shape;
use crate::state::job::Task;
use crate::state::{PLATFORM, State};

/// What a charge is converted to if the platform does not settle in its currency.
const DEFAULT_CURRENCY: &str = "dkk";

pub(crate) const ROUTES: &[Route] =
    &[Route { method: "GET", path: "/v1/account", params: &[], run: own }];

fn own(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    if !request.call.account.is_empty() {
        return state.account(&request.call.account, "id");
    }
    let mut account = shape::new(
        "account",
        json!({
            "id": PLATFORM, "charges_enabled": true, "country": "DK",
            "default_currency": DEFAULT_CURRENCY, "details_submitted": true,
            "payouts_enabled": true, "requirements": requirements(&[], None),
        }),
    );
    let payouts = &mut account["settings"]["payouts"];
    payouts["schedule"]["interval"] = state.payout_interval().into();
    payouts["debit_negative_balances"] = state.debits_negative_balances().into();
    Ok(account)
}

impl State {
    /// The currency that a charge ends up in.
    pub(crate) fn settlement_currency(&self, charged: &str) -> String {
        let settles = match self.platform()["settles"].as_array() {
            Some(chosen) => chosen.iter().any(|currency| currency == charged),
            None => currency::SETTLED.contains(&charged),
        };
        if settles { charged.to_owned() } else { DEFAULT_CURRENCY.to_owned() }
    }

    /// `manual`, unless it was changed: whoever refunds needs a balance.
    pub(crate) fn payout_interval(&self) -> String {
        self.platform()["payout_interval"].as_str().unwrap_or("manual").to_owned()
    }

    /// Whether Stripe lets the balance go below zero and debits the platform's bank, so that no
    /// refund has to wait.
    pub(crate) fn debits_negative_balances(&self) -> bool {
        self.platform()["debits"] == true
    }

    /// Debit the platform's bank, unless it was decided before.
    pub(crate) fn debit_by_default(&mut self) {
        if self.platform()["debits"].is_null() {
            self.change_platform(json!({"debits": true}));
        }
    }

    /// Change what the platform settles in (`settles`), when it is paid out (`payout_interval`:
    /// `manual`, `daily`, `weekly`, `monthly`), or whether its bank is debited (`debits`).
    pub(crate) fn change_platform(&mut self, members: Value) -> Value {
        let mut platform = self.platform();
        if platform["id"].is_null() {
            platform = json!({"object": "double.platform", "id": self.id("platform")});
            let first = self.now();
            self.schedule(first, Task::PayOut { account: String::new() });
        }
        shape::overlay(&mut platform, members);
        self.put(platform.clone());
        platform
    }

    fn platform(&self) -> Value {
        self.all("", "double.platform").next().cloned().unwrap_or_default()
    }
}
