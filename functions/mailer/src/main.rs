//! The mailer Lambda.

fn main() {}
