//! CORS: what a browser lets pages of other origins do.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::answer::Answer;

/// The headers that a front end may read; supabase-js needs `Content-Range` to count.
const EXPOSED: &str = "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, \
    Location, Preference-Applied, Proxy-Status, Retry-After, Server, Transfer-Encoding, Range-Unit, X-Max-Rows";

const METHODS: &str = "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD";

/// Whether this is a preflight request.
pub(super) fn is_preflight(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a preflight request.
pub(super) fn preflight(headers: &HeaderMap, origins: Option<&[String]>) -> Response {
    let mut answer = Answer::new(StatusCode::OK);
    let wanted = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    let wanted = wanted.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wanted = wanted.split(',').map(str::trim).filter(|name| !name.is_empty());
    let always = ["Accept", "Accept-Language", "Content-Language"];
    let allowed: Vec<_> = ["Authorization"].into_iter().chain(wanted).chain(always).collect();
    answer.header(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    answer.header(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed.join(", "));
    answer.header(header::ACCESS_CONTROL_MAX_AGE, "86400");
    let mut response = answer.into_response();
    allow(response.headers_mut(), headers.get(header::ORIGIN), origins);
    response
}

/// Add the headers that say which pages may read the answer, and which of its headers.
pub(super) fn expose(
    answer: &mut HeaderMap,
    origin: Option<&HeaderValue>,
    origins: Option<&[String]>,
) {
    if allow(answer, origin, origins) {
        answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

/// Whether the page's origin is allowed. If no list is set, every origin is: the API uses no
/// cookies, so a foreign page has no more rights than its author.
fn allow(answer: &mut HeaderMap, origin: Option<&HeaderValue>, origins: Option<&[String]>) -> bool {
    let Some(origins) = origins else {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        return true;
    };
    // The answer depends on the origin, and a cache has to know that.
    answer.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin.filter(|o| origins.iter().any(|known| known == *o)) else {
        return false;
    };
    answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    answer.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    true
}
