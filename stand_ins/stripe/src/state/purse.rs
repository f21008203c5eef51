//! The balance of one account in one currency.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is there, and what of it cannot be spent yet.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Purse {
    pub(crate) total: i64,
    /// By the second from which it is available.
    pub(crate) pending: BTreeMap<i64, i64>,
}
