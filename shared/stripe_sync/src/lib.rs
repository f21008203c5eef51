//! The connection between the database and Stripe: planned commands go out, events come in.

pub mod commands;
pub mod event_list;
pub mod inbox;
pub mod inquiry;
