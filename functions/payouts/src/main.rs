//! The payouts Lambda.

use std::process::ExitCode;

use payouts::{Payouts, Task};
use shared::lambda;

fn main() -> ExitCode {
    lambda::task(Payouts::from_env, async |payouts, task: Task, deadline| {
        payouts.run(task, deadline).await
    })
}
