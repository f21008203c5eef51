//! Refunds: money on its way back, which may wait and may fail after it has succeeded.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::member::merge_metadata;
use crate::member::text;
use crate::money::balance::Movement;
use crate::money::card;
use crate::money::card::Refunding;
use crate::money::currency;
use crate::object::list::Filter;
use crate::object::list::list;
use crate::request::Request;
use crate::request::Route;
use crate::shape;
use crate::state::State;
use crate::state::job::Task;

/// How long the test cards for it keep a refund waiting.
const WAITING_SECONDS: i64 = 60;

pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        path: "/v1/refunds",
        params: &["amount", "charge", "currency", "metadata[]", "payment_intent", "reason"],
        run: create,
    },
    Route {
        method: "GET",
        path: "/v1/refunds",
        params: &["charge", "created", "created[]", "payment_intent"],
        run: |state, request| {
            let filters =
                [Filter::Equal("charge"), Filter::Equal("payment_intent"), Filter::Created];
            list(state, request, "", "refund", &filters)
        },
    },
    Route {
        method: "GET",
        path: "/v1/refunds/:id",
        params: &[],
        run: |state, request| state.take("refund", request.id(), "id"),
    },
    Route { method: "POST", path: "/v1/refunds/:id", params: &["metadata[]"], run: update },
];

fn create(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let params = &request.call.params;
    params.word("reason", &["requested_by_customer", "duplicate", "fraudulent"])?;
    let charge_id = match (params.text("charge"), params.text("payment_intent")) {
        (Some(charge), _) => charge.to_owned(),
        (None, Some(intent)) => {
            text(&state.take("payment_intent", intent, "payment_intent")?["latest_charge"])
        }
        (None, None) => params.required("payment_intent")?.to_owned(),
    };
    let mut charge = state.take("charge", &charge_id, "charge")?;
    let whole = charge["amount"].as_i64().unwrap_or_default();
    let refunded = charge["amount_refunded"].as_i64().unwrap_or_default();
    let amount = check(state, &charge, whole - refunded, params.int("amount")?)?;
    let currency = text(&charge["currency"]);
    currency::check_step(amount, &currency)?;
    let id = state.id("re");
    let refunding =
        card::of(&charge["payment_method_details"]).map_or(Refunding::Succeeds, |card| card.refund);
    let poor = !state.can_refund(amount, &currency);
    let waits = poor || refunding == Refunding::Waits;
    let mut refund = shape::new(
        "refund",
        json!({
            "id": id, "amount": amount, "charge": charge_id, "created": state.now(),
            "currency": currency, "payment_intent": charge["payment_intent"],
            "reason": params.value("reason"), "status": if waits { "pending" } else { "succeeded" },
            "destination_details": {
                "type": "card",
                "card": {
                    "type": "refund", "reference_status": "pending",
                    "reference_type": "acquirer_reference_number",
                },
            },
        }),
    );
    if poor {
        refund["pending_reason"] = "insufficient_funds".into();
    }
    merge_metadata(&mut refund, request);
    charge["amount_refunded"] = (refunded + amount).into();
    charge["refunded"] = (refunded + amount == whole).into();
    if !poor {
        refund["balance_transaction"] = state.pay_refund(&refund).into();
    }
    state.put(refund.clone());
    state.put(charge.clone());
    state.emit("refund.created", &refund);
    state.emit("charge.refunded", &charge);
    let later = state.now() + WAITING_SECONDS;
    match refunding {
        _ if waits => state.schedule(later, Task::RefundSucceeds { refund: id }),
        Refunding::Fails => state.schedule(later, Task::RefundFails { refund: id }),
        _ => {}
    }
    if !waits {
        state.tell_of_refund(&refund);
    }
    Ok(refund)
}

