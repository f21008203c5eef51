//! The relay Lambda.

use std::process::ExitCode;

use relay::Relay;

fn main() -> ExitCode {
    lambda::schedule(Relay::from_env, Relay::run)
}
