//! Paying for a booking, and what follows: an RPC first, then Stripe.
