//! Currencies, cards and balances.

pub(crate) mod balance;
pub(crate) mod card;
pub(crate) mod country;
pub(crate) mod currency;
