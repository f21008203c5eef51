//! Stripe's events: verify, store, apply, answer 200.
//!
//! A signed event is answered with 200 as soon as it is stored, even if applying it fails: sending
//! it again would not help. If the database cannot be reached, the answer is an error, and Stripe
//! sends the event again.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use environment::BadSetting;
use errors::{Error, Result};
use postgres::Db;
use serde_json::{Value, json};
use stripe::{StripeClient, event::Event, signature::Secrets};
use stripe_sync::inbox::{Fate, Inbox};

/// Ten times the size of Stripe's largest events.
const BODY_LIMIT: usize = 512 * 1024;

/// Stripe waits at least ten seconds for an answer. If applying takes longer, the sweep does it.
const TIME_TO_APPLY: Duration = Duration::from_secs(6);

/// Thin events of Stripe's second API name an object but do not carry it.
const THIN: &str = "v2.core.event";

const PLATFORM: &str = "STRIPE_WEBHOOK_SECRET";
const CONNECT: &str = "STRIPE_CONNECT_WEBHOOK_SECRET";

/// What the routes share.
#[derive(Clone)]
pub struct Webhook {
    inbox: Inbox,
    platform: Arc<Secrets>,
    connect: Option<Arc<Secrets>>,
}

/// Which of the two endpoints an event came to. Each has its own secrets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Platform,
    Connect,
}

/// The routes of this function.
pub fn router(webhook: Webhook) -> Router {
    Router::new()
        .route("/functions/v1/stripe-webhook", post(platform))
        .route("/functions/v1/stripe-connect-webhook", post(connect))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(webhook)
}

impl Webhook {
    /// With the secrets of the platform's endpoint, and of the Connect endpoint if there is one.
    pub fn new(inbox: Inbox, platform: Secrets, connect: Option<Secrets>) -> Self {
        Self { inbox, platform: Arc::new(platform), connect: connect.map(Arc::new) }
    }

    /// What the environment describes.
    pub fn from_env() -> Result<Self, BadSetting> {
        let url = environment::required("SERVICE_DATABASE_URL")?;
        let db = Db::connect(&url, Default::default())?;
        let platform = Secrets::new(PLATFORM, &environment::required(PLATFORM)?)?;
        let connect = environment::optional(CONNECT);
        let connect = connect.map(|secrets| Secrets::new(CONNECT, &secrets)).transpose()?;
        Ok(Self::new(Inbox::new(db, StripeClient::from_env()?), platform, connect))
    }

    async fn receive(&self, endpoint: Endpoint, headers: &HeaderMap, body: &Bytes) -> Result<()> {
        let secrets = match endpoint {
            Endpoint::Platform => Some(&self.platform),
            Endpoint::Connect => self.connect.as_ref(),
        };
        // The body is neither trusted nor logged before this check.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(Error::internal)?;
        let verified = secrets.is_some_and(|secrets| {
            secrets.verify(headers, body, now.as_secs().cast_signed()).is_ok()
        });
        if !verified {
            tracing::warn!(bytes = body.len(), "a delivery is not Stripe's, or too old");
            return Err(Error::new(StatusCode::BAD_REQUEST, "M0303", "signature_invalid")
                .details("The delivery is not signed by Stripe, or it is too old."));
        }

        let event = Event::read(body);
        let fate = self.fate(endpoint, &event);
        let is_new = self.inbox.store(&event, body, fate).await?;
        if is_new && fate == Fate::New {
            let applied = tokio::time::timeout(TIME_TO_APPLY, self.inbox.apply(&event.event_id));
            // The event is stored, so if this fails, the sweep applies it.
            match applied.await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::warn!(%error, event.event_id, "left for the sweep"),
                Err(_) => {
                    tracing::warn!(event.event_id, "applying took too long, left for the sweep")
                }
            }
        }
        Ok(())
    }

    fn fate(&self, endpoint: Endpoint, event: &Event) -> Fate {
        let is_connected = event.account.is_some();
        if !event.readable {
            tracing::error!(event.event_id, "a signed event cannot be read");
            Fate::Unreadable
        } else if event.envelope.as_deref() == Some(THIN) {
            tracing::warn!(event.event_id, event.kind, "a thin event is not for this endpoint");
            Fate::Ignored
        } else if event.livemode != Some(self.inbox.livemode())
            // The secret of one endpoint is not valid for events of the other.
            || is_connected != (endpoint == Endpoint::Connect)
        {
            Fate::Ignored
        } else {
            Fate::New
        }
    }
}

async fn platform(
    State(webhook): State<Webhook>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>> {
    webhook.receive(Endpoint::Platform, &headers, &body).await?;
    Ok(Json(json!({"received": true})))
}

async fn connect(
    State(webhook): State<Webhook>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>> {
    webhook.receive(Endpoint::Connect, &headers, &body).await?;
    Ok(Json(json!({"received": true})))
}
