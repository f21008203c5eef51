//! How much of the database one process takes.

use std::time::Duration;

use deadpool::managed::{self, QueueMode, Timeouts};

use environment::BadSetting;

/// Limits of a [`Db`](super::Db).
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at most: 1 in a Lambda, which serves one request at a time.
    pub connections: usize,
    /// How long a request may wait for its turn and a free connection. If more wait than are
    /// served in that time, the newest is refused at once.
    pub wait: Duration,
    /// How long a statement may take, the network included.
    pub deadline: Duration,
    /// Whether [`Db::transact`](super::Db::transact) keeps the plans of statements. A pooler in
    /// transaction mode that does not know of them (PgBouncer before 1.21) needs it switched off.
    pub prepared: bool,
    /// What a read takes at most, as a rule, to share a connection with others. Those that take
    /// longer need more than one processor for Postgres.
    pub brief: Duration,
    /// Whether those who want a provider that is locked queue in this process and not in the
    /// database, where each of them takes a connection.
    pub queues: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1,
            wait: Duration::from_secs(2),
            deadline: Duration::from_secs(10),
            prepared: true,
            brief: Duration::from_micros(200),
            queues: false,
        }
    }
}

impl Limits {
    /// The same for the login of the house. It waits for locks in the database: its functions go on
    /// with the next row where one cannot be done, and a lock that is taken is no reason for that.
    pub fn of_the_house(self) -> Self {
        Self { queues: false, ..self }
    }

    /// Connections that work may take which writes, and so may wait for a lock. The others are
    /// for those who only read, however long a lock is held.
    pub(super) fn for_writers(&self) -> usize {
        let returning = if self.queues { self.for_returning() } else { 0 };
        (self.connections * 3 / 4 - returning).max(1)
    }

    /// Those among them for writers who have waited for a lock in this process, and come back.
    pub(super) fn for_returning(&self) -> usize {
        self.connections / 4
    }

    /// Writers that may compute at a time while a crowd waits for a lock: one for two processors,
    /// because a process has three connections for each.
    pub(super) fn for_computing(&self) -> usize {
        self.connections / 6
    }

    /// Connections that brief reads share: one for two processors, of which the other has HTTP to
    /// do.
    pub(super) fn for_pipelines(&self) -> usize {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        (self.connections / 6).min(processors.div_ceil(2))
    }

    pub(super) fn pool<M: managed::Manager>(
        &self,
        manager: M,
    ) -> Result<managed::Pool<M>, BadSetting> {
        managed::Pool::builder(manager)
            .max_size(self.connections)
            // The connection used last has its plans and pages warm.
            .queue_mode(QueueMode::Lifo)
            .timeouts(Timeouts { wait: Some(self.wait), create: Some(self.wait), recycle: None })
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .map_err(|error| BadSetting::new("DATABASE_URL", error.to_string()))
    }
}
