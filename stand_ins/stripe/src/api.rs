//! The way in: requests under `/v1`, pages for a browser, and `/_double` for tests.

pub(crate) mod control;
pub(crate) mod idempotency;
pub(crate) mod page;
pub(crate) mod server;
