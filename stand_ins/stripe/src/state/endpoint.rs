//! Where events go, and those that are on their way.

use serde::{Deserialize, Serialize};

/// Where events are sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Endpoint {
    /// On this machine.
    pub url: String,
    /// One, or two while one is being replaced: the header then carries two signatures.
    pub secrets: Vec<String>,
    /// Whether it receives the events of connected accounts, or the platform's own.
    #[serde(default)]
    pub connect: bool,
}

/// Whether an address is on this machine.
pub(crate) fn is_here(url: &str) -> bool {
    let uri: http::Uri = url.parse().unwrap_or_default();
    uri.scheme_str() == Some("http")
        && matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

/// What goes wrong on the way; the default is that nothing does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Nuisance {
    /// Keep events back until they are request for one by one.
    pub held: bool,
    /// Send each so many times.
    pub copies: u32,
    /// Send what waits in another order than it happened.
    pub shuffled: bool,
    /// Wait so long before the first sending.
    pub delay_millis: u64,
    /// Lose so many sendings; they are retried.
    pub lost: u32,
    /// Of a hundred events, so many are never sent. The list of events has them all the same.
    pub dropped_percent: u32,
    /// Send, and wait for the answer, before the API call is answered.
    pub before_response: bool,
    /// Say that events are rendered in this version.
    pub api_version: Option<String>,
    /// From a failed sending to the next, in real time; doubles each time. 0: as Stripe does, for
    /// three days by the clock of the stand-in.
    pub retry_millis: u64,
    /// After so many sendings in real time an event is given up.
    pub attempts: u32,
}

impl Default for Nuisance {
    fn default() -> Self {
        Self {
            held: false,
            copies: 1,
            shuffled: false,
            delay_millis: 0,
            lost: 0,
            dropped_percent: 0,
            before_response: false,
            api_version: None,
            retry_millis: 0,
            attempts: 8,
        }
    }
}

/// An event on its way to one endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) event: String,
    pub(crate) url: String,
    pub(crate) attempts: u32,
    /// By the clock of the stand-in.
    pub(crate) due: i64,
}
