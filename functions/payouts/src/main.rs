//! The payouts Lambda.

use std::process::ExitCode;

use payouts::{Payouts, Task};

fn main() -> ExitCode {
    lambda::task(Payouts::from_env, async |payouts, task: Task, deadline| {
        payouts.run(task, deadline).await
    })
}
