//! Top-ups: money of its own that the platform puts into its balance, there at once.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::member::merge_metadata;
use crate::money::balance::Movement;
use crate::money::currency;
use crate::object::list::{Filter, list};
use crate::request::{Request, Route};
use crate::shape;
use crate::state::State;

pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        path: "/v1/topups",
        params: &["amount", "currency", "description", "metadata[]", "transfer_group"],
        run: create,
    },
    Route {
        method: "GET",
        path: "/v1/topups",
        params: &["created", "created[]", "status"],
        run: |state, request| {
            list(state, request, "", "topup", &[Filter::Equal("status"), Filter::Created])
        },
    },
    Route {
        method: "GET",
        path: "/v1/topups/:id",
        params: &[],
        run: |state, request| state.take("topup", request.id(), "id"),
    },
];

fn create(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let params = &request.call.params;
    let currency = currency::known(params.required("currency")?)?;
    params.required("amount")?;
    let amount = params.int("amount")?.unwrap_or_default();
    currency::check_amount(amount, &currency)?;
    let mut topup = state.top_up(amount, &currency);
    topup["description"] = params.value("description");
    topup["transfer_group"] = params.value("transfer_group");
    merge_metadata(&mut topup, request);
    state.put(topup.clone());
    Ok(topup)
}

impl State {
    /// Put money of the platform's own into its balance.
    pub(crate) fn top_up(&mut self, amount: i64, currency: &str) -> Value {
        let (id, now) = (self.id("tu"), self.now());
        let movement = self.book(Movement {
            owner: "",
            kind: "topup",
            amount,
            fee: 0,
            currency,
            source: &id,
            available_on: now,
        });
        let topup = shape::new(
            "topup",
            json!({
                "id": id, "amount": amount, "balance_transaction": movement, "created": now,
                "currency": currency, "description": null, "expected_availability_date": now,
                "metadata": {}, "source": null, "status": "succeeded", "transfer_group": null,
            }),
        );
        self.put(topup.clone());
        self.emit("topup.succeeded", &topup);
        topup
    }
}
