//! What every Lambda of Convene stands on: configuration, identity, database, errors.
//!
//! A Lambda is thin: it verifies who calls, runs one SQL function as that caller in one
//! transaction, and passes on the JSON that Postgres built. This crate is that path.

pub mod auth;
pub mod config;
pub mod db;
pub mod error;
pub mod queue;
#[cfg(feature = "stripe")]
pub mod stripe;

pub use error::{Error, Result};
