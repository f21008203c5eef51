//! Stripe's webhooks: verify, store, apply, 200.
