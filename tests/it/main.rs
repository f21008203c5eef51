//! What takes two connections, or the whole way from HTTP to the row.

mod demo;
mod deploy;
mod house;
mod slot;
mod sql;
