//! Webhooks: signed, at least once, in no order, and with every nuisance on demand.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use ring::hmac;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Double;
use super::state::{State, wall_clock};

/// Where events are sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Endpoint {
    /// On this machine.
    pub url: String,
    /// One, or two while one is being replaced: the header then carries two signatures.
    pub secrets: Vec<String>,
    /// Whether it receives the events of connected accounts, or the platform's own.
    #[serde(default)]
    pub connect: bool,
}

/// What goes wrong on the way; the default is that nothing does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Nuisance {
    /// Keep events back until they are asked for one by one.
    pub held: bool,
    /// Send each so many times.
    pub copies: u32,
    /// Send what waits in another order than it happened.
    pub shuffled: bool,
    /// Wait so long before the first sending.
    pub delay_millis: u64,
    /// Lose so many sendings; they are retried.
    pub lost: u32,
    /// Send, and wait for the answer, before the API call is answered.
    pub before_response: bool,
    /// Say that events are rendered in this version.
    pub api_version: Option<String>,
    /// From a failed sending to the next; doubles each time.
    pub retry_millis: u64,
    /// After so many sendings an event is given up.
    pub attempts: u32,
}

impl Default for Nuisance {
    fn default() -> Self {
        Self {
            held: false,
            copies: 1,
            shuffled: false,
            delay_millis: 0,
            lost: 0,
            before_response: false,
            api_version: None,
            retry_millis: 500,
            attempts: 8,
        }
    }
}

/// An event on its way to one endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) event: String,
    url: String,
    attempts: u32,
    /// `None` after a restart: at once.
    #[serde(skip)]
    due: Option<Instant>,
}

/// The HTTP client that delivers.
pub(super) type Courier = Client<HttpConnector, Full<Bytes>>;

pub(super) fn courier() -> Courier {
    Client::builder(TokioExecutor::new()).build_http()
}

impl State {
    /// Put an event on its way; to how many endpoints.
    pub(super) fn enqueue(&mut self, event: &Value) -> usize {
        let connect = event["account"].is_string();
        let id = event["id"].as_str().unwrap_or_default();
        let receivers = self.endpoints.iter().filter(|endpoint| endpoint.connect == connect);
        let pending: Vec<_> = receivers
            .map(|to| Pending { event: id.into(), url: to.url.clone(), attempts: 0, due: None })
            .collect();
        let count = pending.len();
        self.pending.extend(pending);
        count
    }

    /// Take out what is due now, and say when the next will be.
    fn due(&mut self, nuisance: &Nuisance) -> (Vec<Pending>, Option<Instant>) {
        if nuisance.held {
            return (Vec::new(), None);
        }
        let now = Instant::now();
        let delay = Duration::from_millis(nuisance.delay_millis);
        for pending in &mut self.pending {
            pending.due.get_or_insert(now + delay);
        }
        let is_due = |pending: &Pending| pending.due.is_none_or(|due| due <= now);
        let (mut due, later): (Vec<_>, Vec<_>) = self.pending.drain(..).partition(is_due);
        self.pending = later.into();
        let next = self.pending.iter().filter_map(|pending| pending.due).min();
        if nuisance.shuffled {
            shuffle(&mut due);
        }
        (due, next)
    }

    fn delivered(&mut self, event: &str) {
        if let Some(mut event) = self.get("event", event).cloned() {
            let left = event["pending_webhooks"].as_u64().unwrap_or_default().saturating_sub(1);
            event["pending_webhooks"] = left.into();
            self.put(event);
        }
    }
}

impl Double {
    /// Deliver for ever, waking whenever something is put on its way.
    pub(super) async fn deliver(self: Arc<Self>) {
        loop {
            let next = self.deliver_due().await;
            let woken = self.wake.notified();
            match next {
                None => woken.await,
                Some(next) => {
                    let _ = tokio::time::timeout_at(next.into(), woken).await;
                }
            }
        }
    }

    /// Deliver what is due; when more will be.
    pub(super) async fn deliver_due(&self) -> Option<Instant> {
        // One at a time: two rounds would send what one of them holds in its hands.
        let _turn = self.turn.lock().await;
        let nuisance = self.nuisance();
        let (due, mut next) = self.state().due(&nuisance);
        if due.is_empty() {
            return next;
        }
        for mut pending in due {
            if self.deliver_one(&pending, &nuisance).await {
                self.state().delivered(&pending.event);
                continue;
            }
            pending.attempts += 1;
            if pending.attempts < nuisance.attempts {
                let wait = nuisance.retry_millis << (pending.attempts - 1).min(10);
                let due = Instant::now() + Duration::from_millis(wait);
                next = Some(next.map_or(due, |next| next.min(due)));
                pending.due = Some(due);
                self.state().pending.push_back(pending);
            }
        }
        self.save();
        next
    }

    async fn deliver_one(&self, pending: &Pending, nuisance: &Nuisance) -> bool {
        let found = {
            let state = self.state();
            let endpoint = state.endpoints.iter().find(|endpoint| endpoint.url == pending.url);
            endpoint.cloned().zip(state.get("event", &pending.event).cloned())
        };
        let Some((endpoint, event)) = found else { return true };
        if self.lose_one() {
            return false;
        }
        let mut taken = false;
        for _ in 0..nuisance.copies.max(1) {
            let status = self.post(&endpoint, event.clone(), nuisance).await;
            taken |= status.is_some_and(|status| (200..300).contains(&status));
        }
        taken
    }

    /// Send an event to an endpoint; the status of the answer.
    pub(super) async fn post(
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
            let response = self.courier.request(request).await.ok()?;
            let status = response.status().as_u16();
            response.into_body().collect().await.ok()?;
            Some(status)
        };
        tokio::time::timeout(Duration::from_secs(20), exchange).await.ok()?
    }
}

/// The header, with one signature for each secret.
pub(super) fn sign(secrets: &[String], at: i64, body: &[u8]) -> String {
    let payload = [at.to_string().as_bytes(), b".", body].concat();
    secrets.iter().fold(format!("t={at}"), |header, secret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        format!("{header},v1={}", hex::encode(hmac::sign(&key, &payload)))
    })
}

/// Any order but, if it can be helped, the one it was.
fn shuffle(items: &mut [Pending]) {
    for last in (1..items.len()).rev() {
        let random = uuid::Uuid::new_v4().as_u128() % last as u128;
        items.swap(last, usize::try_from(random).unwrap_or_default());
    }
}
