//! A relay and a mailer are dropped at every point where they wait, as a killed process would be.
//! At every point, the result is one mail.

use std::{future::poll_fn, task::Poll};

use convene::post;
use serde_json::json;

use crate::office::{Office, soon};

/// More awaits than either of them has for one message.
const MOST: usize = 200;

/// Poll a future so many times, and then drop it; `None` if it was dropped.
async fn killed_after<T>(wakes: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = Box::pin(future);
    let mut left = wakes;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

impl Office {
    /// Another process continues after the leases of the dead one have ended.
    async fn recover(&self) {
        self.let_leases_end().await;
        self.settle().await;
        self.let_leases_end().await;
        self.settle().await;
    }

    /// How often a message arrived.
    async fn copies(&self, outbox_id: uuid::Uuid) -> Vec<i32> {
        let id = format!("{outbox_id}@convene.example");
        self.mails().await.iter().filter(|m| m.message_id == id).map(|m| m.copies).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_dies_anywhere_sends_every_message_in_the_end() {
    let office = Office::open().await;
    for wakes in 0..MOST {
        let outbox_id = office.notify("alice", "payout_account_changed", json!({})).await;
        let service = office.another_service("killed");
        let queue = office.another_queue("killed").await;
        let ended = killed_after(wakes, relay::run(&service, &queue, soon())).await.is_some();
        drop((service, queue));
        office.gone("killed").await;
        office.recover().await;
        assert_eq!(office.copies(outbox_id).await, [1], "killed after {wakes}");
        if ended {
            println!("the relay waits {wakes} times");
            assert!(wakes > 3, "it was never killed on its way");
            return;
        }
    }
    panic!("the relay never came to its end");
}

/// A second copy is possible only if the mailer dies after the mail server accepted the mail and
/// before its answer arrived. The copy has the same Message-ID, by which mail stores deduplicate.
/// At every other point there is one mail. How often a mailer waits depends on the load of the
/// machine, so the test repeats until the mailer has died on both sides of that point.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailer_that_dies_anywhere_sends_one_mail() {
    let office = Office::open().await;
    let mut deaths = Deaths::default();
    for _ in 0..8 {
        deaths.of_one_way(&office).await;
        if deaths.before > 1 && deaths.after > 0 {
            println!("{deaths:?}");
            return;
        }
    }
    panic!("it was never killed on its way: {deaths:?}");
}

/// How often a mailer died before and after its mail arrived, and how many mails came twice.
#[derive(Debug, Default)]
struct Deaths {
    before: u32,
    after: u32,
    doubled: i32,
}

impl Deaths {
    /// Kill a mailer at every point, until it completes its work.
    async fn of_one_way(&mut self, office: &Office) {
        for wakes in 0..MOST {
            let outbox_id = office.notify("alice", "payout_account_changed", json!({})).await;
            office.relay().await;
            // Its connections end too: the one to the database, and the one to the mail server.
            let mailer = office.another_mailer("killed");
            let queue = office.another_queue("killed").await;
            let ended = killed_after(wakes, post::deliver(&queue, &mailer)).await.is_some();
            drop((mailer, queue));
            office.gone("killed").await;
            match office.copies(outbox_id).await.len() {
                _ if ended => {}
                0 => self.before += 1,
                _ => self.after += 1,
            }
            office.recover().await;
            let copies = office.copies(outbox_id).await;
            assert!(matches!(copies[..], [1 | 2]), "killed after {wakes}: {copies:?}");
            self.doubled += copies[0] - 1;
            if ended {
                assert_eq!(copies, [1]);
                return;
            }
        }
        panic!("the mailer never came to its end");
    }
}
