//! The clock Lambda.

fn main() {}
