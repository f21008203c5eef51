//! The `convene` command: serve, deploy, import, token, verify, types, rotate-keys.
//!
//! This crate is the one place that knows every Lambda: [`routers`] merges them, [`schedules`] runs
//! those without a router, [`settings`] reads their settings. [`production`] serves them with real
//! services; `local`, behind the feature of that name, with stand-ins. [`deploy`] brings `sql/`
//! into a database.

pub mod command;
mod contents;
pub mod deploy;
pub mod import;
pub mod keys;
#[cfg(feature = "local")]
pub mod local;
pub mod metrics;
pub mod open_files;
pub mod post;
pub mod production;
pub mod routers;
pub mod schedules;
pub mod serve;
pub mod server;
pub mod server_version;
pub mod settings;
pub mod token;
pub mod types;
pub mod verify;
