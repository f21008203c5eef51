//! Transfers to connected accounts, out of a charge or out of the balance.

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

pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        path: "/v1/transfers",
        params: &[
            "amount",
            "currency",
            "description",
            "destination",
            "metadata[]",
            "source_transaction",
            "source_type",
            "transfer_group",
        ],
        run: create,
    },
    Route {
        method: "GET",
        path: "/v1/transfers",
        params: &["created", "created[]", "destination", "transfer_group"],
        run: |state, request| {
            let filters =
                [Filter::Equal("destination"), Filter::Equal("transfer_group"), Filter::Created];
            list(state, request, "", "transfer", &filters)
        },
    },
    Route {
        method: "GET",
        path: "/v1/transfers/:id",
        params: &[],
        run: |state, request| state.take("transfer", request.id(), "id"),
    },
    Route {
        method: "POST",
        path: "/v1/transfers/:id",
        params: &["description", "metadata[]"],
        run: update,
    },
];

fn create(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let params = &request.call.params;
    let currency = currency::known(params.required("currency")?)?;
    let destination = params.required("destination")?;
    params.required("amount")?;
    let amount = params.int("amount")?.unwrap_or_default();
    if amount < 1 {
        let message = "This value must be greater than or equal to 1.";
        return Err(Failure::invalid("parameter_invalid_integer", "amount", message));
    }
    let account = state.account(destination, "destination").map_err(|_| {
        let message = format!("No such destination: '{destination}'");
        Failure::invalid("resource_missing", "destination", message)
    })?;
    if account["capabilities"]["transfers"] != "active" {
        return Err(Failure::refused(
            "insufficient_capabilities_for_transfer",
            "Your destination account needs to have at least one of the following capabilities \
             enabled: transfers, crypto_transfers, legacy_payments",
        ));
    }
    let available_on = match params.text("source_transaction") {
        Some(source) => state.spend_charge(source, amount, &currency)?,
        None if state.available("", &currency) < amount => {
            return Err(Failure::refused(
                "balance_insufficient",
                "You have insufficient available funds in your Stripe account.",
            ));
        }
        None => state.now(),
    };
    let (id, payment) = (state.id("tr"), state.id("py"));
    let group = params.value("transfer_group");
    let mut transfer = shape::new(
        "transfer",
        json!({
            "id": id, "amount": amount, "created": state.now(), "currency": currency,
            "description": params.value("description"), "destination": destination,
            "destination_payment": payment, "transfer_group": group,
            "source_transaction": params.value("source_transaction"),
            "reversals": {
                "object": "list", "data": [], "has_more": false,
                "url": format!("/v1/transfers/{id}/reversals"),
            },
        }),
    );
    merge_metadata(&mut transfer, request);
    let sent = Movement {
        owner: "",
        kind: "transfer",
        amount: -amount,
        fee: 0,
        currency: &currency,
        source: &id,
        available_on,
    };
    let received =
        Movement { owner: destination, kind: "payment", amount, source: &payment, ..sent };
    state.book(received);
    transfer["balance_transaction"] = state.book(sent).into();
    state.put(transfer.clone());
    state.emit("transfer.created", &transfer);
    Ok(transfer)
}

fn update(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let mut transfer = state.take("transfer", request.id(), "id")?;
    merge_metadata(&mut transfer, request);
    if request.call.params.text("description").is_some() {
        transfer["description"] = request.call.params.value("description");
    }
    state.put(transfer.clone());
    state.emit("transfer.updated", &transfer);
    Ok(transfer)
}

impl State {
    /// Whether a part of a charge is left for a transfer; when its money is available.
    fn spend_charge(&self, id: &str, amount: i64, currency: &str) -> Result<i64, Failure> {
        let charge = self.take("charge", id, "source_transaction")?;
        let movement = self
            .get("balance_transaction", &text(&charge["balance_transaction"]))
            .filter(|_| charge["captured"] == true);
        let Some(movement) = movement else {
            let message = "The source_transaction must be a charge that has succeeded.";
            return Err(Failure::refused("charge_not_captured", message));
        };
        if movement["currency"] != currency {
            let message = format!(
                "The currency of source_transaction's balance transaction ({}) must be the same as \
                 the transfer currency ({currency})",
                text(&movement["currency"])
            );
            return Err(Failure::invalid("parameter_invalid_string", "currency", message));
        }
        let available_on = movement["available_on"].as_i64().unwrap_or_default();
        let captured = movement["amount"].as_i64().unwrap_or_default();
        let net = |transfer: &&Value| {
            transfer["amount"].as_i64().unwrap_or_default()
                - transfer["amount_reversed"].as_i64().unwrap_or_default()
        };
        let so_far: i64 = self.with("transfer", "source_transaction", id).iter().map(net).sum();
        if so_far + amount > captured {
            return Err(Failure::refused(
                "transfer_source_amount_exceeded",
                format!(
                    "Transfers using this transaction as a source must not exceed the source \
                     amount of {captured}. (There is already a transfer using this source, \
                     amounting to a total of {so_far}.)"
                ),
            ));
        }
        Ok(available_on.max(self.now()))
    }
}
