//! Disputes: opened by a test card or by a test, answered with evidence, won or lost.

use serde_json::{Value, json};

use crate::api::request::Request;
use crate::api::request::Route;
use crate::failure::Failure;
use crate::money::balance::Movement;
use crate::money::card;
use crate::object::list::Filter;
use crate::object::list::list;
use crate::object::member::merge_metadata;
use crate::object::member::text;
use crate::object::shape;
use crate::state::State;

/// What a dispute costs, whoever wins.
const FEE: i64 = 1500;

pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        path: "/v1/disputes",
        params: &["charge", "created", "created[]", "payment_intent"],
        run: |state, request| {
            let filters =
                [Filter::Equal("charge"), Filter::Equal("payment_intent"), Filter::Created];
            list(state, request, "", "dispute", &filters)
        },
    },
    Route {
        method: "GET",
        path: "/v1/disputes/:id",
        params: &[],
        run: |state, request| state.take("dispute", request.id(), "id"),
    },
    Route {
        method: "POST",
        path: "/v1/disputes/:id",
        params: &["evidence[]", "metadata[]", "submit"],
        run: answer,
    },
    Route { method: "POST", path: "/v1/disputes/:id/close", params: &[], run: concede },
];

/// Evidence decides as it does in Stripe's test mode: by two magic words.
fn answer(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let mut dispute = state.take("dispute", request.id(), "id")?;
    expect_open(&dispute)?;
    merge_metadata(&mut dispute, request);
    for (name, value) in request.call.params.members("evidence") {
        dispute["evidence"][name] = value;
    }
    let submits = request.call.params.text("submit").is_none_or(|submit| submit == "true");
    if submits && !request.call.params.members("evidence").is_empty() {
        let inquiry = text(&dispute["status"]).starts_with("warning_");
        dispute["status"] = if inquiry { "warning_under_review" } else { "under_review" }.into();
    }
    state.put(dispute.clone());
    state.emit("charge.dispute.updated", &dispute);
    match dispute["evidence"]["uncategorized_text"].as_str() {
        Some("winning_evidence") if submits => state.close_dispute(request.id(), true),
        Some("losing_evidence") if submits => state.close_dispute(request.id(), false),
        _ => Ok(dispute),
    }
}

fn concede(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    state.close_dispute(request.id(), false)
}

fn expect_open(dispute: &Value) -> Result<(), Failure> {
    let status = text(&dispute["status"]);
    match status.ends_with("needs_response") || status.ends_with("under_review") {
        true => Ok(()),
        false => Err(Failure::refused("dispute_closed", "This dispute is already closed.")),
    }
}

impl State {
    /// The dispute that a test card is made for.
    pub(crate) fn dispute_by_card(&mut self, charge: &str) {
        let reason = self
            .get("charge", charge)
            .and_then(|charge| card::of(&charge["payment_method_details"])?.dispute);
        if let Some(reason) = reason {
            // The charge is there: its reason was just read from it.
            let _ = self.open_dispute(charge, reason, None);
        }
    }

    /// A payer disputes a charge. An `inquiry` takes no money yet.
    pub(crate) fn open_dispute(
        &mut self,
        charge_id: &str,
        reason: &str,
        amount: Option<i64>,
    ) -> Result<Value, Failure> {
        let mut charge = self.take("charge", charge_id, "charge")?;
        let inquiry = reason == "inquiry";
        let amount = amount.or_else(|| charge["amount_captured"].as_i64()).unwrap_or_default();
        let mut dispute = shape::new(
            "dispute",
            json!({
                "id": self.id("du"), "amount": amount, "charge": charge_id, "created": self.now(),
                "currency": charge["currency"], "is_charge_refundable": inquiry,
                "payment_intent": charge["payment_intent"],
                "reason": if inquiry { "general" } else { reason },
                "status": if inquiry { "warning_needs_response" } else { "needs_response" },
            }),
        );
        charge["disputed"] = true.into();
        self.put(charge);
        if !inquiry {
            self.book_dispute(&mut dispute, -amount, FEE);
        }
        self.put(dispute.clone());
        self.emit("charge.dispute.created", &dispute);
        if !inquiry {
            self.emit("charge.dispute.funds_withdrawn", &dispute);
        }
        Ok(dispute)
    }

    /// The card's network suspects a charge; nothing is withdrawn.
    pub(crate) fn warn_of_fraud(&mut self, charge_id: &str) -> Result<Value, Failure> {
        let charge = self.take("charge", charge_id, "charge")?;
        let id = self.id("issfr");
        let warning = shape::new(
            "radar.early_fraud_warning",
            json!({
                "id": id, "actionable": true, "charge": charge_id, "created": self.now(),
                "fraud_type": "made_with_stolen_card", "livemode": false,
                "payment_intent": charge["payment_intent"],
            }),
        );
        self.put(warning.clone());
        self.emit("radar.early_fraud_warning.created", &warning);
        Ok(warning)
    }

    /// The bank decides. An inquiry that is let go is neither won nor lost.
    pub(crate) fn close_dispute(&mut self, id: &str, won: bool) -> Result<Value, Failure> {
        let mut dispute = self.take("dispute", id, "id")?;
        expect_open(&dispute)?;
        let inquiry = text(&dispute["status"]).starts_with("warning_");
        dispute["status"] = match (inquiry, won) {
            (true, _) => "warning_closed",
            (false, true) => "won",
            (false, false) => "lost",
        }
        .into();
        if won && !inquiry {
            let amount = dispute["amount"].as_i64().unwrap_or_default();
            self.book_dispute(&mut dispute, amount, 0);
        }
        self.put(dispute.clone());
        if won && !inquiry {
            self.emit("charge.dispute.funds_reinstated", &dispute);
        }
        self.emit("charge.dispute.closed", &dispute);
        Ok(dispute)
    }

    fn book_dispute(&mut self, dispute: &mut Value, amount: i64, fee: i64) {
        let (currency, source) = (text(&dispute["currency"]), text(&dispute["id"]));
        let available_on = self.now();
        let txn = self.book(Movement {
            owner: "",
            kind: "adjustment",
            amount,
            fee,
            currency: &currency,
            source: &source,
            available_on,
        });
        let movement = self.get("balance_transaction", &txn).cloned().unwrap_or_default();
        if let Some(movements) = dispute["balance_transactions"].as_array_mut() {
            movements.push(movement);
        }
    }
}
