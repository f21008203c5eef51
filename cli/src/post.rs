//! Carries a message on one machine: outbox, queue, mailer, mailbox.
//!
//! Relay and mailer are the same code as in the Lambdas. [`deliver`] does what Lambda does between
//! SQS and the mailer: it passes on a real event and deletes the messages that did not fail.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use aws_lambda_events::event::sqs::SqsEvent;
use mailer::Mailer;
use postgres::Db;
use queue::{Received, Receiver, Sender};
use serde_json::json;
use tokio::{sync::Notify, time::Instant};

/// The time limit of one round of relay or mailer, like the timeouts of their Lambdas.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How often the outbox is checked when nobody nudges.
const PAUSE: Duration = Duration::from_secs(1);

/// The pause after a failure, so that a database that is down gets few requests.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// Wakes the relay early.
#[derive(Clone, Default)]
pub struct Nudge(Arc<Notify>);

impl Nudge {
    /// Tell the relay that the outbox may have a new message.
    pub fn give(&self) {
        self.0.notify_one();
    }
}

/// Run the relay for ever: at every nudge, and every second.
pub async fn relay(db: Db, queue: impl Sender, nudge: Nudge) {
    loop {
        if let Err(error) = relay::run(&db, &queue, Instant::now() + TIMEOUT).await {
            tracing::warn!(%error, "the relay failed");
            tokio::time::sleep(AFTER_FAILURE).await;
        }
        tokio::time::timeout(PAUSE, nudge.0.notified()).await.ok();
    }
}

/// Deliver for ever.
pub async fn mail(queue: impl Receiver, mailer: Mailer) {
    loop {
        if let Err(error) = deliver(&queue, &mailer).await {
            tracing::warn!(%error, "the mailer failed");
            tokio::time::sleep(AFTER_FAILURE).await;
        }
    }
}

/// Receive once, pass the messages to the mailer as Lambda would, and delete those that it does not
/// report as failed. Returns how many were received.
pub async fn deliver(queue: &impl Receiver, mailer: &Mailer) -> Result<usize> {
    let messages = queue.receive().await?;
    if messages.is_empty() {
        return Ok(0);
    }
    let response = mailer.handle(event(&messages)?, Instant::now() + TIMEOUT).await;
    let failed: Vec<&str> =
        response.batch_item_failures.iter().map(|f| f.item_identifier.as_str()).collect();
    let done: Vec<String> = messages
        .iter()
        .filter(|message| !failed.contains(&message.message_id.as_str()))
        .map(|message| message.receipt.clone())
        .collect();
    queue.delete(&done).await?;
    Ok(messages.len())
}

/// The event that Lambda makes of messages, in its JSON form.
fn event(messages: &[Received]) -> serde_json::Result<SqsEvent> {
    let records = messages.iter().map(|message| {
        json!({
            "messageId": message.message_id,
            "receiptHandle": message.receipt,
            "body": message.body,
            "attributes": { "ApproximateReceiveCount": message.receive_count.to_string() },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:notifications",
            "awsRegion": "us-east-1"
        })
    });
    serde_json::from_value(json!({ "Records": records.collect::<Vec<_>>() }))
}
