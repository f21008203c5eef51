//! The stripe_webhook Lambda.

fn main() {}
