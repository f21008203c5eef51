//! Pages that print well: a template of this function, and the facts that the database gave.

use axum::{
    http::header,
    response::{Html, IntoResponse, Response},
};
use errors::{Error, Result};
use minijinja::{Environment, value::Serde};
use serde_json::Value;

/// The style of every page; it goes into the empty `<style>` of a template.
const STYLE: &str = include_str!("../templates/print.css");

/// The page has no script and loads nothing from elsewhere; its style is inside the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// The answer: the page, which no cache keeps.
pub(crate) fn answer(page: &str, facts: &Value) -> Result<Response> {
    let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, Html(print(page, facts)?)).into_response())
}

/// The name ends in `.html`, so that minijinja escapes what people wrote.
pub(crate) fn print(page: &str, facts: &Value) -> Result<String> {
    let page = page.replacen("<style>", &format!("<style>\n{STYLE}"), 1);
    Environment::new()
        .render_named_str("page.html", &page, minijinja::Value::from(Serde(facts)))
        .map_err(|error| Error::internal(format!("a page cannot be printed: {error}")))
}
