//! `unsubscribe`: the link of a mail turns off mail of its type. The key in it is the permission,
//! so nobody signs in; scanners of mail follow links, so only a POST does anything.

use axum::{
    extract::{RawQuery, State},
    http::header,
    response::{Html, IntoResponse},
};
use errors::{Error, Result};
use postgres::Caller;
use uuid::Uuid;

use crate::Checkout;

const ASK: &str = "<!doctype html><meta charset=utf-8><meta name=viewport \
content='width=device-width'><title>Unsubscribe</title><form method=post><p>Stop mail of this \
kind?</p><button>Stop it</button></form>";
const DONE: &str = "<!doctype html><meta charset=utf-8><meta name=viewport \
content='width=device-width'><title>Unsubscribe</title><p>Done: mail of this kind is no longer \
sent.</p>";

/// No script, nothing from elsewhere, and no frame around the button.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

/// A page with one button, which posts to the address it is at.
pub(crate) async fn ask(RawQuery(query): RawQuery) -> Result<impl IntoResponse> {
    key_of(query.as_deref())?;
    Ok(page(ASK))
}

/// The button of that page, or of a mail program (RFC 8058).
pub(crate) async fn unsubscribe(
    State(checkout): State<Checkout>,
    RawQuery(query): RawQuery,
) -> Result<impl IntoResponse> {
    let key = key_of(query.as_deref())?;
    checkout.api.query(Caller::ANON, "select api.unsubscribe($1)", &[&key]).await?;
    Ok(page(DONE))
}

fn key_of(query: Option<&str>) -> Result<Uuid> {
    let mut pairs = query.unwrap_or_default().split('&');
    let key = pairs.find_map(|pair| pair.strip_prefix("key=")).and_then(|key| key.parse().ok());
    key.ok_or_else(|| Error::bad_request("key: the link carries a key, which is a UUID."))
}

fn page(html: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html))
}
