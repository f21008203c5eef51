//! From the outbox to the queue: nothing is lost, whatever fails and whatever dies.

use std::sync::{Arc, Mutex};

use local_queue::LocalQueue;
use queue::{Entry, Receiver, Rejected, Sender, all_rejected};
use serde_json::json;
use tests::World;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::office::{Office, RULES, soon};

/// Rejects the entries whose bits are set in a mask, and remembers those it accepted.
#[derive(Clone, Default)]
struct Picky {
    rejects: u32,
    accepted: Arc<Mutex<Vec<Uuid>>>,
}

impl Sender for Picky {
    async fn send(&self, entries: &[Entry]) -> Vec<Rejected> {
        let (rejected, accepted): (Vec<_>, Vec<_>) =
            entries.iter().enumerate().partition(|(at, _)| self.rejects & (1 << at) != 0);
        let mut log = self.accepted.lock().expect("nobody panicked");
        log.extend(accepted.iter().map(|(_, entry)| entry.id));
        let rejected: Vec<Entry> = rejected.into_iter().map(|(_, entry)| entry.clone()).collect();
        all_rejected(&rejected, "picky")
    }
}

/// Stops at a point of the send until its relay is killed.
struct Dies {
    queue: LocalQueue,
    accepts_first: bool,
    reached: Arc<Notify>,
}

impl Sender for Dies {
    async fn send(&self, entries: &[Entry]) -> Vec<Rejected> {
        if self.accepts_first {
            self.queue.send(entries).await;
        }
        self.reached.notify_one();
        std::future::pending().await
    }
}

async fn fill(world: &World, count: i32) {
    world
        .sql(&format!(
            "update core.marketplace set support_email = 'staff@convene.example';
             insert into core.outbox (outbox_id, topic)
             select internal.uuid_v7(), 'staff.test' from generate_series(1, {count})"
        ))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_of_ten_fail_all_are_sent_in_the_end() {
    let office = Office::open().await;
    fill(&office.world, 10).await;
    for rejects in 1..1024_u32 {
        office.world.sql("update core.outbox set sent_at = null, available_at = now()").await;
        let picky = Picky { rejects, ..Picky::default() };
        let summary = relay::run(&office.service, &picky, soon()).await.expect("the relay runs");

        let rejected = rejects.count_ones() as usize;
        assert_eq!((summary.sent, summary.rejected), (10 - rejected, rejected), "{rejects:b}");
        let sql = "select array_agg(o.outbox_id) from core.outbox as o where o.sent_at is not null";
        let sent: Option<Vec<Uuid>> = office.world.value(sql, &[]).await;
        let (mut sent, mut accepted) =
            (sent.unwrap_or_default(), picky.accepted.lock().expect("nobody panicked").clone());
        sent.sort();
        accepted.sort();
        assert_eq!(sent, accepted, "what was accepted, and nothing else, counts as sent");
        let waiting: i64 = office
            .world
            .value(
                "select count(*) from core.outbox as o where o.sent_at is null
                 and o.available_at > now() and o.last_error = 'picky'",
                &[],
            )
            .await;
        assert_eq!(waiting, rejected as i64, "the others wait their turn");
    }
    office.world.sql("update core.outbox set available_at = now()").await;
    let rest = Picky::default();
    relay::run(&office.service, &rest, soon()).await.expect("the relay runs");
    let left: i64 =
        office.world.value("select count(*) from core.outbox where sent_at is null", &[]).await;
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn relays_beside_each_other_send_each_message_once() {
    let office = Office::open().await;
    fill(&office.world, 2000).await;
    let picky = Picky::default();
    let relays = (0..4).map(|_| relay::run(&office.service, &picky, soon()));
    futures_util::future::try_join_all(relays).await.expect("the relays run");

    let mut accepted = picky.accepted.lock().expect("nobody panicked").clone();
    assert_eq!(accepted.len(), 2000);
    accepted.sort();
    accepted.dedup();
    assert_eq!(accepted.len(), 2000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_dies_at_either_side_of_the_send_costs_one_mail_at_most_and_at_least() {
    for (accepts_first, copies_in_queue) in [(false, 1), (true, 2)] {
        let office = Office::open().await;
        office.notify("alice", "payout_account_changed", json!({})).await;
        let reached = Arc::new(Notify::new());
        let dies = Dies { queue: office.queue.clone(), accepts_first, reached: reached.clone() };
        let service = office.service.clone();
        let relay = tokio::spawn(async move { relay::run(&service, &dies, soon()).await });
        reached.notified().await;
        relay.abort();

        assert_eq!(office.relay().await.sent, 0, "its lease still runs");
        office.let_leases_end().await;
        assert_eq!(office.relay().await.sent, 1);
        let lying = office.queue.receive().await.expect("a queue").len();
        assert_eq!(lying, copies_in_queue);

        office.settle().await;
        let mails = office.mails().await;
        assert_eq!(mails.iter().map(|mail| mail.copies).collect::<Vec<_>>(), [1]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_loses_nothing_that_was_accepted_or_under_way() {
    let office = Office::open().await;
    for _ in 0..25 {
        office.notify("alice", "payout_account_changed", json!({})).await;
    }
    assert_eq!(office.relay().await.sent, 25);
    let under_way = office.queue.receive().await.expect("a queue");
    assert_eq!(under_way.len(), 10);
    let Office { world, queue, mailer, mailbox, service } = office;
    drop((queue, under_way));

    let queue = LocalQueue::open(world.owner_url(), RULES).await.expect("a queue");
    let office = Office { world, queue, mailer, mailbox, service };
    office.settle().await;
    assert_eq!(office.mails().await.len(), 25);
}
