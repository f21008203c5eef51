//! The onboarding Lambda.

use std::process::ExitCode;

use environment::BadSetting;
use onboarding::Onboarding;

fn main() -> ExitCode {
    lambda::serve(|| Ok::<_, BadSetting>(onboarding::router(Onboarding::from_env()?)))
}
