//! The onboarding Lambda.

fn main() {}
