//! The onboarding Lambda.

use std::process::ExitCode;

use onboarding::Onboarding;
use shared::{config::BadSetting, lambda};

fn main() -> ExitCode {
    lambda::serve(|| Ok::<_, BadSetting>(onboarding::router(Onboarding::from_env()?)))
}
