//! The pages a browser sees: proving who one is, filling in the account form, paying by card.

use std::sync::Arc;

use axum::extract::{Form, Path, Query, State as Shared};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;

use crate::double::Double;
use crate::failure::Failure;
use crate::fault;
use crate::member::text;
use crate::object::checkout_session::way_back;
use crate::object::confirm;

pub(crate) fn router() -> Router<Arc<Double>> {
    Router::new()
        .route("/_double/authenticate/{intent}", get(challenge).post(prove))
        .route("/_double/onboarding/{link}/{token}", get(form).post(onboard))
        .route("/_double/pay/{intent}", get(checkout).post(pay))
        .route("/_double/checkout/{session}", get(session).post(pay_session))
        .route("/_double/dashboard/{account}/{token}", get(dashboard))
}

async fn challenge(Shared(double): Shared<Arc<Double>>, Path(intent): Path<String>) -> Response {
    let Some(intent) = double.state().get("payment_intent", &intent).cloned() else {
        return missing(&intent);
    };
    let amount = format!("{} {}", intent["amount"], text(&intent["currency"]).to_uppercase());
    page(
        "3D Secure 2 test page",
        &format!(
            "<p>Pay {amount} (minor units)?</p><form method=post>\
             <button name=outcome value=succeed>Complete</button> \
             <button name=outcome value=fail>Fail</button></form>"
        ),
    )
}

#[derive(Deserialize)]
struct Proof {
    outcome: String,
}

async fn prove(
    Shared(double): Shared<Arc<Double>>,
    Path(id): Path<String>,
    Query(way): Query<Way>,
    Form(Proof { outcome }): Form<Proof>,
) -> Response {
    let mut back = String::new();
    let outcome = double.change(|state| {
        let intent = state.take("payment_intent", &id, "id")?;
        back = text(&intent["next_action"]["redirect_to_url"]["return_url"]);
        confirm::prove(state, intent, outcome == "succeed")
    });
    match outcome {
        _ if !back.is_empty() => Redirect::to(&back).into_response(),
        outcome if way.is_known() => way.home(outcome.is_ok_and(|intent| is_paid(&intent))),
        Ok(intent) => Json(intent).into_response(),
        Err(failure) => refused(&failure),
    }
}

async fn form(
    Shared(double): Shared<Arc<Double>>,
    Path((link, token)): Path<(String, String)>,
) -> Response {
    let found = double.state().open_link(&link, &token);
    match found {
        Ok(_) => page(
            "Connect onboarding test page",
            "<p>Name, bank account and documents of nobody in particular.</p>\
             <form method=post><button>Agree and submit</button></form>",
        ),
        Err(Some(refresh_url)) => Redirect::to(&refresh_url).into_response(),
        Err(None) => missing(&link),
    }
}

async fn onboard(
    Shared(double): Shared<Arc<Double>>,
    Path((id, token)): Path<(String, String)>,
) -> Response {
    let outcome = double.change(|state| match state.open_link(&id, &token) {
        Ok(link) => state.use_link(link),
        Err(Some(refresh_url)) => Ok(refresh_url),
        Err(None) => Err(Failure::missing("account_link", &id, "id")),
    });
    match outcome {
        Ok(next) => Redirect::to(&next).into_response(),
        Err(failure) => refused(&failure),
    }
}

#[derive(Deserialize)]
struct Secret {
    client_secret: String,
}

async fn checkout(
    Path(_): Path<String>,
    Query(Secret { client_secret }): Query<Secret>,
) -> Response {
    // The secret goes into an attribute: only what Stripe's secrets are made of may.
    if !client_secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return missing("");
    }
    page(
        "Test checkout",
        &format!(
            "<form method=post><input type=hidden name=client_secret value=\"{client_secret}\">\
             <label>Card <input name=number value=\"4242 4242 4242 4242\"></label> \
             <button>Pay</button></form><p>4000 0000 0000 0002 is declined, \
             4000 0027 6000 3184 asks for proof.</p>"
        ),
    )
}

