//! A message queue: batches go out, messages come in, and each one gets an answer.
//!
//! Every queue delivers at least once: a send that timed out may have been accepted, and a message
//! that was not deleted comes again. Consumers deduplicate by id. A message carries ids only; the
//! consumer reads everything else from the database.

use std::future::Future;

use uuid::Uuid;

mod sqs;

pub use aws_credential_types::Credentials;
pub use sqs::SqsQueue;

/// SQS sends and receives ten messages at a time, and so does every stand-in.
pub const BATCH: usize = 10;

/// A message to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name of the message in the answer; a consumer deduplicates by it.
    pub id: Uuid,
    /// The text for the consumer.
    pub body: String,
}

/// A message that, as far as we know, was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The id of its [`Entry`].
    pub id: Uuid,
    /// Why, for the log and the outbox.
    pub reason: String,
}

/// A message as a consumer receives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The queue's own name for it.
    pub message_id: String,
    /// The handle that deletes this receipt of the message.
    pub receipt: String,
    /// What was sent.
    pub body: String,
    /// How many times it has been received, this time included.
    pub receive_count: u32,
}

/// Where messages go.
pub trait Sender: Send + Sync {
    /// Send at most [`BATCH`] entries, and say which of them were not accepted.
    ///
    /// Always answers: if the call fails as a whole, every entry counts as rejected.
    fn send(&self, entries: &[Entry]) -> impl Future<Output = Vec<Rejected>> + Send;
}

/// Where messages come from.
pub trait Receiver: Send + Sync {
    /// Receive at most [`BATCH`] messages, waiting a while for the first.
    fn receive(&self) -> impl Future<Output = errors::Result<Vec<Received>>> + Send;

    /// Delete messages that are done. A message that is not deleted comes again.
    fn delete(&self, receipts: &[String]) -> impl Future<Output = errors::Result<()>> + Send;
}

/// Every entry rejected for one reason.
pub fn all_rejected(entries: &[Entry], reason: &str) -> Vec<Rejected> {
    entries.iter().map(|entry| Rejected { id: entry.id, reason: reason.to_owned() }).collect()
}
