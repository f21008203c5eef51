//! The `convene` command: serve, deploy, token, verify, types.
//!
//! The one place that knows every Lambda. [`routers`] merges them; [`postgres`] finds or
//! starts a database; [`deploy`] brings `sql/` into it; [`serve`] puts the three together.
//! [`stripe_double`] stands in for Stripe.

pub mod command;
pub mod demo;
pub mod deploy;
pub mod keys;
pub mod mailbox;
pub mod metrics;
pub mod open_files;
pub mod post;
pub mod postgres;
pub mod production;
pub mod queue;
pub mod routers;
pub mod serve;
pub mod stripe;
pub mod stripe_double;
pub mod timers;
pub mod token;
pub mod types;
pub mod verify;
