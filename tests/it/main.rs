//! What takes two connections, or the whole way from HTTP to the row.

mod booking;
mod deploy;
mod house;
mod slot;
mod sql;
