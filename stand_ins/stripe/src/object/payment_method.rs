//! Payment methods: Stripe's magic names, test card numbers, and a bank account that takes days.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::money::card;
use crate::money::card::Card;
use crate::request::Request;
use crate::request::Route;
use crate::request::params::Params;
use crate::shape;
use crate::state::State;

pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        path: "/v1/payment_methods",
        params: &["allow_redisplay", "billing_details[]", "card[]", "metadata[]", "type"],
        run: create,
    },
    Route {
        method: "GET",
        path: "/v1/payment_methods/:id",
        params: &[],
        run: |state, request| state.take("payment_method", request.id(), "id"),
    },
    Route {
        method: "POST",
        path: "/v1/payment_methods/:id/attach",
        params: &["customer"],
        run: attach,
    },
];

fn create(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let params = &request.call.params;
    params.word("type", &["card"])?;
    let card = numbered(params, "card[number]")?;
    Ok(state.new_payment_method(card))
}

fn attach(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let customer = request.call.params.required("customer")?;
    state.take("customer", customer, "customer")?;
    let mut method = known(state, request.id(), "id")?;
    method["customer"] = customer.into();
    state.put(method.clone());
    Ok(method)
}

/// The id of the payment method a request names, made if it is a magic one.
pub(crate) fn named(state: &mut State, params: &Params) -> Result<Option<Value>, Failure> {
    if params.text("payment_method_data[type]").is_some() {
        let card = numbered(params, "payment_method_data[card][number]")?;
        return Ok(Some(state.new_payment_method(card)["id"].clone()));
    }
    match params.text("payment_method") {
        None => Ok(None),
        Some(id) => Ok(Some(known(state, id, "payment_method")?["id"].clone())),
    }
}

fn known(state: &mut State, id: &str, param: &str) -> Result<Value, Failure> {
    if let Some(card) = card::named(id) {
        return Ok(state.new_payment_method(card));
    }
    if id == "pm_usBankAccount" {
        let id = state.id("pm");
        let mut method = shape::new(
            "payment_method",
            json!({"id": id, "type": "us_bank_account", "billing_details": card::billing_details()}),
        );
        if let Some(members) = method.as_object_mut() {
            members.remove("card");
        }
        state.put(method.clone());
        return Ok(method);
    }
    state.take("payment_method", id, param)
}

fn numbered(params: &Params, name: &str) -> Result<Card, Failure> {
    card::numbered(params.required(name)?).ok_or_else(|| {
        let message = "Your card number is incorrect: it is none of Stripe's test cards.";
        let error = json!({
            "type": "card_error", "code": "incorrect_number", "param": "number", "message": message,
        });
        Failure::card(error)
    })
}

impl State {
    fn new_payment_method(&mut self, card: Card) -> Value {
        let id = self.id("pm");
        let method = card.payment_method(&id, self.now());
        self.put(method.clone());
        method
    }
}
