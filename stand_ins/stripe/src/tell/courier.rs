//! One sending of one event: signed, over HTTP.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use ring::hmac;
use serde_json::Value;

use crate::state::clock::wall_clock;
use crate::state::endpoint::{Endpoint, Nuisance};

/// How long an endpoint may take to answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The HTTP client that delivers.
pub(crate) struct Courier(Client<HttpConnector, Full<Bytes>>);

impl Courier {
    pub(crate) fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    /// Send an event to an endpoint; the status of the answer.
    pub(crate) async fn send(
        &self,
        endpoint: &Endpoint,
        mut event: Value,
        nuisance: &Nuisance,
    ) -> Option<u16> {
        if let Some(version) = &nuisance.api_version {
            event["api_version"] = version.as_str().into();
        }
        let body = event.to_string();
        let signature = sign(&endpoint.secrets, wall_clock(), body.as_bytes());
        let request = Request::builder()
            .method(Method::POST)
            .uri(&endpoint.url)
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .header(header::USER_AGENT, "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
            .header("stripe-signature", signature)
            .body(Full::new(Bytes::from(body)))
            .ok()?;
        let exchange = async {
            let response = self.0.request(request).await.ok()?;
            let status = response.status().as_u16();
            response.into_body().collect().await.ok()?;
            Some(status)
        };
        tokio::time::timeout(TIMEOUT, exchange).await.ok()?
    }
}

/// The header, with one signature for each secret.
fn sign(secrets: &[String], at: i64, body: &[u8]) -> String {
    let payload = [at.to_string().as_bytes(), b".", body].concat();
    secrets.iter().fold(format!("t={at}"), |header, secret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        format!("{header},v1={}", hex::encode(hmac::sign(&key, &payload)))
    })
}
