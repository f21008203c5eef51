//! Payouts to a bank, of the platform or of a connected account.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::member::merge_metadata;
use crate::member::text;
use crate::money::balance::Movement;
use crate::money::currency;
use crate::object::list::Filter;
use crate::object::list::list;
use crate::request::Request;
use crate::request::Route;
use crate::shape;
use crate::state::State;
use crate::state::job::Task;

const DAY_SECONDS: i64 = 86_400;
const TRAVEL_SECONDS: i64 = 2 * DAY_SECONDS;

/// Whether an account with this schedule is paid out on a day since 1970, which was a Thursday.
/// A month is counted as thirty days.
fn is_payout_day(schedule: &Value, day: i64) -> bool {
    const WEEK: [&str; 7] =
        ["thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"];
    match schedule["interval"].as_str() {
        Some("daily") => true,
        Some("weekly") => {
            let today = usize::try_from(day.rem_euclid(7)).unwrap_or_default();
            schedule["weekly_anchor"].as_str().unwrap_or("monday") == WEEK[today]
        }
        Some("monthly") => {
            day.rem_euclid(30) + 1 == schedule["monthly_anchor"].as_i64().unwrap_or(1).min(30)
        }
        _ => false,
    }
}

pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        path: "/v1/payouts",
        params: &["amount", "currency", "description", "metadata[]", "method", "source_type"],
        run: create,
    },
    Route {
        method: "GET",
        path: "/v1/payouts",
        params: &["created", "created[]", "status"],
        run: |state, request| {
            let filters = [Filter::Equal("status"), Filter::Created];
            list(state, request, &request.call.account, "payout", &filters)
        },
    },
    Route {
        method: "GET",
        path: "/v1/payouts/:id",
        params: &[],
        run: |state, request| {
            state
                .get_for(&request.call.account, "payout", request.id())
                .cloned()
                .ok_or_else(|| Failure::missing("payout", request.id(), "id"))
        },
    },
];

fn create(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let (params, account) = (&request.call.params, request.call.account.as_str());
    let currency = currency::known(params.required("currency")?)?;
    params.required("amount")?;
    let amount = params.int("amount")?.unwrap_or_default();
    let mut payout = state.pay_out(account, amount, &currency)?;
    payout["description"] = params.value("description");
    merge_metadata(&mut payout, request);
    state.put_for(account, payout.clone());
    Ok(payout)
}

impl State {
    /// Pay an account out if its schedule says so, and look again tomorrow.
    pub(crate) fn pay_out_by_schedule(&mut self, account: &str) {
        let schedule = match self.get("account", account) {
            Some(account) if account["payouts_enabled"] != true => json!({"interval": "manual"}),
            Some(account) => account["settings"]["payouts"]["schedule"].clone(),
            None if account.is_empty() => json!({"interval": self.payout_interval()}),
            None => return,
        };
        let day = self.now() / DAY_SECONDS;
        if is_payout_day(&schedule, day) {
            for currency in self.currencies(account) {
                let amount = self.available(account, &currency);
                if amount > 0
                    && let Ok(mut payout) = self.pay_out(account, amount, &currency)
                {
                    payout["automatic"] = true.into();
                    self.put_for(account, payout);
                }
            }
        }
        let tomorrow = (day + 1) * DAY_SECONDS;
        self.schedule(tomorrow, Task::PayOut { account: account.to_owned() });
    }

    /// Send money to the bank.
    pub(crate) fn pay_out(
        &mut self,
        account: &str,
        amount: i64,
        currency: &str,
    ) -> Result<Value, Failure> {
        if amount < 1 || self.available(account, currency) < amount {
            return Err(Failure::refused(
                "balance_insufficient",
                "You have insufficient funds in your Stripe account for this transfer.",
            ));
        }
        let (id, now) = (self.id("po"), self.now());
        let payout = shape::new(
            "payout",
            json!({
                "id": id, "amount": amount, "arrival_date": now + TRAVEL_SECONDS,
                "automatic": false, "created": now, "currency": currency, "metadata": {},
                "balance_transaction": self.book_payout(account, "payout", -amount, currency, &id),
                "description": null, "status": "pending", "reconciliation_status": "not_applicable",
            }),
        );
        self.put_for(account, payout.clone());
        self.emit_for(account, "payout.created", &payout);
        let task = Task::PayoutArrives { account: account.to_owned(), payout: id };
        self.schedule(now + TRAVEL_SECONDS, task);
        Ok(payout)
    }

    /// The bank has it.
    pub(crate) fn payout_arrives(&mut self, account: &str, id: &str) {
        let Some(mut payout) = self.get_for(account, "payout", id).cloned() else { return };
        if payout["status"] == "pending" {
            payout["status"] = "paid".into();
            self.put_for(account, payout.clone());
            self.emit_for(account, "payout.paid", &payout);
        }
    }

    /// The bank sends it back, even after it was paid.
    pub(crate) fn payout_fails(&mut self, account: &str, id: &str) -> Result<Value, Failure> {
        let payout = self.get_for(account, "payout", id).cloned();
        let mut payout = payout.ok_or_else(|| Failure::missing("payout", id, "id"))?;
        if payout["status"] == "failed" {
            return Err(Failure::refused("payout_failed", "This payout has failed already."));
        }
        let amount = payout["amount"].as_i64().unwrap_or_default();
        let currency = text(&payout["currency"]);
        payout["failure_balance_transaction"] =
            self.book_payout(account, "payout_failure", amount, &currency, id).into();
        payout["failure_code"] = "account_closed".into();
        payout["failure_message"] = "The bank account has been closed.".into();
        payout["status"] = "failed".into();
        self.put_for(account, payout.clone());
        self.emit_for(account, "payout.failed", &payout);
        Ok(payout)
    }

    fn book_payout(
        &mut self,
        owner: &str,
        kind: &str,
        amount: i64,
        currency: &str,
        source: &str,
    ) -> String {
        let available_on = self.now();
        self.book(Movement { owner, kind, amount, fee: 0, currency, source, available_on })
    }
}
