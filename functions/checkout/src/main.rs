//! The checkout Lambda.

use std::process::ExitCode;

use checkout::Checkout;
use environment::BadSetting;

fn main() -> ExitCode {
    lambda::serve(|| Ok::<_, BadSetting>(checkout::router(Checkout::from_env()?)))
}
