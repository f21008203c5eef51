//! The outbox to SQS.
