//! Runs in this process what schedules and the queue start in AWS: relay, mailer, clock, payouts.

use std::time::Duration;

use anyhow::Result;
use axum::{
    Router,
    extract::{Request, State},
    http::Method,
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use mailer::{Mailer, Settings};
use payouts::{Payouts, Task};
use postgres::Db;
use queue::{Receiver, Sender};
use stripe::StripeClient;
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval},
};

use crate::post::{self, Nudge};

/// The schedules of the template: the clock and the sweep of payments every minute, payouts
/// every hour, the comparison of the books every day.
const CLOCK: Duration = Duration::from_secs(60);
const SWEEP: Duration = Duration::from_secs(60);
const PAY: Duration = Duration::from_secs(3_600);
const RECONCILE: Duration = Duration::from_secs(24 * 3_600);

/// The time limit of one round.
const TIMEOUT: Duration = Duration::from_secs(50);

/// The tasks; they end when this is dropped.
#[derive(Default)]
pub struct Schedules {
    tasks: JoinSet<()>,
    nudge: Nudge,
}

impl Schedules {
    /// Carry messages from the outbox into a queue, and from the queue to people.
    pub fn carry_messages(
        &mut self,
        service: &Db,
        (out, back): (impl Sender + 'static, impl Receiver + 'static),
        mail: Settings,
    ) -> Result<()> {
        let mailer = Mailer::new(service.clone(), mail)?;
        self.tasks.spawn(post::relay(service.clone(), out, self.nudge.clone()));
        self.tasks.spawn(post::mail(back, mailer));
        Ok(())
    }

    /// Do what becomes due with time: expired holds, reminders, reviews.
    pub fn keep_time(&mut self, service: &Db) -> Result<()> {
        let reader = clock::busy::Reader::new(service.clone())?;
        self.tasks.spawn(keep_time(service.clone(), reader));
        Ok(())
    }

    /// Finish payments that were interrupted, pay providers, compare the books.
    pub fn keep_paying(&mut self, service: &Db, stripe: &StripeClient) {
        self.tasks.spawn(keep_paying(Payouts::new(service.clone(), stripe.clone())));
    }

    /// Nudge the relay after every request that may have written.
    pub fn nudged_by(&self, router: Router) -> Router {
        router.layer(from_fn_with_state(self.nudge.clone(), nudge))
    }
}

async fn keep_time(service: Db, reader: clock::busy::Reader) {
    let mut ticks = interval(CLOCK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let outcomes = clock::run(&service, Instant::now() + TIMEOUT).await;
        tracing::debug!(?outcomes, "the clock has run");
        let outcome = reader.run(Instant::now() + TIMEOUT).await;
        tracing::debug!(?outcome, "busy calendars were read");
    }
}

async fn keep_paying(payouts: Payouts) {
    let (mut sweep, mut pay, mut reconcile) = (interval(SWEEP), interval(PAY), interval(RECONCILE));
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let task = tokio::select! {
            biased;
            _ = pay.tick() => Task::Pay,
            _ = reconcile.tick() => Task::Reconcile,
            _ = sweep.tick() => Task::Sweep,
        };
        if let Err(error) = payouts.run(task, Instant::now() + TIMEOUT).await {
            tracing::warn!(%error, ?task, "payouts failed; the next round tries again");
        }
    }
}

async fn nudge(State(nudge): State<Nudge>, request: Request, next: Next) -> Response {
    let may_write = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let response = next.run(request).await;
    if may_write && response.status().is_success() {
        nudge.give();
    }
    response
}
