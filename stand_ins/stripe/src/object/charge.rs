//! Charges: one attempt to pay, and what it put into the balance.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::money::balance::Movement;
use crate::money::card;
use crate::object::list::Filter;
use crate::object::list::list;
use crate::request::Request;
use crate::request::Route;
use crate::shape;
use crate::state::State;

/// From the charge until its money can be spent.
const SETTLING_SECONDS: i64 = 2 * 86_400;

pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        path: "/v1/charges/:id",
        params: &[],
        run: |state, request| state.take("charge", request.id(), "id"),
    },
    Route {
        method: "GET",
        path: "/v1/charges",
        params: &["created", "created[]", "customer", "payment_intent", "transfer_group"],
        run: charges,
    },
];

fn charges(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let filters = [
        Filter::Equal("customer"),
        Filter::Equal("payment_intent"),
        Filter::Equal("transfer_group"),
        Filter::Created,
    ];
    list(state, request, "", "charge", &filters)
}

impl State {
    /// A charge of an intent, authorised and not yet captured.
    pub(crate) fn new_charge(&mut self, intent: &Value, details: Value) -> Value {
        let id = self.id("ch");
        shape::new(
            "charge",
            json!({
                "id": id, "amount": intent["amount"], "billing_details": card::billing_details(),
                "created": self.now(), "currency": intent["currency"],
                "customer": intent["customer"], "description": intent["description"],
                "metadata": intent["metadata"], "payment_intent": intent["id"],
                "payment_method": intent["payment_method"], "payment_method_details": details,
                "transfer_group": intent["transfer_group"],
                "refunds": {
                    "object": "list", "data": [], "has_more": false,
                    "url": format!("/v1/charges/{id}/refunds"),
                },
            }),
        )
    }

    /// Take the money of a charge into the platform's balance.
    pub(crate) fn settle_charge(&mut self, charge: &mut Value, amount: i64, instant: bool) {
        let currency = charge["currency"].as_str().unwrap_or_default().to_owned();
        let id = charge["id"].as_str().unwrap_or_default().to_owned();
        let movement = Movement {
            owner: "",
            kind: "charge",
            amount,
            fee: fee(amount),
            currency: &currency,
            source: &id,
            available_on: self.now() + if instant { 0 } else { SETTLING_SECONDS },
        };
        charge["balance_transaction"] = self.book_settled(movement).into();
        charge["captured"] = true.into();
        // What was authorised and not taken is let go, and counts as given back.
        let authorised = charge["amount"].as_i64().unwrap_or_default();
        charge["amount_refunded"] = (authorised - amount).into();
        charge["amount_captured"] = amount.into();
    }
}

/// One and a half per cent, rounded up: a fee to be seen in the books, not a price list.
fn fee(amount: i64) -> i64 {
    (amount * 15 + 999) / 1000
}
