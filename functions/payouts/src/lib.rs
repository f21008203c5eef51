//! Scheduled work at Stripe: pay what is due, sweep what was left over, compare books.
//!
//! Planning reserves the money and writes the transfers down, in one transaction per batch. Sending
//! them takes the same three steps as everywhere ([`Commands`]). So if a run dies, the next run
//! finishes its work; and two runs at once share the work and pay nobody twice.

use std::time::Duration;

use environment::BadSetting;
use errors::{Error, Result};
use postgres::{Caller, Db};
use serde::{Deserialize, Serialize};
use stripe::{BalanceFilter, StripeClient};
use stripe_sync::{
    commands, commands::Commands, event_list, event_list::EventList, inbox, inbox::Inbox, inquiry,
    inquiry::Inquiries,
};
use tokio::time::Instant;

/// Wallets planned in one transaction, which holds their locks.
const BATCH: i32 = 500;

/// Lines of Stripe's books kept in one transaction.
const LINES: usize = 500;

/// No batch is planned with less time left than it may take.
const TIME_TO_PLAN: Duration = Duration::from_secs(10);

/// What a schedule can ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// Pay every provider what is available, and sweep.
    Pay,
    /// Send the commands and apply the events that were left over, every minute.
    #[default]
    Sweep,
    /// Compare Stripe's books with ours, every day, after a sweep.
    Reconcile,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Payouts planned.
    pub planned: usize,
    /// Commands sent to Stripe.
    pub commands: commands::Summary,
    /// Events found in Stripe's list that no webhook had brought.
    pub listed: event_list::Summary,
    /// Events of Stripe that were applied.
    pub events: inbox::Summary,
    /// Questions to Stripe about things that should have caused an event.
    pub inquiries: inquiry::Summary,
    /// The number of differences between Stripe's books and ours, if they were compared.
    pub findings: Option<i64>,
}

/// The Lambda's state.
#[derive(Clone)]
pub struct Payouts {
    db: Db,
    stripe: StripeClient,
    commands: Commands,
    events: EventList,
    inbox: Inbox,
    inquiries: Inquiries,
}

impl Payouts {
    /// With the service login.
    pub fn new(db: Db, stripe: StripeClient) -> Self {
        let commands = Commands::new(db.clone(), stripe.clone());
        let inbox = Inbox::new(db.clone(), stripe.clone());
        let inquiries = Inquiries::new(db.clone(), stripe.clone());
        let events = EventList::new(db.clone(), stripe.clone());
        Self { events, inbox, inquiries, commands, stripe, db }
    }

    /// What the environment describes.
    pub fn from_env() -> Result<Self, BadSetting> {
        let url = environment::required("SERVICE_DATABASE_URL")?;
        Ok(Self::new(Db::connect(&url, Default::default())?, StripeClient::from_env()?))
    }

    /// One run. The next one finishes what this one has not done by the deadline.
    pub async fn run(&self, task: Task, deadline: Instant) -> Result<Summary> {
        // Events that this run misses are found by the next run; commands must be sent in any case.
        let listed = self.events.read(deadline).await.unwrap_or_else(|error| {
            tracing::error!(%error, "Stripe's list of events cannot be read");
            event_list::Summary::default()
        });
        // Thousands of events must not keep commands waiting: those need the time of a call.
        let third = deadline.saturating_duration_since(Instant::now()) / 3;
        let events = self.inbox.sweep(Instant::now() + third).await?;
        let inquiries = self.inquiries.ask(deadline).await?;
        let planned = match task {
            Task::Pay => self.plan(deadline).await?,
            Task::Sweep | Task::Reconcile => 0,
        };
        let commands = self.commands.sweep(None, deadline).await?;
        let findings = match task {
            Task::Reconcile => Some(self.reconcile(deadline).await?),
            Task::Pay | Task::Sweep => None,
        };
        let summary = Summary { planned, commands, listed, events, inquiries, findings };
        tracing::info!(?task, ?summary, "done");
        Ok(summary)
    }

    /// Store what is new in Stripe's books, post its fees, and compare; returns how many findings
    /// are open. The next run finishes what this one has not done.
    async fn reconcile(&self, deadline: Instant) -> Result<i64> {
        let from: i64 = self.db.json(Caller::SERVICE, "select api.reconcile_from()", &[]).await?;
        let filter = BalanceFilter { created_from: Some(from), ..BalanceFilter::default() };
        let lines = self.stripe.balance_transactions(&filter).await?;
        for page in lines.chunks(LINES) {
            let page = serde_json::to_value(page).map_err(Error::internal)?;
            let sql = "select api.keep_balance_transactions($1)::text";
            self.db.text(Caller::SERVICE, sql, &[&page]).await?;
        }
        self.inquiries.explain(deadline).await?;
        let sql = "select to_jsonb(api.finish_reconciliation())";
        let findings: i64 = self.db.json(Caller::SERVICE, sql, &[]).await?;
        if findings > 0 {
            // The operator's alarm; `api.list_reconciliation_findings` names them.
            tracing::error!(findings, "Stripe's books and ours differ");
        }
        Ok(findings)
    }

    /// Plan all that is due, batch after batch.
    pub async fn plan(&self, deadline: Instant) -> Result<usize> {
        let mut planned = 0;
        while Instant::now() + TIME_TO_PLAN < deadline {
            let sql = "select to_jsonb(api.plan_due_payouts($1))";
            let batch: usize = self.db.json(Caller::SERVICE, sql, &[&BATCH]).await?;
            planned += batch;
            if batch == 0 {
                break;
            }
        }
        Ok(planned)
    }
}
