//! Events, and how they reach those who are told.

pub(crate) mod courier;
pub(crate) mod delivery;
pub(crate) mod endpoint;
pub(crate) mod event;
