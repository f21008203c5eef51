//! The checkout Lambda.

fn main() {}
