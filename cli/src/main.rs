//! The `convene` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    convene::command::run()
}
