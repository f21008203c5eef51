//! The pages of `web/`, served beside the API: one address for both, so a browser needs no CORS.

mod build;

use std::path::{Path, PathBuf};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tower::ServiceExt;
use tower_http::services::{ServeDir, ServeFile};

pub(super) use build::{Pages, build};

/// What is answered by the API, whoever asks: it has pages of its own there.
const API: [&str; 8] = [
    "/rest/",
    "/auth/",
    "/functions/",
    "/_mailbox",
    "/.well-known/",
    "/health",
    "/ready",
    "/unsubscribe",
];

/// No inline script. Styles are set inline by the component libraries; cards go to Stripe alone.
const POLICY: &str = "default-src 'self'; script-src 'self' https://js.stripe.com; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; \
    connect-src 'self' https://api.stripe.com; \
    frame-src https://js.stripe.com https://hooks.stripe.com; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(self)"),
];

#[derive(Clone)]
struct Site {
    folder: PathBuf,
    config: Value,
}

/// The routes, with the pages of `folder` for who asks for a page.
pub(super) fn before(routes: Router, folder: &Path, config: Value) -> Router {
    let site = Site { folder: folder.to_owned(), config };
    routes.layer(middleware::from_fn_with_state(site, answer))
}

async fn answer(State(site): State<Site>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_read || API.iter().any(|prefix| path.starts_with(prefix)) {
        return next.run(request).await;
    }
    if path == "/config.json" {
        return ([(header::CACHE_CONTROL, "no-store")], Json(site.config)).into_response();
    }
    let is_file = path != "/" && site.folder.join(path.trim_start_matches('/')).is_file();
    let mut response = if is_file || path.starts_with("/assets/") {
        ServeDir::new(&site.folder).oneshot(request).await.into_response()
    } else if wants_page(&request) {
        // Every other address is one of the pages' own: their script reads it.
        ServeFile::new(site.folder.join("index.html")).oneshot(request).await.into_response()
    } else {
        return next.run(request).await;
    };
    let is_named_by_content = is_file && response.status() == StatusCode::OK;
    let cache = match response.headers().get(header::CONTENT_TYPE) {
        Some(kind) if is_named_by_content && kind != "text/html" => "max-age=3600",
        _ => "no-cache",
    };
    for (name, value) in HEADERS.into_iter().chain([(header::CACHE_CONTROL, cache)]) {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Browsers say so; curl, supabase-js and monitoring do not.
fn wants_page(request: &Request) -> bool {
    let accepted = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use axum::{Router, body::Body, http::Request, routing::get};
    use serde_json::json;
    use tower::ServiceExt;

    use super::before;

    /// Status, policy and body of what a GET of `path` is answered with.
    async fn ask(path: &str, accept: &str) -> (u16, String, String) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("assets")).unwrap();
        fs::write(folder.path().join("index.html"), "the pages").unwrap();
        fs::write(folder.path().join("assets/a.js"), "script").unwrap();
        let api = Router::new()
            .route("/", get(async || "contents"))
            .route("/auth/v1/confirm", get(async || "confirm"));
        let routes = before(api, folder.path(), json!({"anon_key": "k"}));
        let request = Request::get(path).header("accept", accept).body(Body::empty()).unwrap();
        let response = routes.oneshot(request).await.unwrap();
        let policy = response.headers().get("content-security-policy");
        let policy = policy.map(|policy| policy.to_str().unwrap().to_owned()).unwrap_or_default();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 16).await.unwrap();
        (status, policy, String::from_utf8(body.to_vec()).unwrap())
    }

    const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

    #[tokio::test]
    async fn a_browser_gets_the_pages_and_a_program_the_contents() {
        let (status, policy, body) = ask("/", BROWSER).await;
        assert_eq!((status, body.as_str()), (200, "the pages"));
        let scripts = policy.split(';').find(|part| part.contains("script-src")).unwrap();
        assert!(!scripts.contains("unsafe"), "{scripts}");
        assert_eq!(ask("/", "*/*").await.2, "contents");
    }

    #[tokio::test]
    async fn an_address_of_the_pages_can_be_opened_and_a_missing_file_is_missing() {
        assert_eq!(ask("/bookings/1", BROWSER).await.2, "the pages");
        assert_eq!(ask("/assets/a.js", "*/*").await.2, "script");
        assert_eq!(ask("/assets/old.js", BROWSER).await.0, 404);
        assert_eq!(ask("/bookings/1", "*/*").await.0, 404);
        assert_eq!(ask("/../secret", BROWSER).await.2, "the pages");
    }

    #[tokio::test]
    async fn the_pages_of_the_api_stay_its_own() {
        assert_eq!(ask("/auth/v1/confirm", BROWSER).await.2, "confirm");
        assert_eq!(ask("/rest/v1/none", BROWSER).await.0, 404);
        assert_eq!(ask("/config.json", "*/*").await.2, r#"{"anon_key":"k"}"#);
    }
}
