//! What the house says about itself: one log, one line per request, one id to find it by.
//!
//! A line names the request's method and path, never its query or its headers: filters carry
//! e-mail addresses, headers carry tokens.

use std::{any::Any, time::Duration};

use axum::{Router, body::Body, response::IntoResponse};
use http::{Request, Response};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};
use tracing::{Span, level_filters::LevelFilter};
use tracing_subscriber::{
    filter::Targets, fmt::writer::BoxMakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::{
    Error,
    config::{BadSetting, optional},
};

/// The header that carries the id of a request, in both directions.
pub const REQUEST_ID: &str = "x-request-id";

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON objects on standard output, for machines: a log collector reads them.
    Json,
    /// Text on standard error, for people: standard output stays theirs.
    Text,
}

/// Begin to log. `RUST_LOG` says how much (`debug`, `info,tokio_postgres=warn`): `info` unless set.
///
/// Starting twice is harmless: the first one stays, as tests in one process need it.
pub fn start(format: Format) -> Result<(), BadSetting> {
    let targets = match optional("RUST_LOG") {
        None => Targets::new().with_default(LevelFilter::INFO),
        Some(text) => text.parse().map_err(|error| {
            BadSetting::new("RUST_LOG", format!("is `{text}`, which is no filter: {error}."))
        })?,
    };
    let subscriber = tracing_subscriber::registry().with(targets);
    let lines = tracing_subscriber::fmt::layer().with_target(false);
    let started = match format {
        Format::Json => {
            let lines = lines.json().flatten_event(true).with_span_list(false);
            subscriber.with(lines.with_writer(BoxMakeWriter::new(std::io::stdout))).try_init()
        }
        Format::Text => {
            subscriber.with(lines.with_writer(BoxMakeWriter::new(std::io::stderr))).try_init()
        }
    };
    drop(started);
    Ok(())
}

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
