//! A queue of messages, as the house sees one: batches out, messages in, each with an answer.
//!
//! Delivery is at least once, whatever stands behind it: a send that timed out may have been
//! accepted, and a message that was not deleted comes again. Consumers deduplicate by id.
//! A message carries ids only; what it is about is read again where it is used.

use std::future::Future;

use uuid::Uuid;

mod sqs;

pub use aws_credential_types::Credentials;
pub use sqs::SqsQueue;

/// SQS takes and gives ten messages at a time; so does everything that stands in for it.
pub const BATCH: usize = 10;

/// A message to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Names the message in the answer, and to the consumer that deduplicates.
    pub id: Uuid,
    /// What the consumer gets to read.
    pub body: String,
}

/// A message that was not accepted, as far as anybody knows.
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
    /// What deletes this one receipt of it.
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
    /// Total: when the call fails as a whole, every entry is rejected.
    fn send(&self, entries: &[Entry]) -> impl Future<Output = Vec<Rejected>> + Send;
}

/// Where messages come from.
pub trait Receiver: Send + Sync {
    /// Receive at most [`BATCH`] messages, waiting a while for the first.
    fn receive(&self) -> impl Future<Output = errors::Result<Vec<Received>>> + Send;

    /// Delete what has been done with. What is not deleted comes again.
    fn delete(&self, receipts: &[String]) -> impl Future<Output = errors::Result<()>> + Send;
}

/// Every entry rejected for one reason.
pub fn all_rejected(entries: &[Entry], reason: &str) -> Vec<Rejected> {
    entries.iter().map(|entry| Rejected { id: entry.id, reason: reason.to_owned() }).collect()
}
