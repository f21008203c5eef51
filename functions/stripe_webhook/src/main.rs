//! The stripe_webhook Lambda.

use std::process::ExitCode;

use environment::BadSetting;
use stripe_webhook::Webhook;

fn main() -> ExitCode {
    lambda::serve(|| Ok::<_, BadSetting>(stripe_webhook::router(Webhook::from_env()?)))
}
