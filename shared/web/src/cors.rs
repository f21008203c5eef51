//! Which browsers may call: those of any site.
//!
//! A token in a header says who calls, never a cookie, so another site's page has nothing to
//! send along that its visitor did not give it.

use std::time::Duration;

use http::{HeaderName, Method, header};
use tower_http::cors::{Any, CorsLayer};

use crate::REQUEST_ID;

/// Answers preflights, and lets pages read answers and the headers that help them.
pub fn any_site() -> CorsLayer {
    let asked = ["apikey", "x-client-info", "idempotency-key"].map(HeaderName::from_static);
    let told = [HeaderName::from_static(REQUEST_ID), header::RETRY_AFTER];
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(
            [header::AUTHORIZATION, header::CONTENT_TYPE]
                .into_iter()
                .chain(asked)
                .collect::<Vec<_>>(),
        )
        .expose_headers(told)
        .max_age(Duration::from_secs(86_400))
}
