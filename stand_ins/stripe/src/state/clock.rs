//! Unix time, which tests may stop and advance.

use serde::{Deserialize, Serialize};

/// The clock of the stand-in.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Clock {
    stopped_at: Option<i64>,
    ahead: i64,
}

impl Clock {
    pub(crate) fn stopped_at(second: i64) -> Self {
        Self { stopped_at: Some(second), ahead: 0 }
    }

    pub(crate) fn is_stopped(self) -> bool {
        self.stopped_at.is_some()
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        self.ahead += seconds;
    }

    pub(crate) fn now(self) -> i64 {
        self.stopped_at.unwrap_or_else(wall_clock) + self.ahead
    }
}

/// What this machine's clock says, in Unix seconds.
pub(crate) fn wall_clock() -> i64 {
    let elapsed = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
}
