//! The payouts Lambda.

fn main() {}
