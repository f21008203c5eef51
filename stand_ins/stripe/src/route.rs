//! Which endpoint answers, and which parameters it knows.

use serde_json::Value;

use super::failure::Failure;
use super::request::Call;
use super::state::State;
use super::{
    account, charge, customer, dispute, list, payment_intent, payment_method, payout, refund,
    reversal, setup_intent, transfer,
};

/// One endpoint.
pub(super) struct Route {
    pub(super) method: &'static str,
    /// `:id` stands for any one step.
    pub(super) path: &'static str,
    /// All it knows, `expand` aside.
    pub(super) params: &'static [&'static str],
    pub(super) run: fn(&mut State, &Asked<'_>) -> Result<Value, Failure>,
}

/// A request that found its endpoint.
pub(super) struct Asked<'a> {
    pub(super) call: &'a Call,
    ids: Vec<&'a str>,
}

impl Asked<'_> {
    /// The id in the path.
    pub(super) fn id(&self) -> &str {
        self.ids.first().copied().unwrap_or_default()
    }

    /// The second id in the path.
    pub(super) fn second_id(&self) -> &str {
        self.ids.get(1).copied().unwrap_or_default()
    }
}

/// What a browser may do, with a client secret beside its publishable key.
const PUBLISHABLE: [(&str, &str); 5] = [
    ("GET", "/v1/payment_intents/:id"),
    ("POST", "/v1/payment_intents/:id/confirm"),
    ("GET", "/v1/setup_intents/:id"),
    ("POST", "/v1/setup_intents/:id/confirm"),
    ("POST", "/v1/payment_methods"),
];

/// Every endpoint.
pub(super) fn all() -> impl Iterator<Item = &'static Route> {
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
pub(super) fn run(state: &mut State, call: &Call) -> Result<Value, Failure> {
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
    let mut object = (route.run)(state, &Asked { call, ids })?;
    for path in call.params.items("expand") {
        let steps: Vec<&str> = path.split('.').collect();
        expand(state, &mut object, &steps);
    }
    Ok(object)
}

/// Whether `path` is of the form `pattern`, and the steps at its `:id`s.
pub(super) fn matched<'a>(pattern: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let (expected, steps): (Vec<_>, Vec<_>) =
        (pattern.split('/').collect(), path.split('/').collect());
    if expected.len() != steps.len() {
        return None;
    }
    let mut ids = Vec::new();
    for (expected, step) in expected.into_iter().zip(steps) {
        match expected {
            ":id" if !step.is_empty() => ids.push(step),
            expected if expected == step => {}
            _ => return None,
        }
    }
    Some(ids)
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
