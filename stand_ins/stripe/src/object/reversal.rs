//! Reversals: money taken back from a connected account, if it still has it.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::member::merge_metadata;
use crate::member::text;
use crate::money::balance::Movement;
use crate::object::list::Filter;
use crate::object::list::list;
use crate::request::Request;
use crate::request::Route;
use crate::shape;
use crate::state::State;

pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        path: "/v1/transfers/:id/reversals",
        params: &["amount", "description", "metadata[]", "refund_application_fee"],
        run: create,
    },
    Route {
        method: "GET",
        path: "/v1/transfers/:id/reversals",
        params: &[],
        run: |state, request| {
            state.take("transfer", request.id(), "id")?;
            list(state, request, request.id(), "transfer_reversal", &[Filter::Created])
        },
    },
    Route {
        method: "GET",
        path: "/v1/transfers/:id/reversals/:id",
        params: &[],
        run: |state, request| {
            state
                .get_for(request.id(), "transfer_reversal", request.second_id())
                .cloned()
                .ok_or_else(|| Failure::missing("transfer_reversal", request.second_id(), "id"))
        },
    },
];

fn create(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let mut transfer = state.take("transfer", request.id(), "id")?;
    let reversed = transfer["amount_reversed"].as_i64().unwrap_or_default();
    let left = transfer["amount"].as_i64().unwrap_or_default() - reversed;
    let amount = request.call.params.int("amount")?.unwrap_or(left);
    let (currency, account) = (text(&transfer["currency"]), text(&transfer["destination"]));
    if amount < 1 || amount > left {
        return Err(Failure::refused(
            "transfer_reversal_amount_invalid",
            format!(
                "The amount to reverse ({amount}) must be between 1 and what is left ({left})."
            ),
        ));
    }
    if state.total(&account, &currency) < amount {
        return Err(Failure::refused(
            "balance_insufficient",
            "The destination account has insufficient funds to reverse this transfer.",
        ));
    }
    let id = state.id("trr");
    let available_on = state.now();
    let payment = text(&transfer["destination_payment"]);
    let (currency, source) = (currency.as_str(), id.as_str());
    let back = Movement {
        owner: "",
        kind: "transfer_refund",
        amount,
        fee: 0,
        currency,
        source,
        available_on,
    };
    let gone = Movement {
        owner: &account,
        kind: "payment_refund",
        amount: -amount,
        source: &payment,
        ..back
    };
    state.book(gone);
    let members = json!({
        "id": id, "amount": amount, "balance_transaction": state.book(back),
        "created": available_on, "currency": currency, "metadata": {}, "transfer": request.id(),
    });
    let mut reversal = shape::new("transfer_reversal", members);
    merge_metadata(&mut reversal, request);
    transfer["amount_reversed"] = (reversed + amount).into();
    transfer["reversed"] = (amount == left).into();
    if let Some(reversals) = transfer["reversals"]["data"].as_array_mut() {
        reversals.insert(0, reversal.clone());
    }
    state.put_for(request.id(), reversal.clone());
    state.put(transfer.clone());
    state.emit("transfer.reversed", &transfer);
    Ok(reversal)
}
