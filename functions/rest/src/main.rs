//! The rest Lambda.

use std::process::ExitCode;

use rest::Rest;
use shared::{config::BadSetting, lambda};

fn main() -> ExitCode {
    lambda::serve(|| Ok::<_, BadSetting>(rest::router(Rest::from_env()?)))
}
