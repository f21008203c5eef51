//! The inbox of Stripe's events: store, then apply, from the webhook and from the sweep.
//!
//! If the process dies before an event is stored, Stripe resends it. Afterwards the event is `new`
//! and the next sweep applies it. Applying is one transaction, and facts only grow.

use futures_util::{StreamExt, future::ready, stream};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use errors::Result;
use postgres::{Caller, Db, Params};
use stripe::{
    Failure, StripeClient, event::Event, stripe_connect::account::RetrieveAccount,
    stripe_connect::transfer_reversal::ListIdTransferReversal,
    stripe_core::payment_intent::RetrievePaymentIntent, stripe_core::refund::ListRefund,
};

const APPLY: &str = "select api.apply_stripe_event($1, $2, ($3::text)::timestamptz)";

/// The size of a batch of a sweep.
const SWEEP: u16 = 200;

/// Events that are applied at once: some wait for Stripe meanwhile.
const CONCURRENT: usize = 4;

/// Stores and applies events. Cheap to clone.
#[derive(Clone)]
pub struct Inbox {
    db: Db,
    stripe: StripeClient,
}

/// What became of many events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Applied, or found not to concern us.
    pub applied: usize,
    /// Stored, to be tried again later.
    pub kept: usize,
}

/// Why an event is stored and not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It will be applied.
    New,
    /// It belongs to another mode or another endpoint.
    Ignored,
    /// It is signed, but cannot be read.
    Unreadable,
}

#[derive(Deserialize)]
struct Applied {
    status: Option<String>,
    asked_at: Option<String>,
    fetch: Option<Needed>,
}

/// The object that an event needs but does not contain.
#[derive(Deserialize)]
#[serde(tag = "object", rename_all = "snake_case")]
enum Needed {
    Account { id: String },
    PaymentIntent { id: String },
    Refunds { id: String },
    Reversals { id: String },
}

impl Inbox {
    /// Use the service login.
    pub fn new(db: Db, stripe: StripeClient) -> Self {
        Self { db, stripe }
    }

    /// Whether Stripe's keys here move real money.
    pub fn livemode(&self) -> bool {
        self.stripe.livemode()
    }

    /// Store a verified event once; false if it was already there.
    pub async fn store(&self, event: &Event, body: &[u8], fate: Fate) -> Result<bool> {
        let status = match fate {
            Fate::New => "new",
            Fate::Ignored => "ignored",
            Fate::Unreadable => "unreadable",
        };
        let sql = "select to_jsonb(api.store_stripe_event($1, $2, $3, $4, $5, $6, $7, $8, $9))";
        self.db
            .json(
                Caller::SERVICE,
                sql,
                &[
                    &event.event_id,
                    &event.kind,
                    &event.object_id,
                    &event.account,
                    &event.livemode,
                    &event.api_version,
                    &event.created,
                    &body,
                    &status,
                ],
            )
            .await
    }

    /// Apply a stored event; read what it does not contain from Stripe first. Returns whether the
    /// event is finished; if not, it is tried again later.
    pub async fn apply(&self, event_id: &str) -> Result<bool> {
        let nothing = (None::<Value>, None::<String>);
        let mut applied: Applied =
            self.db.json(Caller::SERVICE, APPLY, &[&event_id, &nothing.0, &nothing.1]).await?;
        if let Some(needed) = &applied.fetch {
            let fetched = self.fetch(needed).await?;
            let params: Params<'_> = &[&event_id, &fetched, &applied.asked_at];
            applied = self.db.json(Caller::SERVICE, APPLY, params).await?;
        }
        let status = applied.status.as_deref().unwrap_or_default();
        if matches!(status, "missing" | "unknown" | "failed" | "misfit") {
            tracing::warn!(event_id, status, "an event could not be applied");
        }
        Ok(!matches!(status, "missing" | "unknown" | "failed" | "new"))
    }

    /// Apply the events that are stored and not applied, the longest waiting first, until none is
    /// due or the time is up: after an outage there may be thousands.
    pub async fn sweep(&self, deadline: Instant) -> Result<Summary> {
        let mut summary = Summary::default();
        let sql = "select api.due_stripe_events($1)";
        loop {
            let due: Vec<String> = self.db.json(Caller::SERVICE, sql, &[&i32::from(SWEEP)]).await?;
            let is_last = due.len() < usize::from(SWEEP);
            let mut done = stream::iter(due)
                .take_while(|_| ready(Instant::now() < deadline))
                .map(|event_id| self.try_to_apply(event_id))
                .buffer_unordered(CONCURRENT);
            let mut applied = 0;
            while let Some(is_finished) = done.next().await {
                applied += usize::from(is_finished);
                summary.kept += usize::from(!is_finished);
            }
            summary.applied += applied;
            // If nothing of a batch could be applied, the same events would come again.
            if is_last || applied == 0 || Instant::now() >= deadline {
                return Ok(summary);
            }
        }
    }

    /// Apply an event; an event that fails must not delay the others.
    async fn try_to_apply(&self, event_id: String) -> bool {
        self.apply(&event_id).await.unwrap_or_else(|error| {
            tracing::warn!(%error, event_id, "an event could not be applied");
            false
        })
    }

    async fn fetch(&self, needed: &Needed) -> Result<Value, Failure> {
        let stripe = &self.stripe;
        match needed {
            Needed::Account { id } => stripe.call(&RetrieveAccount::new(id.as_str()), None).await,
            Needed::PaymentIntent { id } => stripe
                .call(&RetrievePaymentIntent::new(id.as_str()), None)
                .await
                .map(without_secret),
            Needed::Refunds { id } => {
                stripe.call(&ListRefund::new().payment_intent(id.as_str()).limit(100), None).await
            }
            Needed::Reversals { id } => {
                let request = ListIdTransferReversal::new(id.as_str()).limit(100);
                stripe.call(&request, None).await
            }
        }
    }
}

/// Secrets that the database must not store.
fn without_secret(mut intent: Value) -> Value {
    if let Some(members) = intent.as_object_mut() {
        members.insert("client_secret".into(), json!(null));
    }
    intent
}
