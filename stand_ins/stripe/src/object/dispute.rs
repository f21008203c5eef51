//! Disputes: opened by a test card or by a test, answered with evidence, won or lost.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::member::merge_metadata;
use crate::member::text;
use crate::money::balance::Movement;
use crate::money::card;
use crate::object::list::Filter;
use crate::object::list::list;
use crate::request::Request;
use crate::request::Route;
use crate::shape;
use crate::state::State;
use crate::state::job::Task;

/// What a dispute costs, whoever wins.
const FEE: i64 = 1500;

/// How long it may be answered.
const ANSWER_SECONDS: i64 = 9 * 86_400;

/// After so long an inquiry is closed.
const INQUIRY_SECONDS: i64 = 120 * 86_400;

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
        dispute["evidence_details"]["has_evidence"] = true.into();
        dispute["evidence_details"]["submission_count"] = 1.into();
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
                "evidence_details": {
                    "due_by": self.now() + ANSWER_SECONDS, "enhanced_eligibility": {},
                    "has_evidence": false, "past_due": false, "submission_count": 0,
                },
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
        let ends = self.now() + if inquiry { INQUIRY_SECONDS } else { ANSWER_SECONDS };
        self.schedule(ends, Task::DisputeEnds { dispute: text(&dispute["id"]) });
        Ok(dispute)
    }

    /// The payer's bank was not content with the answer to an inquiry: it takes the money.
    pub(crate) fn escalate_dispute(&mut self, id: &str) -> Result<Value, Failure> {
        let mut dispute = self.take("dispute", id, "id")?;
        expect_open(&dispute)?;
        if !text(&dispute["status"]).starts_with("warning_") {
            return Err(Failure::refused("dispute_not_inquiry", "Only an inquiry escalates."));
        }
        let due_by = self.now() + ANSWER_SECONDS;
        dispute["status"] = "needs_response".into();
        dispute["is_charge_refundable"] = false.into();
        dispute["evidence_details"]["due_by"] = due_by.into();
        let amount = dispute["amount"].as_i64().unwrap_or_default();
        self.book_dispute(&mut dispute, -amount, FEE);
        self.put(dispute.clone());
        self.emit("charge.dispute.updated", &dispute);
        self.emit("charge.dispute.funds_withdrawn", &dispute);
        self.schedule(due_by, Task::DisputeEnds { dispute: id.to_owned() });
        Ok(dispute)
    }

    /// Its time is over: an inquiry is closed, and a dispute that nobody answered is lost.
    pub(crate) fn dispute_ends(&mut self, id: &str) {
        let Some(dispute) = self.get("dispute", id) else { return };
        let due_by = dispute["evidence_details"]["due_by"].as_i64().unwrap_or_default();
        let ended = match dispute["status"].as_str() {
            Some("warning_needs_response" | "warning_under_review") => {
                let opened = dispute["created"].as_i64().unwrap_or_default();
                opened + INQUIRY_SECONDS <= self.now()
            }
            Some("needs_response") => due_by <= self.now(),
            _ => false,
        };
        if ended {
            // It is there and open: both were just read.
            let _ = self.close_dispute(id, false);
        }
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

    /// The bank decides. An inquiry that is let go is neither won nor lost; a lost dispute may be
    /// won after all.
    pub(crate) fn close_dispute(&mut self, id: &str, won: bool) -> Result<Value, Failure> {
        let mut dispute = self.take("dispute", id, "id")?;
        let was_lost = dispute["status"] == "lost";
        if !(was_lost && won) {
            expect_open(&dispute)?;
        }
        let inquiry = text(&dispute["status"]).starts_with("warning_");
        dispute["status"] = match (inquiry, won) {
            (true, _) => "warning_closed",
            (false, true) => "won",
            (false, false) => "lost",
        }
        .into();
        let due_by = dispute["evidence_details"]["due_by"].as_i64().unwrap_or_default();
        dispute["evidence_details"]["past_due"] =
            (dispute["evidence_details"]["has_evidence"] == false && due_by <= self.now()).into();
        dispute["is_charge_refundable"] = (won || inquiry).into();
        if won && !inquiry {
            let amount = dispute["amount"].as_i64().unwrap_or_default();
            self.book_dispute(&mut dispute, amount, 0);
        }
        self.put(dispute.clone());
        if won && !inquiry {
            self.emit("charge.dispute.funds_reinstated", &dispute);
        }
        let kind = if was_lost { "charge.dispute.updated" } else { "charge.dispute.closed" };
        self.emit(kind, &dispute);
        Ok(dispute)
    }

    fn book_dispute(&mut self, dispute: &mut Value, amount: i64, fee: i64) {
        let (currency, source) = (text(&dispute["currency"]), text(&dispute["id"]));
        let available_on = self.now();
        let txn = self.book_settled(Movement {
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
