//! Stripe: the typed requests of the async-stripe crates, our own client, our own answers.
//!
//! What is asked for is typed, because a misspelt parameter loses money. What comes back is read
//! leniently, because a field that Stripe adds or leaves out must not turn a charge that was made
//! into an error. The stock client does neither: it opens a connection per call, drops
//! `Request-Id`, and cannot tell "refused" from "nobody knows". The whole reasoning is in
//! `docs/decisions/0003-our-own-stripe-client.md`.
//!
//! Money moves by [`Command`]s. The database writes one down, parameters and idempotency key
//! included, before anything is sent; [`StripeClient::send`] sends exactly that and says which
//! of three things happened ([`Outcome`]): done, refused, or unknown. Unknown is sent again with
//! the same key, and after [the horizon](RESEND_HORIZON) looked up first ([`LookUp`]).

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
// The typed requests, for whoever writes one: accounts and their links, chiefly.
pub use {stripe_connect, stripe_core, stripe_shared, stripe_types};

/// How long after its first sending a command may be sent again without looking it up.
///
/// Stripe may forget idempotency keys after 24 hours; four hours are kept in reserve for clocks
/// that disagree and for a sending that is under way.
pub const RESEND_HORIZON: Duration = Duration::from_secs(20 * 60 * 60);
