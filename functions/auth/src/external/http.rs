//! Requests to providers: small answers, short timeouts, TLS through ring, and no redirects.

use std::{net::IpAddr, time::Duration};

use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Uri, body::Bytes};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};

const TIME_LIMIT: Duration = Duration::from_secs(5);
const SIZE_LIMIT: usize = 256 * 1024;

/// A URL whose answer nobody on the way can change: https, or a URL on this machine.
pub fn checked(url: &str) -> Result<Uri, String> {
    let uri: Uri = url.parse().map_err(|_| format!("{url} is not a URL"))?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let local =
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if local => Ok(uri),
        _ => Err(format!("{url} does not begin with https://")),
    }
}

/// The body of an answer with status 200.
pub async fn get(url: &Uri, bearer: Option<&str>) -> Result<String, String> {
    let mut request = Request::builder().method(Method::GET).uri(url.clone());
    if let Some(token) = bearer {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    ask(request, Bytes::new()).await
}

/// The answer to a form that was posted.
pub async fn post(url: &Uri, form: &[(&str, &str)]) -> Result<String, String> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = Request::builder()
        .method(Method::POST)
        .uri(url.clone())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    ask(request, body.into()).await
}

async fn ask(request: http::request::Builder, body: Bytes) -> Result<String, String> {
    let request = request
        .header(header::ACCEPT, "application/json")
        // GitHub requires a user agent.
        .header(header::USER_AGENT, "convene")
        .body(Full::new(body))
        .map_err(|error| error.to_string())?;
    let answered = tokio::time::timeout(TIME_LIMIT, send(request)).await;
    answered.map_err(|_| "no answer in time".to_owned())?
}

async fn send(request: Request<Full<Bytes>>) -> Result<String, String> {
    let provider = rustls::crypto::ring::default_provider();
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(provider)
        .map_err(|error| error.to_string())?
        .https_or_http()
        .enable_http1()
        .build();
    // Sign-ins are rare: a pooled connection would be closed before the next one.
    let client = Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(0)
        .build::<_, Full<Bytes>>(connector);
    let response = client.request(request).await.map_err(|error| error.to_string())?;
    let status = response.status();
    if status != StatusCode::OK {
        return Err(format!("answered {status}"));
    }
    let body = Limited::new(response.into_body(), SIZE_LIMIT).collect().await;
    let bytes = body.map_err(|error| error.to_string())?.to_bytes();
    String::from_utf8(bytes.into()).map_err(|error| error.to_string())
}
