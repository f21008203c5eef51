//! The client of Stripe's API: one connection pool, one deadline, one place that adds headers.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use stripe_client_core::{
    CustomizedStripeRequest, RequestBuilder, StripeClientErr, StripeMethod, VERSION,
};

use super::Command;
use super::key::Access;
use super::outcome::{Answer, Doubt, Failure, Outcome, Reason};
use environment::{BadSetting, Environment};

/// The time from the first byte sent to the last one received. It is shorter than every lease and
/// every Lambda timeout.
const DEADLINE: Duration = Duration::from_secs(20);
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);
/// Stripe closes idle connections. A few seconds are enough for a burst and end before Stripe does
/// so.
const IDLE: Duration = Duration::from_secs(5);
const ANSWER_LIMIT: usize = 8 << 20;

const VERSION_HEADER: HeaderName = HeaderName::from_static("stripe-version");
const ACCOUNT_HEADER: HeaderName = HeaderName::from_static("stripe-account");
const KEY_HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REQUEST_ID: &str = "request-id";
const REPLAYED: &str = "idempotent-replayed";

/// A client of Stripe's API. Cheap to clone; connects when it is first used.
#[derive(Clone)]
pub struct StripeClient(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    access: Access,
    deadline: Duration,
}

/// One request, typed or not.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path_and_query: String,
    pub(super) body: String,
    pub(super) idempotency_key: Option<String>,
    pub(super) account: Option<String>,
    pub(super) deadline: Option<Duration>,
}

impl StripeClient {
    /// A client for `STRIPE_SECRET_KEY`, or a sentence about the faulty setting.
    pub fn from_env() -> Result<Self, BadSetting> {
        let secret = environment::required("STRIPE_SECRET_KEY")?;
        let base = environment::optional("STRIPE_API_BASE");
        Self::new(&secret, base.as_deref(), Environment::from_env()?)
    }

