//! CORS: browsers may call from the pages of any site.
//!
//! A token in a header identifies the caller, never a cookie. So the page of another site has
//! nothing to send that its visitor did not give it.

use std::time::Duration;

use axum::Router;
use http::{HeaderName, Method, header};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

use errors::Error;

use crate::REQUEST_ID;

/// Answers preflights, and lets pages read answers and the headers that help them.
///
/// Any header may be sent, as under /rest/v1: front ends add their own (`traceparent`, `x-region`,
/// those of `global.headers`), and a header gives no more rights than the token in it.
pub fn any_site() -> CorsLayer {
    let told = [HeaderName::from_static(REQUEST_ID), header::RETRY_AFTER];
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(told)
        .max_age(Duration::from_secs(86_400))
}

/// The answer for unknown paths, to be merged into a router: JSON that any site may read. Without
/// it supabase-js shows "Unexpected end of JSON input".
pub fn otherwise() -> Router {
    Router::new().fallback(async || Error::no_such_path()).layer(any_site())
}
