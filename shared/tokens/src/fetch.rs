//! One GET of a small document, with TLS by ring.

use std::{net::IpAddr, time::Duration};

use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Uri, body::Bytes};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};

use environment::BadSetting;

const TIME_LIMIT: Duration = Duration::from_secs(5);
const SIZE_LIMIT: usize = 256 * 1024;

/// A URL whose answer nobody on the way can change: https, or a URL on this machine.
pub(super) fn checked(setting: &'static str, url: &str) -> Result<Uri, BadSetting> {
    let uri: Uri = url.parse().map_err(|_| BadSetting::new(setting, "is not a URL."))?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let local =
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if local => Ok(uri),
        _ => Err(BadSetting::new(setting, "must begin with https://.")),
    }
}

/// The body of an answer with status 200; anything else is an error, as a sentence.
pub(super) async fn text(url: &Uri) -> Result<String, String> {
    tokio::time::timeout(TIME_LIMIT, get(url)).await.map_err(|_| "no answer in time".to_owned())?
}

async fn get(url: &Uri) -> Result<String, String> {
    let provider = rustls::crypto::ring::default_provider();
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(provider)
        .map_err(|error| error.to_string())?
        .https_or_http()
        .enable_http1()
        .build();
    // There is one request in ten minutes; a pooled connection would be closed by then.
    let client = Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(0)
        .build::<_, Empty<Bytes>>(connector);
    let response = client.get(url.clone()).await.map_err(|error| error.to_string())?;
    if response.status() != http::StatusCode::OK {
        return Err(format!("answered {}", response.status()));
    }
    let body = Limited::new(response.into_body(), SIZE_LIMIT).collect().await;
    let bytes = body.map_err(|error| error.to_string())?.to_bytes();
    String::from_utf8(bytes.into()).map_err(|error| error.to_string())
}
