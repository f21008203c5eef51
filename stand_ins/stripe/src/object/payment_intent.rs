//! Payment intents: opened, confirmed, proven, captured, cancelled.

use crate::member::merge_metadata;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::failure::Failure;
use crate::money::currency;
use crate::object::confirm;
use crate::object::list::Filter;
use crate::object::list::list;
use crate::object::payment_method;
use crate::request::Request;
use crate::request::Route;
use crate::request::params::Params;
use crate::shape;
use crate::state::State;

const CREATE: &[&str] = &[
    "amount",
    "automatic_payment_methods[enabled]",
    "automatic_payment_methods[allow_redirects]",
    "capture_method",
    "client_secret",
    "confirm",
    "confirmation_method",
    "currency",
    "customer",
    "description",
    "error_on_requires_action",
    "hooks[]",
    "metadata[]",
    "off_session",
    "payment_method",
    "payment_method_data[]",
    "payment_method_options[]",
    "receipt_email",
    "return_url",
    "setup_future_usage",
    "shipping[]",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
    "use_stripe_sdk",
];

const UPDATE: &[&str] = &[
    "amount",
    "customer",
    "description",
    "metadata[]",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
];

const CONFIRM: &[&str] = &[
    "capture_method",
    "client_secret",
    "error_on_requires_action",
    "expected_payment_method_type",
    "hooks[]",
    "mandate_data[]",
    "off_session",
    "payment_method",
    "payment_method_data[]",
    "payment_method_options[]",
    "receipt_email",
    "return_url",
    "setup_future_usage",
    "shipping[]",
    "use_stripe_sdk",
];

pub(crate) const ROUTES: &[Route] = &[
    Route { method: "POST", path: "/v1/payment_intents", params: CREATE, run: create },
    Route {
        method: "GET",
        path: "/v1/payment_intents",
        params: &["created", "created[]", "customer"],
        run: |state, request| {
            list(
                state,
                request,
                "",
                "payment_intent",
                &[Filter::Equal("customer"), Filter::Created],
            )
        },
    },
    Route { method: "GET", path: "/v1/payment_intents/:id", params: &["client_secret"], run: get },
    Route { method: "POST", path: "/v1/payment_intents/:id", params: UPDATE, run: update },
    Route {
        method: "POST",
        path: "/v1/payment_intents/:id/confirm",
        params: CONFIRM,
        run: confirm,
    },
    Route {
        method: "POST",
        path: "/v1/payment_intents/:id/capture",
        params: &["amount_to_capture", "final_capture", "metadata[]", "statement_descriptor"],
        run: capture,
    },
    Route {
        method: "POST",
        path: "/v1/payment_intents/:id/cancel",
        params: &["cancellation_reason"],
        run: cancel,
    },
];

fn create(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let params = &request.call.params;
    params.required("amount")?;
    let amount = params.int("amount")?.unwrap_or_default();
    let currency = currency::known(params.required("currency")?)?;
    currency::check_amount(amount, &currency)?;
    let capture_method =
        params.word("capture_method", &["automatic", "automatic_async", "manual"])?;
    if let Some(customer) = params.text("customer") {
        state.take("customer", customer, "customer")?;
    }
    let automatic = params.flag("automatic_payment_methods[enabled]")?;
    let confirms = params.flag("confirm")?;
    let method = payment_method::named(state, params)?;
    if confirms && method.is_none() {
        params.required("payment_method")?;
    }
    if params.flag("off_session")? && !confirms {
        let message = "`off_session` can only be passed with `confirm=true`.";
        return Err(Failure::invalid("parameter_invalid_string", "off_session", message));
    }
    let automatic = match automatic {
        true => {
            let redirects = params.text("automatic_payment_methods[allow_redirects]");
            json!({"enabled": true, "allow_redirects": redirects.unwrap_or("always")})
        }
        false => Value::Null,
    };
    let id = state.id("pi");
    let secret = format!("{id}_secret_{}", Uuid::new_v4().simple());
    let mut intent = shape::new(
        "payment_intent",
        json!({
            "id": id, "amount": amount, "automatic_payment_methods": automatic,
            "capture_method": capture_method, "client_secret": secret, "created": state.now(),
            "currency": currency, "payment_method": method,
            "status": if method.is_some() { "requires_confirmation" } else { "requires_payment_method" },
        }),
    );
    describe(&mut intent, request);
    if confirms {
        check_return_url(&intent, params)?;
    }
    state.put(intent.clone());
    state.emit("payment_intent.created", &intent);
    if confirms { confirm::confirm(state, intent, params) } else { Ok(intent) }
}

