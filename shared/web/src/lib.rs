//! What every router has around it: one log line and one id per request, a 500 for a panic, and
//! CORS; and the port of a server that has one.
//!
//! A line contains the request's method and path, and never its query or headers: filters contain
//! e-mail addresses, headers contain tokens.

use std::{any::Any, time::Duration};

use axum::{Router, body::Body, response::IntoResponse};
use errors::Error;
use http::{Request, Response};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};
use tracing::Span;

mod body;
pub mod cors;
pub mod server;

pub use body::Body as JsonBody;

/// The header that carries the id of a request, in both directions.
pub const REQUEST_ID: &str = "x-request-id";

/// `router`, with an id for every request, a log line for every answer, and a 500 for a panic.
///
/// The id is the caller's `x-request-id` (a gateway sets it) or a new one; it stands in every
/// log line written on the request's behalf and in the answer.
pub fn observed(router: Router) -> Router {
    let trace = TraceLayer::new_for_http()
        .make_span_with(span)
        .on_request(())
        .on_response(answered)
        .on_failure(());
    router.layer(
        ServiceBuilder::new()
            .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
            .layer(trace)
            .layer(PropagateRequestIdLayer::x_request_id())
            .layer(CatchPanicLayer::custom(panicked)),
    )
}

fn span<B>(request: &Request<B>) -> Span {
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
    tracing::info_span!(
        "request",
        request_id = id.unwrap_or_default(),
        method = %request.method(),
        path = request.uri().path(),
    )
}

fn answered<B>(response: &Response<B>, latency: Duration, _: &Span) {
    let status = response.status().as_u16();
    let latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
    match status {
        500.. => tracing::error!(status, latency_ms, "answered"),
        _ => tracing::info!(status, latency_ms, "answered"),
    }
}

fn panicked(panic: Box<dyn Any + Send>) -> Response<Body> {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    Error::internal(format!("panic: {}", text.unwrap_or("without a text"))).into_response()
}
