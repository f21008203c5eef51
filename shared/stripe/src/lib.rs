//! Stripe: the typed requests of the async-stripe crates, our own client, our own answers.
//!
//! Requests are typed, because a misspelt parameter loses money. Answers are read leniently,
//! because a field that Stripe adds or omits must not turn a successful charge into an error. The
//! stock client does neither: it opens a connection per call, drops `Request-Id`, and cannot tell
//! "refused" from "unknown". All reasons are in `docs/decisions/0003-our-own-stripe-client.md`.
//!
//! Money moves by [`Command`]s. The database stores a command with its parameters and idempotency
//! key before anything is sent. [`StripeClient::send`] sends exactly that and returns one of three
//! outcomes ([`Outcome`]): done, refused, or unknown. An unknown command is sent again with the
//! same key; after [the horizon](RESEND_HORIZON) we first look up whether it was done ([`LookUp`]).

mod client;
mod command;
pub mod event;
mod key;
mod look_up;
pub mod object;
mod outcome;
mod retrieve;
pub mod signature;

use std::time::Duration;

pub use client::StripeClient;
pub use command::{BadCommand, Command, Params};
pub use key::publishable_key;
pub use look_up::LookUp;
pub use outcome::{Doubt, Failure, Outcome, Reason, Refusal, Reply};
pub use retrieve::BalanceFilter;
// The typed requests that other crates use, mostly for accounts and their links.
pub use {stripe_connect, stripe_core, stripe_shared, stripe_types};

/// How long after its first sending a command may be sent again without looking it up.
///
/// Stripe may forget idempotency keys after 24 hours. Four hours are kept in reserve, for clocks
/// that differ and for a call that is under way.
pub const RESEND_HORIZON: Duration = Duration::from_secs(20 * 60 * 60);
