//! The starting gun of a race: nobody runs before all contenders are ready.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

/// A lock held until all contenders wait for it.
///
/// Two requests that are sent at once seldom meet: without the gun, a third of the runs would miss
/// a missing lock in the function under test.
pub struct Gun {
    holder: Client,
    watcher: Client,
}

const PATIENCE: Duration = Duration::from_secs(20);

impl Gun {
    pub(crate) async fn load(holder: Client, watcher: Client, lock: &str) -> Self {
        let held = holder.batch_execute(&format!("begin; {lock}")).await;
        held.unwrap_or_else(|error| panic!("{}\n{lock}", crate::world::told(&error)));
        Self { holder, watcher }
    }

    /// Release the lock as soon as `contenders` connections wait for it. If fewer wait within
    /// twenty seconds, the test fails: they do not contend for this lock.
    pub async fn fire_at(self, contenders: i64) {
        let waiting = "select count(*) from pg_stat_activity
                       where datname = current_database() and wait_event_type = 'Lock'";
        let deadline = Instant::now() + PATIENCE;
        loop {
            let row = self.watcher.query_one(waiting, &[]).await.expect("waiters can be counted");
            let count: i64 = row.get(0);
            if count >= contenders {
                break;
            }
            assert!(Instant::now() < deadline, "{count} of {contenders} contenders came");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.holder.batch_execute("rollback").await.expect("the lock can be let go");
    }
}
