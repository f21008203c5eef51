//! The auth Lambda.

use std::process::ExitCode;

use auth::Auth;
use environment::BadSetting;

fn main() -> ExitCode {
    lambda::serve(|| Ok::<_, BadSetting>(auth::router(Auth::from_env()?)))
}
