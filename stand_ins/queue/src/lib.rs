//! A queue for one machine, where SQS is not: the same trait, the same promises.
//!
//! Messages lie in a schema of their own in the local database, so a restart loses none. They
//! become visible again when they are not deleted in time, and dead letters after being
//! received too often. A production build of `convene` does not contain this crate: it uses SQS.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use postgres::{Caller, Db, Failure, Limits};
use queue::{BATCH, Entry, Received, Receiver, Rejected, Sender, all_rejected};
use tokio::sync::Notify;
use uuid::Uuid;

/// The deploying user itself: this schema is theirs, and no request role has a way in.
const OWNER: Caller<'static> = Caller { role: "none", claims: "{}", user_id: None };

const SCHEMA: [&str; 2] = [
    "create schema if not exists local_queue",
    "create table if not exists local_queue.message (
       message_id    uuid primary key default gen_random_uuid(),
       body          text not null,
       visible_at    timestamptz not null default now(),
       receive_count integer not null default 0,
       receipt       text,
       is_dead       boolean not null default false
     )",
];

/// How the queue treats what is not deleted.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// How long a received message is hidden from other consumers.
    pub visibility: Duration,
    /// How often a message is received before it is a dead letter.
    pub max_receive_count: i32,
    /// How long a receiver waits for a first message.
    pub wait: Duration,
}

impl Default for Rules {
    /// Shorter than the template's: whoever tries things out does not want to wait. Five times
    /// a minute outlasts the lease of a mailer that has died.
    fn default() -> Self {
        Self {
            visibility: Duration::from_secs(60),
            max_receive_count: 5,
            wait: Duration::from_secs(1),
        }
    }
}

/// The queue. Cheap to clone.
#[derive(Clone)]
pub struct LocalQueue {
    db: Db,
    rules: Rules,
    arrived: Arc<Notify>,
}

impl LocalQueue {
    /// The queue in the database of `owner_url`, with whatever lies in it.
    pub async fn open(owner_url: &str, rules: Rules) -> Result<Self> {
        let db = Db::connect(owner_url, Limits { connections: 4, ..Limits::default() })?;
        for statement in SCHEMA {
            db.query(OWNER, statement, &[]).await?;
        }
        Ok(Self { db, rules, arrived: Arc::default() })
    }

    /// The bodies of the dead letters.
    pub async fn dead_letters(&self) -> Result<Vec<String>> {
        let sql = "select m.body from local_queue.message as m where m.is_dead order by m.body";
        let rows = self.db.query(OWNER, sql, &[]).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect::<Result<_, Failure>>()?)
    }

    async fn take(&self) -> errors::Result<Vec<Received>> {
        // What has been received as often as it may is put aside instead of being received.
        let sql = "
            with due as (
              select m.message_id, m.receive_count >= $1 as is_dead
              from local_queue.message as m
              where not m.is_dead and m.visible_at <= now()
              order by m.visible_at
              limit $2
              for update skip locked
            ),
            taken as (
              update local_queue.message as m
              set is_dead       = d.is_dead,
                  receive_count = m.receive_count + (not d.is_dead)::integer,
                  receipt       = gen_random_uuid(),
                  visible_at    = now() + make_interval(secs => $3)
              from due as d
              where m.message_id = d.message_id
              returning m.*
            )
            select t.message_id, t.receipt, t.body, t.receive_count from taken as t
            where not t.is_dead";
        let batch = BATCH as i64;
        let visibility = self.rules.visibility.as_secs_f64();
        let max = self.rules.max_receive_count;
        let rows = self.db.query(OWNER, sql, &[&max, &batch, &visibility]).await?;
        let received = rows.iter().map(|row| {
            Ok(Received {
                message_id: row.get::<Uuid>(0)?.to_string(),
                receipt: row.get(1)?,
                body: row.get(2)?,
                receive_count: row.get::<i32>(3)?.unsigned_abs(),
            })
        });
        Ok(received.collect::<Result<_, Failure>>()?)
    }
}

impl Sender for LocalQueue {
    async fn send(&self, entries: &[Entry]) -> Vec<Rejected> {
        let bodies: Vec<&str> = entries.iter().map(|entry| entry.body.as_str()).collect();
        let sql = "insert into local_queue.message (body) select unnest($1::text[])";
        match self.db.query(OWNER, sql, &[&bodies]).await {
            Ok(_) => {
                self.arrived.notify_waiters();
                Vec::new()
            }
            Err(error) => all_rejected(entries, &error.to_string()),
        }
    }
}

impl Receiver for LocalQueue {
    async fn receive(&self) -> errors::Result<Vec<Received>> {
        let arrived = self.arrived.notified();
        tokio::pin!(arrived);
        // From here on no arrival is missed, even one before the first look.
        arrived.as_mut().enable();
        let received = self.take().await?;
        if !received.is_empty() {
            return Ok(received);
        }
        tokio::time::timeout(self.rules.wait, arrived).await.ok();
        self.take().await
    }

    async fn delete(&self, receipts: &[String]) -> errors::Result<()> {
        // A message that has been received again since carries another receipt.
        let sql = "delete from local_queue.message as m where m.receipt = any($1)";
        self.db.query(OWNER, sql, &[&receipts]).await.map(drop)
    }
}
