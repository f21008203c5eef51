//! Reads Stripe's list of events, so that an event is found even if no webhook brought it.
//!
//! A walk goes from the newest event back to the events that are already known, page after page.
//! The database stores its position. If the process dies before a page or the position is stored,
//! the same page is read again; storing an event twice changes nothing.

use errors::Result;
use postgres::{Caller, Db};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stripe::{
    Failure, StripeClient, event::Event, stripe_core::event::ListEvent, stripe_types::RangeQueryTs,
};
use tokio::time::Instant;

use crate::inbox::{Fate, Inbox};

/// How many pages one run may read. The next run continues where this one stopped.
const PAGES: usize = 20;

/// The events of a page; Stripe allows no more.
const PAGE: i64 = 100;

/// Reads the list. Cheap to clone.
#[derive(Clone)]
pub struct EventList {
    db: Db,
    stripe: StripeClient,
    inbox: Inbox,
}

/// The result of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Pages of Stripe's list that were read.
    pub pages: usize,
    /// Events that no webhook had brought; they are stored and will be applied.
    pub found: usize,
}

/// The position of the walk.
#[derive(Deserialize)]
struct Place {
    created_from: i64,
    after_id: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Value>,
    has_more: bool,
}

impl EventList {
    /// Use the service login.
    pub fn new(db: Db, stripe: StripeClient) -> Self {
        let inbox = Inbox::new(db.clone(), stripe.clone());
        Self { db, stripe, inbox }
    }

    /// Read on until a known event is reached, or until the budget or the time is used up.
    pub async fn read(&self, deadline: Instant) -> Result<Summary> {
        self.read_pages(PAGES, deadline).await
    }

    /// The same with another budget of pages.
    pub async fn read_pages(&self, budget: usize, deadline: Instant) -> Result<Summary> {
        let mut summary = Summary::default();
        while summary.pages < budget && Instant::now() < deadline {
            let sql = "select api.next_event_page()";
            let place: Place = self.db.json(Caller::SERVICE, sql, &[]).await?;
            let page = match self.page(&place).await {
                Ok(page) => page,
                // Stripe no longer knows the event at the position of the walk: begin the walk
                // again.
                Err(Failure::Refused(refusal)) if place.after_id.is_some() => {
                    tracing::warn!(?refusal, "the walk through Stripe's events begins anew");
                    let sql = "select api.restart_event_walk()::text";
                    self.db.text(Caller::SERVICE, sql, &[]).await?;
                    continue;
                }
                Err(failure) => return Err(failure.into()),
            };
            summary.pages += 1;
            summary.found += self.store(&page.data).await?;
            if !self.keep(&place, &page).await? || !page.has_more {
                break;
            }
        }
        Ok(summary)
    }

    async fn page(&self, place: &Place) -> Result<Page, Failure> {
        let created = RangeQueryTs::gte(place.created_from);
        let mut request = ListEvent::new().created(created).limit(PAGE);
        if let Some(after_id) = &place.after_id {
            request = request.starting_after(after_id.as_str());
        }
        self.stripe.call(&request, None).await
    }

    /// Store the events that are not known yet, the oldest first.
    async fn store(&self, events: &[Value]) -> Result<usize> {
        let names: Value =
            events.iter().map(|event| json!({"id": event["id"], "type": event["type"]})).collect();
        let sql = "select api.unheard_events($1)";
        let unheard: Vec<String> = self.db.json(Caller::SERVICE, sql, &[&names]).await?;
        for id in &unheard {
            let Some(event) = events.iter().find(|event| event["id"] == id.as_str()) else {
                continue;
            };
            let body = event.to_string();
            self.inbox.store(&Event::read(body.as_bytes()), body.as_bytes(), Fate::New).await?;
        }
        if !unheard.is_empty() {
            tracing::warn!(events = unheard.len(), "Stripe's webhooks did not bring all events");
        }
        Ok(unheard.len())
    }

    /// Store the new position of the walk; false if another process is ahead.
    async fn keep(&self, place: &Place, page: &Page) -> Result<bool> {
        let newest_at = page.data.first().and_then(|event| event["created"].as_i64());
        let last_id = page.data.last().and_then(|event| event["id"].as_str());
        let has_more = page.has_more && last_id.is_some();
        let sql = "select to_jsonb(api.keep_event_page($1, $2, $3, $4))";
        self.db
            .json(Caller::SERVICE, sql, &[&place.after_id, &newest_at, &last_id, &has_more])
            .await
    }
}
