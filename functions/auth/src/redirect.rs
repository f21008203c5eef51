//! Where a link may lead. An open redirect would give tokens to whoever wrote the link.

use std::net::IpAddr;

use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, StatusCode, Uri, header};

use crate::{Config, error::Refusal, session::Session};

impl Config {
    /// `asked` if links may lead there, else the site.
    pub fn redirect_target(&self, asked: Option<&str>) -> String {
        match asked {
            Some(asked) if self.may_lead_to(asked) => asked.to_owned(),
            _ => self.site_url.clone(),
        }
    }

    fn may_lead_to(&self, asked: &str) -> bool {
        // Characters that URL parsers disagree about are refused before parsing.
        let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\\' | '@' | '#');
        if asked.len() > 2_000 || asked.contains(odd) {
            return false;
        }
        let listed = |entry: &str| match entry.strip_suffix('*') {
            // `https://a.example*` would also allow https://a.example.evil, so the pattern must
            // contain the start of a path.
            Some(start) => start.matches('/').count() >= 3 && asked.starts_with(start),
            None => asked.trim_end_matches('/') == entry.trim_end_matches('/'),
        };
        listed(&self.site_url)
            || asked.starts_with(&format!("{}/", self.site_url.trim_end_matches('/')))
            || self.redirect_urls.iter().any(|entry| listed(entry))
            || (self.redirect_to_loopback && is_loopback(asked))
    }
}

fn is_loopback(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    matches!(uri.scheme_str(), Some("http" | "https"))
        && (host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()))
}

/// 303 with the tokens in the fragment, which browsers do not send on.
pub fn with_session(target: &str, session: &Session, kind: &str) -> Response {
    let mut fragment = form_urlencoded::Serializer::new(String::new());
    fragment
        .append_pair("access_token", &session.access_token)
        .append_pair("expires_at", &session.expires_at.to_string())
        .append_pair("expires_in", &session.expires_in.to_string())
        .append_pair("refresh_token", &session.refresh_token)
        .append_pair("token_type", session.token_type)
        .append_pair("sb", "");
    if !kind.is_empty() {
        fragment.append_pair("type", kind);
    }
    see_other(&format!("{target}#{}", fragment.finish()))
}

/// 303 with a code that only the verifier of the client that asked can redeem.
pub fn with_code(target: &str, code: &str) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("code", code);
    see_other(&with_query(target, &query.finish()))
}

/// 303 that names the next step, in query and fragment.
pub fn with_message(target: &str, message: &str) -> Response {
    let mut words = form_urlencoded::Serializer::new(String::new());
    words.append_pair("message", message);
    let words = words.finish();
    see_other(&format!("{}#{words}", with_query(target, &words)))
}

/// 303 with an error, in query and fragment: some clients read one, some the other.
pub fn with_refusal(target: &str, refusal: &Refusal) -> Response {
    if refusal.status.is_server_error() {
        return refusal.clone().into_response();
    }
    let error = match refusal.status {
        StatusCode::TOO_MANY_REQUESTS => "temporarily_unavailable",
        _ => "access_denied",
    };
    let mut words = form_urlencoded::Serializer::new(String::new());
    words
        .append_pair("error", error)
        .append_pair("error_code", refusal.code)
        .append_pair("error_description", &refusal.message);
    let words = words.finish();
    see_other(&format!("{}#{words}", with_query(target, &words)))
}

fn with_query(target: &str, query: &str) -> String {
    let joint = if target.contains('?') { '&' } else { '?' };
    format!("{target}{joint}{query}")
}

fn see_other(location: &str) -> Response {
    let mut response = Redirect::to(location).into_response();
    // The address holds secrets, so the page it leads to must not pass it on as a referrer.
    let referrer = HeaderValue::from_static("no-referrer");
    response.headers_mut().insert(header::REFERRER_POLICY, referrer);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config {
            site_url: "https://app.example".into(),
            redirect_urls: vec!["https://two.example/in/*".into(), "myapp://callback".into()],
            redirect_to_loopback: false,
            ..Config::development("a secret that is long enough to be one")
        }
    }

    #[test]
    fn links_lead_where_the_operator_said() {
        for allowed in [
            "https://app.example",
            "https://app.example/welcome?x=1",
            "https://two.example/in/now",
            "myapp://callback",
        ] {
            assert_eq!(config().redirect_target(Some(allowed)), allowed);
        }
    }

    #[test]
    fn links_lead_nowhere_else() {
        for other in [
            "https://evil.example",
            "https://app.example.evil.example/",
            "https://app.example@evil.example/",
            "https://two.example/other",
            "https://two.example.evil/in/",
            "//evil.example",
            "https://app.example\\@evil.example",
            "javascript:alert(1)",
            "http://localhost:3000/",
            "https://app.example/#x",
            "",
        ] {
            assert_eq!(config().redirect_target(Some(other)), "https://app.example", "{other}");
        }
    }

    #[test]
    fn in_development_links_lead_to_this_machine() {
        let config = Config { redirect_to_loopback: true, ..config() };
        for allowed in ["http://localhost:5173/x", "http://127.0.0.1:3000", "http://[::1]:3000/"] {
            assert_eq!(config.redirect_target(Some(allowed)), allowed);
        }
        for other in ["http://localhost.evil.example/", "ftp://localhost/", "http://10.0.0.1/"] {
            assert_eq!(config.redirect_target(Some(other)), "https://app.example");
        }
    }
}
