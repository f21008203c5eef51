//! A stand-in for Stripe on this machine, for `cargo run` and for tests.
//!
//! A production build of `convene` does not contain this crate.
//!
//! It answers the endpoints Convene uses the way the real thing does where that matters: unknown
//! parameters are refused, idempotency keys are kept with their answers for a day, money moves
//! between balances that add up, declined cards decline, transfers need a capable account, and
//! every change is told by a signed webhook. Where the real thing is only sometimes nasty, this
//! one is nasty on demand: [`Fault`]s for its answers, a [`Nuisance`] for its webhooks, a clock
//! that can be advanced. Its objects are laid over Stripe's own fixtures.
//!
//! One mutex holds all state, each request changes it in one step, and nothing is awaited inside:
//! two runs of a test see the same history. With a file it survives a restart of `cargo run`.
//!
//! A layer uses those before it: `state` is what is known, `request` what is asked; `money` moves,
//! events `tell` of it; `object` has the rules of each kind, `due` what happens by itself; `routes`
//! finds the endpoint, `double` holds the lock, and `api` is the way in.
//!
//! It listens on loopback alone, takes test keys alone, and keeps no personal data.

mod api;
mod double;
mod due;
mod failure;
mod fault;
mod handle;
mod member;
mod money;
mod object;
mod request;
mod routes;
mod shape;
mod state;
mod tell;

pub use fault::{Fault, Kind};
pub use handle::{Options, StripeDouble};
pub use state::endpoint::{Endpoint, Nuisance};
