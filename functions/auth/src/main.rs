//! The auth Lambda.

use std::process::ExitCode;

use auth::Auth;
use shared::{config::BadSetting, lambda};

fn main() -> ExitCode {
    lambda::serve(|| Ok::<_, BadSetting>(auth::router(Auth::from_env()?)))
}
