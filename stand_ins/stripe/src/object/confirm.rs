//! What becomes of a payment intent: the way from a chosen card to money, or to none.

use crate::member::text;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::money::card;
use crate::money::card::Card;
use crate::object::payment_method;
use crate::request::params::Params;
use crate::state::State;
use crate::state::job::Task;

/// How long Visa, Mastercard and the like hold an authorisation.
const AUTHORISATION_SECONDS: i64 = 7 * 86_400;

/// Take the payment method a request names, or stay with the one the intent has.
pub(crate) fn choose(
    state: &mut State,
    intent: &mut Value,
    params: &Params,
) -> Result<(), Failure> {
    if let Some(method) = payment_method::named(state, params)? {
        intent["payment_method"] = method;
    }
    if intent["payment_method"].is_null() {
        return Err(Failure::refused(
            "payment_intent_unexpected_state",
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
        )
        .with("payment_intent", intent.clone()));
    }
    Ok(())
}

/// Confirm with the payment method the intent has.
pub(crate) fn confirm(
    state: &mut State,
    mut intent: Value,
    params: &Params,
) -> Result<Value, Failure> {
    let method_id = intent["payment_method"].as_str().unwrap_or_default().to_owned();
    let method = state.take("payment_method", &method_id, "payment_method")?;
    for name in ["setup_future_usage", "receipt_email", "capture_method"] {
        if params.text(name).is_some() {
            intent[name] = params.value(name);
        }
    }
    let Some(card) = card::of(&method) else { return Ok(process(state, intent)) };
    if card.authenticates
        && (params.flag("off_session")? || params.flag("error_on_requires_action")?)
    {
        return Err(decline(
            state,
            intent,
            card,
            "authentication_required",
            "authentication_required",
        ));
    }
    if card.authenticates {
        return Ok(ask_for_proof(state, intent, params.text("return_url")));
    }
    charge(state, intent, card)
}

/// The payer has proven, or failed to prove, who they are.
pub(crate) fn prove(state: &mut State, mut intent: Value, proven: bool) -> Result<Value, Failure> {
    if intent["status"] != "requires_action" {
        return Err(Failure::refused("payment_intent_unexpected_state", "Nothing to prove."));
    }
    intent["next_action"] = Value::Null;
    let method_id = intent["payment_method"].as_str().unwrap_or_default().to_owned();
    let method = state.take("payment_method", &method_id, "payment_method")?;
    let Some(card) = card::of(&method) else { return Ok(process(state, intent)) };
    if proven {
        return charge(state, intent, card);
    }
    intent["last_payment_error"] = json!({
        "type": "invalid_request_error", "code": "payment_intent_authentication_failure",
        "message": "The provided PaymentMethod has failed authentication.", "payment_method": method,
    });
    intent["payment_method"] = Value::Null;
    intent["status"] = "requires_payment_method".into();
    state.put(intent.clone());
    state.emit("payment_intent.payment_failed", &intent);
    Ok(intent)
}

fn ask_for_proof(state: &mut State, mut intent: Value, return_url: Option<&str>) -> Value {
    let url = format!(
        "{}/_double/authenticate/{}",
        state.base_url,
        intent["id"].as_str().unwrap_or_default()
    );
    intent["next_action"] = match return_url {
        Some(return_url) => json!({
            "type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": return_url},
        }),
        None => json!({
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url},
        }),
    };
    intent["status"] = "requires_action".into();
    state.put(intent.clone());
    state.emit("payment_intent.requires_action", &intent);
    intent
}

fn charge(state: &mut State, mut intent: Value, card: Card) -> Result<Value, Failure> {
    if let Some((code, decline_code)) = card.decline {
        return Err(decline(state, intent, card, code, decline_code));
    }
    let manual = intent["capture_method"] == "manual";
    let amount = intent["amount"].as_i64().unwrap_or_default();
    let capture_before = manual.then(|| state.now() + AUTHORISATION_SECONDS);
    let mut charge = state.new_charge(&intent, card.details(capture_before));
    intent["latest_charge"] = charge["id"].clone();
    intent["next_action"] = Value::Null;
    intent["last_payment_error"] = Value::Null;
    if let Some(capture_before) = capture_before {
        intent["amount_capturable"] = amount.into();
        intent["status"] = "requires_capture".into();
        state.put(charge.clone());
        state.put(intent.clone());
        state.emit("charge.succeeded", &charge);
        state.emit("payment_intent.amount_capturable_updated", &intent);
        state.schedule(capture_before, Task::Lapse { intent: text(&intent["id"]) });
        return Ok(intent);
    }
    state.settle_charge(&mut charge, amount, card.instant);
    intent["amount_received"] = amount.into();
    intent["status"] = "succeeded".into();
    state.put(charge.clone());
    state.put(intent.clone());
    state.emit("charge.succeeded", &charge);
    state.emit("payment_intent.succeeded", &intent);
    state.emit("charge.updated", &charge);
    if card.dispute.is_some() {
        state.schedule(state.now(), Task::Dispute { charge: text(&charge["id"]) });
    }
    Ok(intent)
}

