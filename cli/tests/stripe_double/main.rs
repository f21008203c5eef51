//! The Stripe stand-in, driven by our own client and by Stripe's official one.

mod connect;
mod disputes;
mod faults;
mod idempotency;
mod kit;
mod payments;
mod refunds;
mod webhooks;
