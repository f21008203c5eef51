//! The way of a message on one machine: outbox, queue, mailer, mailbox.
//!
//! Relay and mailer are the ones that run as Lambdas. What Lambda does between SQS and the
//! mailer is done by [`deliver`]: it hands over a real event and deletes what did not fail.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use aws_lambda_events::event::sqs::SqsEvent;
use mailer::Mailer;
use postgres::Db;
use queue::{Received, Receiver, Sender};
use serde_json::json;
use tokio::{sync::Notify, time::Instant};

/// How long one round of relay or mailer may take, as their Lambdas' timeouts.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How often the outbox is looked at when nobody nudges.
const PAUSE: Duration = Duration::from_secs(1);

/// A pause after a failure, so that a database that is down is not asked without end.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// Wakes the relay before its time.
#[derive(Clone, Default)]
pub struct Nudge(Arc<Notify>);

impl Nudge {
    /// Something may have been written into the outbox.
    pub fn give(&self) {
        self.0.notify_one();
    }
}

/// Relay for ever: at every nudge, and every second.
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

/// Receive once, hand the messages to the mailer as Lambda would, and delete those it does
/// not name as failed; returns how many were received.
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

/// The event Lambda makes of messages, in the form it has on the wire.
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
