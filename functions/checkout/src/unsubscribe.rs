//! `unsubscribe`: the link in a mail turns off mail of its type. The key in the link is the
//! permission, so nobody has to sign in. Mail scanners open links, so only a POST changes anything.

use axum::{
    extract::{RawQuery, State},
    http::header,
    response::{Html, IntoResponse},
};
use errors::Result;
use postgres::Caller;

use crate::{Checkout, id_in};

const ASK: &str = "<!doctype html><meta charset=utf-8><meta name=viewport \
content='width=device-width'><title>Unsubscribe</title><form method=post><p>Stop mail of this \
kind?</p><button>Stop it</button></form>";
const DONE: &str = "<!doctype html><meta charset=utf-8><meta name=viewport \
content='width=device-width'><title>Unsubscribe</title><p>Done: mail of this kind is no longer \
sent.</p>";

/// The page has no script, loads nothing from elsewhere, and no other page may frame its button.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

/// A page with one button, which posts to the page's own address.
pub(crate) async fn ask(RawQuery(query): RawQuery) -> Result<impl IntoResponse> {
    id_in(query.as_deref(), "key")?;
    Ok(page(ASK))
}

/// The button of that page, or of a mail program (RFC 8058).
pub(crate) async fn unsubscribe(
    State(checkout): State<Checkout>,
    RawQuery(query): RawQuery,
) -> Result<impl IntoResponse> {
    let key = id_in(query.as_deref(), "key")?;
    checkout.api.query(Caller::ANON, "select api.unsubscribe($1)", &[&key]).await?;
    Ok(page(DONE))
}

fn page(html: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html))
}
