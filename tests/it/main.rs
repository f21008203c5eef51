//! What takes two connections, or the whole way from HTTP to the row.

mod booking;
mod auth;
mod demo;
mod deploy;
mod house;
mod session;
mod slot;
mod sql;
mod tutoring;
