//! Between the database and Stripe: what the database has planned goes out, events come in.

pub mod commands;
pub mod event_list;
pub mod inbox;
pub mod inquiry;
