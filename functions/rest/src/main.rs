//! The rest Lambda.

use std::process::ExitCode;

use environment::BadSetting;

fn main() -> ExitCode {
    lambda::serve(|| Ok::<_, BadSetting>(rest::router(rest::from_env()?)))
}
