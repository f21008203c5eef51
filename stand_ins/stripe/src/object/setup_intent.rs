//! Setup intents: a card kept for later, with nothing charged.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::failure::Failure;
use crate::member::merge_metadata;
use crate::object::payment_intent::check_secret;
use crate::object::payment_method;
use crate::request::Request;
use crate::request::Route;
use crate::shape;
use crate::state::State;

const CONFIRM: &[&str] =
    &["client_secret", "payment_method", "payment_method_data[]", "return_url", "use_stripe_sdk"];

pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        path: "/v1/setup_intents",
        params: &["automatic_payment_methods[]", "customer", "description", "metadata[]", "usage"],
        run: create,
    },
    Route {
        method: "GET",
        path: "/v1/setup_intents/:id",
        params: &["client_secret"],
        run: |state, request| {
            let intent = state.take("setup_intent", request.id(), "id")?;
            check_secret(&intent, request)?;
            Ok(intent)
        },
    },
    Route { method: "POST", path: "/v1/setup_intents/:id/confirm", params: CONFIRM, run: confirm },
];

fn create(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let params = &request.call.params;
    let usage = params.word("usage", &["off_session", "on_session"])?;
    if let Some(customer) = params.text("customer") {
        state.take("customer", customer, "customer")?;
    }
    let id = state.id("seti");
    let secret = format!("{id}_secret_{}", Uuid::new_v4().simple());
    let members = json!({
        "id": id, "client_secret": secret, "created": state.now(), "usage": usage,
        "customer": params.value("customer"), "description": params.value("description"),
    });
    let mut intent = shape::new("setup_intent", members);
    merge_metadata(&mut intent, request);
    state.put(intent.clone());
    state.emit("setup_intent.created", &intent);
    Ok(intent)
}

fn confirm(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let mut intent = state.take("setup_intent", request.id(), "id")?;
    check_secret(&intent, request)?;
    let method = payment_method::named(state, &request.call.params)?;
    if intent["status"] != "requires_payment_method" || method.is_none() {
        let message = "This SetupIntent cannot be confirmed now, or lacks a payment method.";
        return Err(
            Failure::refused("setup_intent_unexpected_state", message).with("setup_intent", intent)
        );
    }
    intent["payment_method"] = method.into();
    intent["status"] = "succeeded".into();
    state.put(intent.clone());
    state.emit("setup_intent.succeeded", &intent);
    Ok(intent)
}
