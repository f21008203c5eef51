//! The way in: requests under `/v1`, pages for a browser, and `/_double` for tests.

pub(crate) mod call;
pub(crate) mod control;
pub(crate) mod expand;
pub(crate) mod fault;
pub(crate) mod idempotency;
pub(crate) mod kept_answer;
pub(crate) mod page;
pub(crate) mod params;
pub(crate) mod request;
pub(crate) mod server;
