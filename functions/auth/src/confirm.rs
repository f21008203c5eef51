//! `/confirm`: where mailed links lead. A page with one button; the button uses the link.
//!
//! Mail scanners open mail before people do, and follow every link, some of them in a real browser.
//! If opening a link were enough, a scanner would use it up, and would confirm an address for
//! whoever signed up with somebody else's address. So a GET only shows the page, and only a POST
//! acts. `GET /verify` still acts, as GoTrue's does, for clients that build its address themselves.

use axum::{
    body::Bytes,
    extract::State,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header};

use crate::{
    Auth,
    error::Result,
    extract::{Asked, Visitor},
    verify::Link,
};

/// The page has no script, loads nothing from elsewhere, and no other page may frame it. There is
/// no `form-action`, because browsers apply it to the redirect to the site as well.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// `GET /confirm`: show the page, which changes nothing; or act at once if `AUTH_LINK_PAGE=false`.
pub async fn show(
    State(auth): State<Auth>,
    Visitor(client): Visitor,
    Asked(link): Asked<Link>,
) -> Response {
    match auth.config.link_page {
        true => page(&link),
        false => auth.follow(&client, link).await,
    }
}

/// `POST /confirm`: the button was pressed.
pub async fn act(
    State(auth): State<Auth>,
    Visitor(client): Visitor,
    body: Bytes,
) -> Result<Response> {
    let mut link = Link::default();
    for (name, value) in form_urlencoded::parse(&body) {
        let member = match &*name {
            "token" => &mut link.token,
            "type" => &mut link.kind,
            "redirect_to" => &mut link.redirect_to,
            _ => continue,
        };
        *member = Some(value.into_owned());
    }
    Ok(auth.follow(&client, link).await)
}

fn page(link: &Link) -> Response {
    let (title, button) = match link.kind.as_deref().unwrap_or_default() {
        "signup" => ("Confirm your e-mail address", "Confirm"),
        "email_change" => ("Change your e-mail address", "Confirm the change"),
        "recovery" => ("Choose a new password", "Continue"),
        "invite" => ("Accept the invitation", "Accept"),
        _ => ("Sign in", "Sign in"),
    };
    let members =
        [("token", &link.token), ("type", &link.kind), ("redirect_to", &link.redirect_to)];
    let inputs: String = members
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_deref()?)))
        .map(|(name, value)| {
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escaped(value))
        })
        .collect();
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <body style=\"font:18px/1.5 system-ui,sans-serif;max-width:26em;margin:15vh auto;\
         padding:0 1em\"><h1 style=\"font-size:1.3em\">{title}</h1>\
         <form method=\"post\" action=\"confirm\">{inputs}\
         <button style=\"font:inherit;padding:.5em 1.5em\">{button}</button></form>"
    );
    let mut response = Html(html).into_response();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // The address holds a secret, so the browser must not send it on as a referrer.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_an_address_becomes_markup() {
        assert_eq!(escaped("\"><script>'&"), "&quot;&gt;&lt;script&gt;&#39;&amp;");
    }
}
