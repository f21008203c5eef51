//! The `convene` command.

fn main() {}
