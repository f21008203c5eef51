//! Delivers messages on this machine. NOTIFICATION_QUEUE_URL and SMTP_URL name the real queue and
//! mail server; if one is not set, a local one is used.

use anyhow::{Context, Result};
use environment::optional;
use local_mailbox::Mailbox;
use local_queue::{LocalQueue, Rules};
use mailer::Settings;
use postgres::Db;
use queue::SqsQueue;

use crate::schedules::Schedules;

/// Deliver messages; returns the mailbox, if a local one is used. `base_url` is this server's
/// address.
pub(super) async fn carry(
    schedules: &mut Schedules,
    owner_url: &str,
    service: &Db,
    base_url: &str,
) -> Result<Option<Mailbox>> {
    let mailbox = match optional("SMTP_URL") {
        Some(_) => None,
        None => Some(Mailbox::open(owner_url).await?),
    };
    let settings = match &mailbox {
        Some(mailbox) => settings(mailbox, base_url)?,
        None => Settings::from_env()?,
    };
    match optional("NOTIFICATION_QUEUE_URL") {
        Some(_) => {
            let queue = (SqsQueue::from_env()?, SqsQueue::from_env()?);
            schedules.carry_messages(service, queue, settings)?;
        }
        None => {
            let queue = LocalQueue::open(owner_url, Rules::default()).await?;
            schedules.carry_messages(service, (queue.clone(), queue), settings)?;
        }
    }
    Ok(mailbox)
}

fn settings(mailbox: &Mailbox, base_url: &str) -> Result<Settings> {
    let site = optional("SITE_URL").unwrap_or_else(|| base_url.to_owned());
    Ok(Settings {
        smtp_url: mailbox.smtp_url().parse().context("The mailbox has no URL")?,
        mail_from: "convene@localhost.example".parse().context("The sender is no address")?,
        site_url: site.parse().context("SITE_URL is not a URL")?,
        api_url: base_url.parse().context("The base URL is no URL")?,
    })
}
