//! Events, and how they reach those who are told.

pub(crate) mod courier;
mod event;
pub(crate) mod waiting;
