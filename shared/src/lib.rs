//! What every Lambda of Convene stands on: configuration, identity, database, errors.
//!
//! A Lambda is thin: it verifies who calls, runs one SQL function as that caller in one
//! transaction, and passes on the JSON that Postgres built. This crate is that path.

pub mod auth;
#[cfg(feature = "stripe")]
pub mod commands;
pub mod config;
pub mod cors;
pub mod db;
pub mod error;
#[cfg(feature = "stripe")]
pub mod inbox;
#[cfg(feature = "lambda")]
pub mod lambda;
pub mod queue;
#[cfg(feature = "stripe")]
pub mod stripe;
pub mod telemetry;

pub use error::{Error, Result};