/// A method that takes days: the money comes, and the intent says so, when it has come.
fn process(state: &mut State, mut intent: Value) -> Value {
    intent["status"] = "processing".into();
    intent["next_action"] = Value::Null;
    state.put(intent.clone());
    state.emit("payment_intent.processing", &intent);
    state.schedule(state.now() + 4 * 86_400, Task::Settle { intent: text(&intent["id"]) });
    intent
}

/// Money that was `processing` has come.
pub(crate) fn arrive(state: &mut State, mut intent: Value) {
    let amount = intent["amount"].as_i64().unwrap_or_default();
    let mut charge = state.new_charge(&intent, json!({"type": "us_bank_account"}));
    state.settle_charge(&mut charge, amount, true);
    intent["latest_charge"] = charge["id"].clone();
    intent["amount_received"] = amount.into();
    intent["status"] = "succeeded".into();
    state.put(charge.clone());
    state.put(intent.clone());
    state.emit("charge.succeeded", &charge);
    state.emit("payment_intent.succeeded", &intent);
}

/// Take what was authorised, or a part; the rest is let go.
pub(crate) fn capture(state: &mut State, mut intent: Value, amount: i64) -> Value {
    let charge = state.get("charge", &text(&intent["latest_charge"])).cloned();
    intent["amount_capturable"] = 0.into();
    intent["amount_received"] = amount.into();
    intent["status"] = "succeeded".into();
    state.put(intent.clone());
    if let Some(mut charge) = charge {
        let card = card::of(&charge["payment_method_details"]);
        state.settle_charge(&mut charge, amount, card.is_some_and(|card| card.instant));
        state.put(charge.clone());
        state.emit("charge.captured", &charge);
        state.emit("payment_intent.succeeded", &intent);
        state.emit("charge.updated", &charge);
        if card.is_some_and(|card| card.dispute.is_some()) {
            state.schedule(state.now(), Task::Dispute { charge: text(&charge["id"]) });
        }
    }
    intent
}

/// Give the intent up; an authorisation is let go.
pub(crate) fn cancel(state: &mut State, mut intent: Value, reason: Value) -> Value {
    let held = intent["status"] == "requires_capture";
    intent["amount_capturable"] = 0.into();
    intent["canceled_at"] = state.now().into();
    intent["cancellation_reason"] = reason.clone();
    intent["next_action"] = Value::Null;
    intent["status"] = "canceled".into();
    state.put(intent.clone());
    let charge = state.get("charge", &text(&intent["latest_charge"])).cloned();
    if let Some(mut charge) = charge.filter(|_| held) {
        charge["refunded"] = true.into();
        charge["amount_refunded"] = charge["amount"].clone();
        state.put(charge.clone());
        let kind = if reason == "automatic" { "charge.expired" } else { "charge.refunded" };
        state.emit(kind, &charge);
    }
    state.emit("payment_intent.canceled", &intent);
    intent
}

fn decline(
    state: &mut State,
    mut intent: Value,
    card: Card,
    code: &str,
    decline_code: &str,
) -> Failure {
    let mut charge = state.new_charge(&intent, card.details(None));
    let message = "Your card was declined.";
    for (name, value) in
        [("status", "failed"), ("failure_code", code), ("failure_message", message)]
    {
        charge[name] = value.into();
    }
    charge["paid"] = false.into();
    let method = state.get("payment_method", &text(&intent["payment_method"])).cloned();
    let error = json!({
        "type": "card_error", "code": code, "decline_code": decline_code, "message": message,
        "charge": charge["id"], "payment_method": method,
        "doc_url": format!("https://stripe.com/docs/error-codes/{code}"),
    });
    intent["last_payment_error"] = error.clone();
    intent["latest_charge"] = charge["id"].clone();
    intent["next_action"] = Value::Null;
    intent["payment_method"] = Value::Null;
    intent["status"] = "requires_payment_method".into();
    state.put(charge.clone());
    state.put(intent.clone());
    state.emit("charge.failed", &charge);
    state.emit("payment_intent.payment_failed", &intent);
    Failure::card(error).with("payment_intent", intent)
}
