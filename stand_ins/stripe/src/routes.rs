//! Which endpoint answers, and which parameters it knows.

use crate::api::request::{Request, Route, matched};
use serde_json::Value;

use crate::api::call::Call;
use crate::failure::Failure;
use crate::object::account;
use crate::object::charge;
use crate::object::customer;
use crate::object::dispute;
use crate::object::list;
use crate::object::payment_intent;
use crate::object::payment_method;
use crate::object::payout;
use crate::object::refund;
use crate::object::reversal;
use crate::object::setup_intent;
use crate::object::transfer;
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
        charge::ROUTES,
        customer::ROUTES,
        dispute::ROUTES,
        list::ROUTES,
        payment_intent::ROUTES,
        payment_method::ROUTES,
        payout::ROUTES,
        refund::ROUTES,
        reversal::ROUTES,
        setup_intent::ROUTES,
        transfer::ROUTES,
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
    let mut object = (route.run)(state, &Request { call, ids })?;
    for path in call.params.items("expand") {
        let steps: Vec<&str> = path.split('.').collect();
        expand(state, &mut object, &steps);
    }
    Ok(object)
}

/// Put the object where its id is.
fn expand(state: &State, object: &mut Value, steps: &[&str]) {
    if let Value::Array(items) = object {
        return items.iter_mut().for_each(|item| expand(state, item, steps));
    }
    let [step, rest @ ..] = steps else { return };
    let Some(member) = object.get_mut(*step) else { return };
    if let Some(found) = member.as_str().and_then(|id| state.any(id)) {
        *member = found.clone();
    }
    expand(state, member, rest);
}
