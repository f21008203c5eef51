//! The way in: loopback, one request after the other, and connections that may be cut.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::api::control;
use crate::api::idempotency::Claim;
use crate::api::page;
use crate::double::Double;
use crate::double::open;
use crate::fault;
use crate::fault::Broken;
use crate::fault::Fault;
use crate::fault::Kind;
use crate::request::call::Call;
use crate::routes;

const BODY_LIMIT: usize = 1 << 20;

/// Serve for ever. Not axum's own loop: that one cannot end a connection without an answer.
pub(crate) async fn serve(listener: TcpListener, double: Arc<Double>) {
    let router = Router::new()
        .merge(control::router())
        .merge(page::router())
        .fallback(api)
        .with_state(double);
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        let router = router.clone();
        connections.spawn(async move {
            let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                let answer = router.clone().oneshot(request.map(Body::new));
                async move {
                    let response: Result<Response, Infallible> = answer.await;
                    match response {
                        Ok(response) if response.extensions().get::<Broken>().is_none() => {
                            Ok(response)
                        }
                        _ => Err(std::io::Error::other("cut on demand")),
                    }
                }
            });
            // How a connection ends is the client's business.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// Everything under `/v1`.
async fn api(Shared(double): Shared<Arc<Double>>, request: Request) -> Response {
    let mut response = match *request.method() {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => answered(double, request).await,
    };
    // A browser pays here as well, from whatever page a developer serves.
    for name in ["access-control-allow-origin", "access-control-allow-headers"] {
        response.headers_mut().insert(name, HeaderValue::from_static("*"));
    }
    response
}

async fn answered(double: Arc<Double>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
    let request_id = format!("req_{}", &Uuid::new_v4().simple().to_string()[..14]);
    let call = match Call::read(&head, &body, request_id.clone()) {
        Ok(call) => call,
        Err(failure) => return fault::answer(failure.status, &failure.body()),
    };
    let fault = fault::strike(&mut open(&double.faults), &call.method, &call.path);
    // Nothing is refused that was done already: its key repeats that it was.
    let fault =
        fault.filter(|fault| fault.kind != Kind::Refused || !double.state().has_answered(&call));
    if let Some(fault) = fault.as_ref().filter(|fault| fault.spoils_before()) {
        double.remember(call.record(0, false));
        return fault.kind.spoil(200, json!({})).await;
    }
    // On a task of its own: a client that goes away does not undo what it request for.
    let answer = tokio::spawn(execute(double.clone(), call, fault.clone())).await;
    let (status, body, replayed) =
        answer.unwrap_or_else(|_| (500, fault::server_error().body(), false));
    if double.nuisance().before_response {
        double.deliver_due().await;
    } else {
        double.wake.notify_one();
    }
    let mut response = match fault {
        Some(fault) => fault.kind.spoil(status, body).await,
        None => fault::answer(status, &body),
    };
    if let Ok(request_id) = HeaderValue::try_from(request_id) {
        response.headers_mut().insert("request-id", request_id);
    }
    if replayed {
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    response
}

/// Answer a request, or repeat its answer: status, body, and whether it is a repetition.
async fn execute(double: Arc<Double>, call: Call, fault: Option<Fault>) -> (u16, Value, bool) {
    let seen = {
        let mut state = double.state();
        state.tick();
        state.claim(&call)
    };
    let answer = match seen {
        Claim::Answered(status, body) => (status, body, true),
        Claim::Refused(failure) => (failure.status, failure.body(), false),
        Claim::New => {
            if let Some(Kind::Slow { millis }) = fault.as_ref().map(|fault| &fault.kind) {
                tokio::time::sleep(Duration::from_millis(*millis)).await;
            }
            let keeps_500 = fault.is_some_and(|f| f.kind == Kind::ServerError { stored: true });
            run(&double, &call, keeps_500)
        }
    };
    double.remember(call.record(answer.0, answer.2));
    double.save();
    answer
}

fn run(double: &Double, call: &Call, keeps_500: bool) -> (u16, Value, bool) {
    let mut state = double.state();
    state.begin(&call.request_id, call.key.as_deref());
    let (status, body, executed) = match routes::run(&mut state, call) {
        Ok(object) => (200, object, true),
        Err(failure) => (failure.status, failure.body(), failure.executed),
    };
    state.end();
    state.tick();
    // A question has no key, and its answer, which may be long, is not kept.
    let kept = (executed && call.key.is_some()).then(|| match keeps_500 {
        true => (500, fault::server_error().body()),
        false => (status, body.clone()),
    });
    state.settle(call, kept);
    (status, body, false)
}
