//! The relay Lambda.

fn main() {}
