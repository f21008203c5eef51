//! The rest Lambda.

use std::process::ExitCode;

use environment::BadSetting;
use rest::Rest;

fn main() -> ExitCode {
    lambda::serve(|| Ok::<_, BadSetting>(rest::router(Rest::from_env()?)))
}
