//! `/_double`: what a test, or a curious developer, may do that Stripe does not offer.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::double::Double;
use crate::double::open;
use crate::failure::Failure;
use crate::fault;
use crate::fault::Fault;
use crate::member::text;
use crate::routes;
use crate::state::endpoint::Endpoint;
use crate::state::endpoint::Nuisance;

pub(crate) fn router() -> Router<Arc<Double>> {
    Router::new()
        .route("/_double/faults", post(add_fault).delete(clear_faults))
        .route("/_double/nuisance", post(set_nuisance))
        .route("/_double/webhooks", post(add_endpoint))
        .route("/_double/clock", post(advance))
        .route("/_double/disputes", post(open_dispute))
        .route("/_double/disputes/{id}/close", post(close_dispute))
        .route("/_double/disputes/{id}/escalate", post(escalate_dispute))
        .route("/_double/charges/{id}/warn", post(warn_of_fraud))
        .route("/_double/platform", post(change_platform))
        .route("/_double/accounts/{id}", post(change_account))
        .route("/_double/accounts/{id}/onboard", post(onboard))
        .route("/_double/payouts/{id}/fail", post(fail_payout))
        .route("/_double/events", get(events).post(add_event))
        .route("/_double/settle", post(settle))
        .route("/_double/requests", get(requests))
        .route("/_double/objects/{kind}", get(objects))
        .route("/_double/routes", get(routes))
        .route("/_double/audit", get(audit))
}

async fn add_fault(Shared(double): Shared<Arc<Double>>, Json(fault): Json<Fault>) -> Json<Value> {
    open(&double.faults).push(fault);
    Json(json!({}))
}

async fn clear_faults(Shared(double): Shared<Arc<Double>>) -> Json<Value> {
    open(&double.faults).clear();
    Json(json!({}))
}

async fn set_nuisance(
    Shared(double): Shared<Arc<Double>>,
    Json(nuisance): Json<Nuisance>,
) -> Json<Value> {
    double.set_nuisance(nuisance);
    Json(json!({}))
}

async fn add_endpoint(
    Shared(double): Shared<Arc<Double>>,
    Json(endpoint): Json<Endpoint>,
) -> Response {
    reply(double.add_endpoint(endpoint).map(|()| json!({})))
}

#[derive(Deserialize)]
struct Advance {
    #[serde(default)]
    seconds: i64,
    /// A second since 1970, instead.
    to: Option<i64>,
}

async fn advance(
    Shared(double): Shared<Arc<Double>>,
    Json(Advance { seconds, to }): Json<Advance>,
) -> Json<Value> {
    let seconds = to.map_or(seconds, |to| to - double.state().now());
    Json(json!({"now": double.advance(seconds)}))
}

#[derive(Deserialize)]
struct NewDispute {
    charge: Option<String>,
    payment_intent: Option<String>,
    #[serde(default = "fraudulent")]
    reason: String,
    amount: Option<i64>,
}

fn fraudulent() -> String {
    "fraudulent".to_owned()
}

async fn open_dispute(
    Shared(double): Shared<Arc<Double>>,
    Json(new): Json<NewDispute>,
) -> Response {
    let NewDispute { charge, payment_intent, reason, amount } = new;
    reply(double.change(|state| {
        let charge = match (charge, payment_intent) {
            (Some(charge), _) => charge,
            (None, intent) => {
                let intent = intent.unwrap_or_default();
                text(&state.take("payment_intent", &intent, "payment_intent")?["latest_charge"])
            }
        };
        state.open_dispute(&charge, &reason, amount)
    }))
}

#[derive(Deserialize)]
struct Verdict {
    won: bool,
}

async fn close_dispute(
    Shared(double): Shared<Arc<Double>>,
    Path(id): Path<String>,
    Json(Verdict { won }): Json<Verdict>,
) -> Response {
    reply(double.change(|state| state.close_dispute(&id, won)))
}

async fn escalate_dispute(Shared(double): Shared<Arc<Double>>, Path(id): Path<String>) -> Response {
    reply(double.change(|state| state.escalate_dispute(&id)))
}

async fn change_platform(
    Shared(double): Shared<Arc<Double>>,
    Json(members): Json<Value>,
) -> Response {
    reply(double.change(|state| Ok(state.change_platform(members))))
}

async fn warn_of_fraud(Shared(double): Shared<Arc<Double>>, Path(id): Path<String>) -> Response {
    reply(double.change(|state| state.warn_of_fraud(&id)))
}

async fn change_account(
    Shared(double): Shared<Arc<Double>>,
    Path(id): Path<String>,
    Json(members): Json<Value>,
) -> Response {
    reply(double.change(|state| state.change_account(&id, members)))
}

async fn onboard(Shared(double): Shared<Arc<Double>>, Path(id): Path<String>) -> Response {
    reply(double.change(|state| state.onboard(&id)))
}

#[derive(Deserialize)]
struct Owner {
    #[serde(default)]
    account: String,
}

async fn fail_payout(
    Shared(double): Shared<Arc<Double>>,
    Path(id): Path<String>,
    Json(Owner { account }): Json<Owner>,
) -> Response {
    reply(double.change(|state| state.payout_fails(&account, &id)))
}

async fn events(Shared(double): Shared<Arc<Double>>) -> Json<Value> {
    let mut events: Vec<Value> = double.state().all("", "event").cloned().collect();
    events.reverse();
    Json(json!(events))
}

/// Send an event that never happened: of an unknown type, of live mode, of another version.
async fn add_event(Shared(double): Shared<Arc<Double>>, Json(members): Json<Value>) -> Response {
    reply(double.change(|state| Ok(state.forge_event(members))))
}

async fn settle(Shared(double): Shared<Arc<Double>>) -> Json<Value> {
    double.settled().await;
    Json(json!({}))
}

async fn requests(Shared(double): Shared<Arc<Double>>) -> Json<Value> {
    Json(open(&double.requests).iter().cloned().collect())
}

async fn objects(Shared(double): Shared<Arc<Double>>, Path(kind): Path<String>) -> Json<Value> {
    Json(double.state().all("", &kind).cloned().collect())
}

/// What it knows, so that others can say whether Stripe knows it too.
async fn routes() -> Json<Value> {
    let routes = routes::all()
        .map(|route| json!({"method": route.method, "path": route.path, "params": route.params}));
    Json(routes.collect())
}

async fn audit(Shared(double): Shared<Arc<Double>>) -> Response {
    let audit = double.state().audit();
    reply(audit.map(|()| json!({})).map_err(|wrong| Failure::refused("audit_failed", wrong)))
}

fn reply(outcome: Result<Value, Failure>) -> Response {
    match outcome {
        Ok(object) => fault::answer(200, &object),
        Err(failure) => fault::answer(failure.status, &failure.body()),
    }
}