/// Members that are passed through as they were given.
fn describe(intent: &mut Value, request: &Request<'_>) {
    let params = &request.call.params;
    for name in [
        "customer",
        "description",
        "receipt_email",
        "setup_future_usage",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_group",
    ] {
        if params.text(name).is_some() {
            intent[name] = params.value(name);
        }
    }
    merge_metadata(intent, request);
}

fn get(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let intent = state.take("payment_intent", request.id(), "id")?;
    check_secret(&intent, request)?;
    Ok(intent)
}

/// A browser must show the secret of the very intent it asks about.
pub(crate) fn check_secret(intent: &Value, request: &Request<'_>) -> Result<(), Failure> {
    let shown = request.call.params.text("client_secret");
    let fits = match shown {
        Some(secret) => intent["client_secret"] == secret,
        None => !request.call.publishable,
    };
    match fits {
        true => Ok(()),
        false => Err(Failure::invalid(
            "parameter_invalid_string",
            "client_secret",
            "The client_secret provided does not match the client_secret of the intent.",
        )),
    }
}

fn update(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let mut intent = state.take("payment_intent", request.id(), "id")?;
    let params = &request.call.params;
    if let Some(amount) = params.int("amount")? {
        currency::check_amount(amount, intent["currency"].as_str().unwrap_or_default())?;
        expect(&intent, &["requires_payment_method", "requires_confirmation", "requires_action"])?;
        intent["amount"] = amount.into();
    }
    describe(&mut intent, request);
    state.put(intent.clone());
    Ok(intent)
}

fn confirm(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let intent = state.take("payment_intent", request.id(), "id")?;
    check_secret(&intent, request)?;
    check_return_url(&intent, &request.call.params)?;
    pay(state, intent, &request.call.params)
}

/// A payer who may be sent elsewhere to pay needs a way back. Stripe.js knows the page it is on.
fn check_return_url(intent: &Value, params: &Params) -> Result<(), Failure> {
    let may_redirect = intent["automatic_payment_methods"]["enabled"] == true
        && intent["automatic_payment_methods"]["allow_redirects"] != "never";
    let comes_back = params.text("return_url").is_some() || params.flag("use_stripe_sdk")?;
    match may_redirect && !comes_back {
        false => Ok(()),
        true => Err(Failure::unnamed(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. \
             Because some of these payment methods might redirect your customer off of your page, \
             you must provide a `return_url`. If you don't want to accept redirect-based payment \
             methods, set `automatic_payment_methods[enabled]` to `true` and \
             `automatic_payment_methods[allow_redirects]` to `never`.",
        )),
    }
}

/// Confirm an intent that still may be, with the payment method the parameters name.
pub(crate) fn pay(state: &mut State, mut intent: Value, params: &Params) -> Result<Value, Failure> {
    expect(&intent, &["requires_payment_method", "requires_confirmation", "requires_action"])?;
    confirm::choose(state, &mut intent, params)?;
    confirm::confirm(state, intent, params)
}

fn capture(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let mut intent = state.take("payment_intent", request.id(), "id")?;
    expect(&intent, &["requires_capture"])?;
    let capturable = intent["amount_capturable"].as_i64().unwrap_or_default();
    let amount = request.call.params.int("amount_to_capture")?.unwrap_or(capturable);
    if !(1..=capturable).contains(&amount) {
        return Err(Failure::refused(
            "amount_too_large",
            format!("The amount to capture must be between 1 and {capturable}."),
        ));
    }
    merge_metadata(&mut intent, request);
    Ok(confirm::capture(state, intent, amount))
}

fn cancel(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let intent = state.take("payment_intent", request.id(), "id")?;
    let reasons = ["requested_by_customer", "duplicate", "fraudulent", "abandoned"];
    let params = &request.call.params;
    params.word("cancellation_reason", &reasons)?;
    expect(
        &intent,
        &[
            "requires_payment_method",
            "requires_confirmation",
            "requires_action",
            "requires_capture",
        ],
    )?;
    Ok(confirm::cancel(state, intent, params.value("cancellation_reason")))
}

/// Refuse, with the intent as it is, unless it is in one of these states.
fn expect(intent: &Value, states: &[&str]) -> Result<(), Failure> {
    let status = intent["status"].as_str().unwrap_or_default();
    if states.contains(&status) {
        return Ok(());
    }
    let message = format!(
        "This PaymentIntent's status is {status}; it must be one of: {}.",
        states.join(", ")
    );
    Err(Failure::refused("payment_intent_unexpected_state", message)
        .with("payment_intent", intent.clone()))
}