/// The amount to refund, if it may be.
fn check(state: &State, charge: &Value, left: i64, asked_for: Option<i64>) -> Result<i64, Failure> {
    if charge["captured"] != true {
        return Err(Failure::refused(
            "charge_not_refundable",
            "This PaymentIntent does not have a successful charge to refund.",
        ));
    }
    let disputes = state.with("dispute", "charge", charge["id"].as_str().unwrap_or_default());
    let is = |dispute: &Value, statuses: &[&str]| {
        dispute["status"].as_str().is_some_and(|status| statuses.contains(&status))
    };
    // What the bank has taken back cannot be given back as well.
    let lost = disputes.iter().filter(|dispute| is(dispute, &["lost"]));
    let lost: i64 = lost.filter_map(|dispute| dispute["amount"].as_i64()).sum();
    let open = disputes.iter().any(|dispute| is(dispute, &["needs_response", "under_review"]));
    if open || (lost > 0 && left - lost <= 0) {
        let message = format!("Charge {} has been charged back.", text(&charge["id"]));
        return Err(Failure::refused("charge_disputed", message));
    }
    let left = left - lost;
    if left <= 0 {
        let message = format!("Charge {} has already been refunded.", text(&charge["id"]));
        return Err(Failure::refused("charge_already_refunded", message));
    }
    match asked_for.unwrap_or(left) {
        ..1 => Err(Failure::invalid(
            "parameter_invalid_integer",
            "amount",
            "This value must be greater than or equal to 1.",
        )),
        amount if amount > left => Err(Failure::refused(
            "amount_too_large",
            format!(
                "Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
            ),
        )
        .with("param", "amount".into())),
        amount => Ok(amount),
    }
}

fn update(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let mut refund = state.take("refund", request.id(), "id")?;
    merge_metadata(&mut refund, request);
    state.put(refund.clone());
    state.tell_of_refund(&refund);
    Ok(refund)
}

impl State {
    /// Whether the platform can spend so much of what it settles such charges in. Money that is
    /// still on its way does not count.
    fn can_refund(&self, amount: i64, currency: &str) -> bool {
        if self.debits_negative_balances() {
            return true;
        }
        let settled = self.settlement_currency(currency);
        let needed = match settled == currency {
            true => amount,
            false => currency::convert(amount, currency, &settled).0,
        };
        self.available("", &settled) >= needed
    }

    fn pay_refund(&mut self, refund: &Value) -> String {
        self.book_refund("refund", refund, -refund["amount"].as_i64().unwrap_or_default())
    }

    fn book_refund(&mut self, kind: &str, refund: &Value, amount: i64) -> String {
        let (currency, source) = (text(&refund["currency"]), text(&refund["id"]));
        let available_on = self.now();
        let (currency, source) = (currency.as_str(), source.as_str());
        let movement = Movement { owner: "", kind, amount, fee: 0, currency, source, available_on };
        self.book_settled(movement)
    }

    /// A refund has changed: under the name of today, and the one it had before refunds had events
    /// of their own.
    fn tell_of_refund(&mut self, refund: &Value) {
        self.emit("charge.refund.updated", refund);
        self.emit("refund.updated", refund);
    }

    /// A refund that waited goes through, if there is money for it now.
    pub(crate) fn refund_succeeds(&mut self, id: &str) {
        let Some(mut refund) = self.get("refund", id).cloned() else { return };
        if refund["status"] != "pending" {
            return;
        }
        let amount = refund["amount"].as_i64().unwrap_or_default();
        let is_paid = !refund["balance_transaction"].is_null();
        if !is_paid && !self.can_refund(amount, &text(&refund["currency"])) {
            let later = self.now() + WAITING_SECONDS;
            return self.schedule(later, Task::RefundSucceeds { refund: id.to_owned() });
        }
        if refund["balance_transaction"].is_null() {
            refund["balance_transaction"] = self.pay_refund(&refund).into();
        }
        refund["status"] = "succeeded".into();
        refund["pending_reason"] = Value::Null;
        self.put(refund.clone());
        self.tell_of_refund(&refund);
    }

    /// A refund that went through comes back: the money is ours again, and owed.
    pub(crate) fn refund_fails(&mut self, id: &str) {
        let Some(mut refund) = self.get("refund", id).cloned() else { return };
        let amount = refund["amount"].as_i64().unwrap_or_default();
        refund["failure_balance_transaction"] =
            self.book_refund("refund_failure", &refund, amount).into();
        refund["failure_reason"] = "expired_or_canceled_card".into();
        refund["status"] = "failed".into();
        if let Some(mut charge) = self.get("charge", &text(&refund["charge"])).cloned() {
            let refunded = charge["amount_refunded"].as_i64().unwrap_or_default() - amount;
            charge["amount_refunded"] = refunded.into();
            charge["refunded"] = false.into();
            self.put(charge);
        }
        self.put(refund.clone());
        self.tell_of_refund(&refund);
        self.emit("refund.failed", &refund);
    }
}
