//! Stripe's objects, one file per kind, with the endpoints that change them.

pub(crate) mod account;
pub(crate) mod account_link;
pub(crate) mod charge;
pub(crate) mod checkout_session;
pub(crate) mod confirm;
pub(crate) mod customer;
pub(crate) mod dispute;
pub(crate) mod list;
pub(crate) mod payment_intent;
pub(crate) mod payment_method;
pub(crate) mod payout;
pub(crate) mod platform;
pub(crate) mod refund;
pub(crate) mod reversal;
pub(crate) mod setup_intent;
pub(crate) mod topup;
pub(crate) mod transfer;
pub(crate) mod webhook_endpoint;
