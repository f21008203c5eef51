//! The Stripe stand-in, driven by our own client and by Stripe's official one.

// A test that cannot go on should say where and stop; its helpers too.
#![allow(clippy::unwrap_used)]

mod connect;
mod disputes;
mod endpoints;
mod faults;
mod idempotency;
mod kit;
mod official;
mod pages;
mod payments;
mod payouts;
mod refunds;
mod restart;
mod settlement;
mod strict;
mod webhooks;
