//! A provider's Stripe Connect account: link and status.
