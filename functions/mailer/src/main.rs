//! The mailer Lambda.

use std::process::ExitCode;

use mailer::Mailer;

fn main() -> ExitCode {
    lambda::handle(Mailer::from_env, async |mailer, event, deadline| {
        Ok(mailer.handle(event, deadline).await)
    })
}
