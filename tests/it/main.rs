//! What takes two connections, or the whole way from HTTP to the row.

mod auth;
mod delivery;
mod demo;
mod deploy;
mod errors;
mod house;
mod notification;
mod office;
mod outbox;
mod rest;
mod session;
mod template;
mod slot;
mod sql;
mod tutoring;
mod sqs;
