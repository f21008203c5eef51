//! The clock Lambda.

use std::process::ExitCode;

use clock::Clock;

fn main() -> ExitCode {
    lambda::schedule(Clock::from_env, Clock::run)
}