    /// A client for `secret`, at Stripe's own address or at a stand-in's on this machine.
    pub fn new(
        secret: &str,
        base: Option<&str>,
        environment: Environment,
    ) -> Result<Self, BadSetting> {
        let access = Access::new(secret, base, environment)?;
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_DEADLINE));
        let provider = rustls::crypto::ring::default_provider();
        let tls = HttpsConnectorBuilder::new().with_provider_and_webpki_roots(provider).map_err(
            |error| BadSetting::new("STRIPE_API_BASE", format!("cannot be reached: {error}.")),
        )?;
        let tls =
            if access.base.starts_with("https:") { tls.https_only() } else { tls.https_or_http() };
        let http = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(tls.enable_http1().wrap_connector(tcp));
        Ok(Self(Arc::new(Inner { http, access, deadline: DEADLINE })))
    }

    /// The same client with another deadline.
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self(Arc::new(Inner { deadline, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// Whether the key moves real money. An event of the other mode does not belong to us.
    pub fn livemode(&self) -> bool {
        self.0.access.live
    }

    /// Send a command that was written down, and return its outcome.
    pub async fn send(&self, command: &Command) -> Outcome {
        if let Err(error) = command.check() {
            tracing::error!(%error, path = command.path, "a command cannot be sent");
            return Outcome::Unknown(Doubt::new(Reason::BadCommand, None, None));
        }
        let call = Call {
            method: Method::POST,
            path_and_query: command.path.clone(),
            body: command.params.encode(),
            idempotency_key: Some(command.idempotency_key.clone()),
            account: None,
            deadline: None,
        };
        self.outcome(&call).await
    }

    pub(super) async fn outcome(&self, call: &Call) -> Outcome {
        let outcome = match self.exchange(call).await {
            Ok(answer) => Outcome::of(&call.path_and_query, answer),
            Err(reason) => Outcome::Unknown(Doubt::new(reason, None, None)),
        };
        match &outcome {
            Outcome::Unknown(doubt) if doubt.alarm => {
                tracing::error!(path = call.path_and_query, ?doubt, "Stripe call needs a person");
            }
            outcome => tracing::debug!(path = call.path_and_query, ?outcome, "Stripe call"),
        }
        outcome
    }

    async fn exchange(&self, call: &Call) -> Result<Answer, Reason> {
        tokio::time::timeout(call.deadline.unwrap_or(self.0.deadline), async {
            // Stripe may close a pooled connection while we write to it. A request that may be
            // repeated is repeated once, so that nobody waits for the sweep.
            match self.attempt(call).await {
                Err(Reason::Connection)
                    if call.method == Method::GET || call.idempotency_key.is_some() =>
                {
                    self.attempt(call).await
                }
                outcome => outcome,
            }
        })
        .await
        .unwrap_or(Err(Reason::Timeout))
    }

    async fn attempt(&self, call: &Call) -> Result<Answer, Reason> {
        let request = self.request(call).ok_or(Reason::BadCommand)?;
        let response = self.0.http.request(request).await.map_err(|error| {
            tracing::warn!(%error, path = call.path_and_query, "cannot talk to Stripe");
            Reason::Connection
        })?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_LIMIT).collect().await.map_err(|error| {
            tracing::warn!(%error, path = call.path_and_query, "Stripe's answer broke off");
            Reason::Connection
        })?;
        let text = |name: &str| Some(head.headers.get(name)?.to_str().ok()?.to_owned());
        Ok(Answer {
            status: head.status.as_u16(),
            request_id: text(REQUEST_ID),
            replayed: text(REPLAYED).as_deref() == Some("true"),
            body: body.to_bytes(),
        })
    }

    fn request(&self, call: &Call) -> Option<Request<Full<Bytes>>> {
        let uri = format!("{}{}", self.0.access.base, call.path_and_query);
        let mut request = Request::builder()
            .method(&call.method)
            .uri(uri)
            .body(Full::new(Bytes::from(call.body.clone())))
            .ok()?;
        let headers: &mut HeaderMap = request.headers_mut();
        headers.insert(AUTHORIZATION, self.0.access.authorization.clone());
        headers.insert(VERSION_HEADER, HeaderValue::try_from(VERSION.as_str()).ok()?);
        if call.method == Method::POST {
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert(CONTENT_TYPE, form);
        }
        if let Some(key) = &call.idempotency_key {
            headers.insert(KEY_HEADER, HeaderValue::try_from(key).ok()?);
        }
        if let Some(account) = &call.account {
            headers.insert(ACCOUNT_HEADER, HeaderValue::try_from(account).ok()?);
        }
        Some(request)
    }
}

/// Sends any typed request of the async-stripe crates, and returns their own types.
impl stripe_client_core::StripeClient for StripeClient {
    type Err = Failure;

    async fn execute(&self, request: CustomizedStripeRequest) -> Result<Bytes, Failure> {
        let (request, settings) = request.into_pieces();
        let key = settings.request_strategy.and_then(|strategy| strategy.get_key());
        let call = Call {
            idempotency_key: key.map(|key| key.into_inner()),
            account: settings.account_id.map(|account| account.to_string()),
            deadline: settings.timeout,
            ..Call::of(request)
        };
        let reply = self.outcome(&call).await.into_result()?;
        Ok(reply.body.to_string().into())
    }
}

impl StripeClientErr for Failure {
    fn deserialize_err(_: impl std::fmt::Display) -> Self {
        Self::Unknown(Doubt::new(Reason::Unreadable, None, None))
    }
}

impl Call {
    /// A typed request.
    pub(super) fn of(request: RequestBuilder) -> Self {
        let RequestBuilder { query, body, path, method } = request;
        let method = match method {
            StripeMethod::Get => Method::GET,
            StripeMethod::Post => Method::POST,
            StripeMethod::Delete => Method::DELETE,
        };
        let path_and_query = match query.filter(|query| !query.is_empty()) {
            Some(query) => format!("/v1{path}?{query}"),
            None => format!("/v1{path}"),
        };
        let body = body.unwrap_or_default();
        Self { method, path_and_query, body, idempotency_key: None, account: None, deadline: None }
    }

    /// The same, with one more query parameter.
    pub(super) fn with_query(mut self, name: &str, value: &str) -> Self {
        let mut pair = form_urlencoded::Serializer::new(String::new());
        pair.append_pair(name, value);
        let mark = if self.path_and_query.contains('?') { '&' } else { '?' };
        self.path_and_query = format!("{}{mark}{}", self.path_and_query, pair.finish());
        self
    }
}

#[cfg(test)]
mod tests;
