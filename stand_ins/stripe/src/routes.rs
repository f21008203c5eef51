//! Which endpoint answers, and which parameters it knows.

mod expand;

use crate::request::{Request, Route, matched};
use serde_json::Value;

use crate::failure::Failure;
use crate::object::{
    account, account_link, charge, checkout_session, customer, dispute, list, payment_intent,
    payment_method, payout, platform, refund, reversal, setup_intent, topup, transfer,
    webhook_endpoint,
};
use crate::request::call::Call;
use crate::state::State;

/// What a browser may do, with a client secret beside its publishable key.
const PUBLISHABLE: [(&str, &str); 5] = [
    ("GET", "/v1/payment_intents/:id"),
    ("POST", "/v1/payment_intents/:id/confirm"),
    ("GET", "/v1/setup_intents/:id"),
    ("POST", "/v1/setup_intents/:id/confirm"),
    ("POST", "/v1/payment_methods"),
];

/// Every endpoint.
pub(crate) fn all() -> impl Iterator<Item = &'static Route> {
    [
        account::ROUTES,
        account_link::ROUTES,
        charge::ROUTES,
        checkout_session::ROUTES,
        customer::ROUTES,
        dispute::ROUTES,
        list::ROUTES,
        payment_intent::ROUTES,
        payment_method::ROUTES,
        payout::ROUTES,
        platform::ROUTES,
        refund::ROUTES,
        reversal::ROUTES,
        setup_intent::ROUTES,
        topup::ROUTES,
        transfer::ROUTES,
        webhook_endpoint::ROUTES,
    ]
    .into_iter()
    .flatten()
}

/// Answer a request.
pub(crate) fn run(state: &mut State, call: &Call) -> Result<Value, Failure> {
    let found = all()
        .filter(|route| route.method == call.method)
        .find_map(|route| Some((route, matched(route.path, &call.path)?)));
    let Some((route, ids)) = found else {
        let message = format!("Unrecognized request URL ({}: {}).", call.method, call.path);
        return Err(Failure::other(404, "invalid_request_error", "url_invalid", &message));
    };
    if call.publishable && !PUBLISHABLE.contains(&(route.method, route.path)) {
        let message = "This API call cannot be made with a publishable API key.";
        let code = "secret_key_required";
        return Err(Failure::other(401, "invalid_request_error", code, message));
    }
    let listing: &[&str] = match route.method {
        "GET" => &["limit", "starting_after", "ending_before", "expand[]"],
        _ => &["expand[]"],
    };
    call.params.check(&[route.params, listing].concat())?;
    expand::check(&call.params.items("expand"))?;
    let mut object = (route.run)(state, &Request { call, ids })?;
    for path in call.params.items("expand") {
        expand::expand(state, &mut object, &path)?;
    }
    Ok(object)
}
