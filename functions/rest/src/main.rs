//! The rest Lambda.

fn main() {}