/// The page that sent its visitor here, as the `return_url` of Stripe.js.
#[derive(Deserialize)]
struct Way {
    return_url: Option<String>,
}

impl Way {
    fn is_known(&self) -> bool {
        let is_web = |url: &String| url.starts_with("http://") || url.starts_with("https://");
        self.return_url.as_ref().is_some_and(is_web)
    }

    /// Back, with the outcome as Stripe says it.
    fn home(&self, is_paid: bool) -> Response {
        let url = self.return_url.as_deref().unwrap_or_default();
        let joint = if url.contains('?') { '&' } else { '?' };
        let status = if is_paid { "succeeded" } else { "failed" };
        Redirect::to(&format!("{url}{joint}redirect_status={status}")).into_response()
    }

    /// The proof, from where it leads back too.
    fn over(&self, challenge: &str) -> Response {
        let back = self.return_url.as_deref().filter(|_| self.is_known()).map(|url| {
            let pair = form_urlencoded::Serializer::new(String::new())
                .append_pair("return_url", url)
                .finish();
            format!("{challenge}?{pair}")
        });
        Redirect::to(back.as_deref().unwrap_or(challenge)).into_response()
    }
}

fn is_paid(intent: &Value) -> bool {
    ["succeeded", "requires_capture", "processing"].contains(&text(&intent["status"]).as_str())
}

#[derive(Deserialize)]
struct Payment {
    client_secret: String,
    number: String,
}

async fn pay(
    Shared(double): Shared<Arc<Double>>,
    Path(id): Path<String>,
    Query(way): Query<Way>,
    Form(Payment { client_secret, number }): Form<Payment>,
) -> Response {
    let number = number.replace([' ', '-'], "");
    let outcome = double.pay(&id, &client_secret, &number);
    match outcome {
        Err(_) if way.is_known() => way.home(false),
        Err(failure) => refused(&failure),
        Ok(intent) => match intent["next_action"]["use_stripe_sdk"]["stripe_js"].as_str() {
            Some(challenge) => way.over(challenge),
            None if way.is_known() => way.home(is_paid(&intent)),
            None => page("Test checkout", &format!("<p>{}</p>", text(&intent["status"]))),
        },
    }
}

async fn session(Shared(double): Shared<Arc<Double>>, Path(id): Path<String>) -> Response {
    let session = double.state().get("checkout.session", &id).cloned();
    let Some(session) = session.filter(|session| session["status"] == "open") else {
        return missing(&id);
    };
    let amount =
        format!("{} {}", session["amount_total"], text(&session["currency"]).to_uppercase());
    page(
        "Checkout test page",
        &format!(
            "<form method=post><p>{amount} (minor units)</p>\
             <label>Card <input name=number value=\"4242 4242 4242 4242\"></label> \
             <button>Pay</button></form>"
        ),
    )
}

#[derive(Deserialize)]
struct CardForm {
    number: String,
}

async fn pay_session(
    Shared(double): Shared<Arc<Double>>,
    Path(id): Path<String>,
    Form(CardForm { number }): Form<CardForm>,
) -> Response {
    let number = number.replace([' ', '-'], "");
    match double.change(|state| state.pay_checkout(&id, &number)) {
        Ok(session) => Redirect::to(&way_back(&session)).into_response(),
        Err(failure) => refused(&failure),
    }
}

async fn dashboard(Path((account, _)): Path<(String, String)>) -> Response {
    match account.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        true => page("Express dashboard test page", &format!("<p>{account}</p>")),
        false => missing(""),
    }
}

fn page(title: &str, body: &str) -> Response {
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>\
         <h1>{title}</h1>{body}</html>"
    ))
    .into_response()
}

fn missing(id: &str) -> Response {
    refused(&Failure::missing("object", id, "id"))
}

fn refused(failure: &Failure) -> Response {
    let body: Value = failure.body();
    fault::answer(failure.status, &body)
}
