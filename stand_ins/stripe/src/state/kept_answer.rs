//! The answer that an idempotency key repeats.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is remembered of a key.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptAnswer {
    pub(crate) fingerprint: String,
    pub(crate) at: i64,
    /// `None` while the request is under way.
    pub(crate) answer: Option<(u16, Value)>,
}
