//! What schedules and the queue start in AWS, started in this process: relay, mailer, clock.
//!
//! NOTIFICATION_QUEUE_URL and SMTP_URL name the real ones; without them a local queue and a
//! local mailbox stand in.

use std::time::Duration;

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::{Request, State},
    http::Method,
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use mailer::{Mailer, Settings};
use shared::{
    config::optional,
    db::Db,
    queue::{Receiver, Sender, SqsQueue},
};
use tokio::{task::JoinSet, time::Instant};

use crate::{
    mailbox::Mailbox,
    post::{self, Nudge},
    queue::{LocalQueue, Rules},
};

/// As the schedule of the template.
const CLOCK: Duration = Duration::from_secs(60);

/// How long one round of the clock may take.
const CLOCK_TIMEOUT: Duration = Duration::from_secs(50);

/// The timers; they end when this is dropped.
pub struct Timers {
    tasks: JoinSet<()>,
    mailbox: Option<Mailbox>,
    nudge: Nudge,
}

impl Timers {
    /// Start them. `base_url` is where this process serves.
    pub async fn start(owner_url: &str, service: &Db, base_url: &str) -> Result<Self> {
        let mailbox = match optional("SMTP_URL") {
            Some(_) => None,
            None => Some(Mailbox::open(owner_url).await?),
        };
        let settings = match &mailbox {
            Some(mailbox) => local_mail(mailbox, base_url)?,
            None => Settings::from_env()?,
        };
        let mut timers = Self { tasks: JoinSet::new(), mailbox, nudge: Nudge::default() };
        let mailer = Mailer::new(service.clone(), settings)?;
        match optional("NOTIFICATION_QUEUE_URL") {
            Some(_) => {
                let (out, back) = (SqsQueue::from_env()?, SqsQueue::from_env()?);
                timers.start_post(service, out, back, mailer);
            }
            None => {
                let queue = LocalQueue::open(owner_url, Rules::default()).await?;
                timers.start_post(service, queue.clone(), queue, mailer);
            }
        }
        timers.tasks.spawn(keep_time(service.clone()));
        Ok(timers)
    }

    /// One more task that ends with these.
    pub fn add(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Nudge the relay after every request that may have written, and show the mailbox.
    pub fn attach(&self, router: Router) -> Router {
        let router = router.layer(from_fn_with_state(self.nudge.clone(), nudge));
        match &self.mailbox {
            Some(mailbox) => router.merge(mailbox.router()),
            None => router,
        }
    }

    fn start_post(
        &mut self,
        service: &Db,
        out: impl Sender + 'static,
        back: impl Receiver + 'static,
        mailer: Mailer,
    ) {
        self.tasks.spawn(post::relay(service.clone(), out, self.nudge.clone()));
        self.tasks.spawn(post::mail(back, mailer));
    }
}

fn local_mail(mailbox: &Mailbox, base_url: &str) -> Result<Settings> {
    let site = optional("SITE_URL").unwrap_or_else(|| base_url.to_owned());
    Ok(Settings {
        smtp_url: mailbox.smtp_url().parse().context("The mailbox has no URL")?,
        mail_from: "convene@localhost.example".parse().context("The sender is no address")?,
        site_url: site.parse().context("SITE_URL is not a URL")?,
        api_url: base_url.parse().context("The base URL is no URL")?,
    })
}

async fn keep_time(service: Db) {
    let mut ticks = tokio::time::interval(CLOCK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let outcomes = clock::run(&service, Instant::now() + CLOCK_TIMEOUT).await;
        tracing::debug!(?outcomes, "the clock has run");
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
