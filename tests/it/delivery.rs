//! From the queue to a mailbox: each message becomes one mail, or ends where somebody notices it.

use postgres::Caller;
use queue::{Entry, Receiver, Sender};
use serde_json::json;
use uuid::Uuid;

use crate::office::{Office, RULES};

#[tokio::test(flavor = "multi_thread")]
async fn a_poisoned_message_is_a_dead_letter_after_exactly_as_many_tries_as_allowed() {
    let office = Office::open().await;
    office.notify("alice", "payout_account_changed", json!({})).await;
    let unknown = Office::body(Uuid::from_u128(7));
    let poisons = ["not even JSON", unknown.as_str()];
    let entries = poisons.map(|body| Entry { id: Uuid::from_u128(1), body: body.to_owned() });
    assert_eq!(office.queue.send(&entries).await, []);
    office.relay().await;

    for round in 1..=RULES.max_receive_count {
        assert!(office.queue.dead_letters().await.expect("a queue").is_empty(), "round {round}");
        let expected = if round == 1 { 3 } else { 2 };
        assert_eq!(office.deliver().await, expected, "round {round}");
        assert_eq!(office.mails().await.len(), 1, "its neighbour was delivered at once");
    }
    assert_eq!(office.deliver().await, 0);
    let mut dead = office.queue.dead_letters().await.expect("a queue");
    dead.sort();
    let mut expected = poisons.map(str::to_owned);
    expected.sort();
    assert_eq!(dead, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_comes_while_the_first_is_sent_waits() {
    let office = Office::open().await;
    let outbox_id = office.notify("alice", "payout_account_changed", json!({})).await;
    office.relay().await;
    assert_eq!(office.claim(outbox_id).await["action"], "send");

    assert_eq!(office.deliver().await, 1);
    assert!(office.mails().await.is_empty());
    assert_eq!(office.queue.receive().await.expect("a queue").len(), 1, "it comes again");

    let sql = "select api.record_delivery($1, 1, 'retry', 'gave up')";
    office.service.query(Caller::SERVICE, sql, &[&outbox_id]).await.expect("a record");
    office.settle().await;
    assert_eq!(office.mails().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_delivered_at_the_same_moment_are_one_mail() {
    let office = Office::open().await;
    for _ in 0..20 {
        office.notify("alice", "payout_account_changed", json!({})).await;
    }
    office.relay().await;
    // Received messages stay visible, so all four mailers get the same messages again and again.
    tokio::join!(office.settle(), office.settle(), office.settle(), office.settle());

    let mails = office.mails().await;
    assert_eq!(mails.len(), 20);
    assert!(mails.iter().all(|mail| mail.copies == 1), "{mails:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailer_that_dies_before_the_mail_server_answers_for_it_loses_nothing() {
    let office = Office::open().await;
    let outbox_id = office.notify("alice", "payout_account_changed", json!({})).await;
    office.relay().await;
    office.claim(outbox_id).await;
    office.let_leases_end().await;

    office.settle().await;
    assert_eq!(office.mails().await.iter().map(|m| m.copies).collect::<Vec<_>>(), [1]);
}

/// The mail server has accepted the mail, but nobody records it. So it is sent again with the same
/// Message-ID, by which mail stores deduplicate.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_was_taken_without_an_answer_stays_one_mail() {
    let office = Office::open().await;
    office
        .world
        .sql(
            "update core.person_private set contact_email = 'alice@silent.example'
              where contact_email = 'alice@example.org'",
        )
        .await;
    let outbox_id = office.notify("alice", "payout_account_changed", json!({})).await;
    office.relay().await;
    office.deliver().await;
    office.deliver().await;

    let mails = office.mails().await;
    assert_eq!(mails.iter().map(|m| m.copies).collect::<Vec<_>>(), [2]);
    assert_eq!(mails[0].message_id, format!("{outbox_id}@convene.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailer_that_dies_after_recording_sends_nothing_more() {
    let office = Office::open().await;
    let outbox_id = office.notify("alice", "payout_account_changed", json!({})).await;
    office.settle().await;
    // The mailer died before it deleted the message, so the message comes again.
    let copy = Entry { id: outbox_id, body: Office::body(outbox_id) };
    office.queue.send(&[copy]).await;

    assert_eq!(office.deliver().await, 1);
    assert_eq!(office.deliver().await, 0, "and is deleted now");
    assert_eq!(office.mails().await.iter().map(|m| m.copies).collect::<Vec<_>>(), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_refused_is_not_tried_again() {
    let office = Office::open().await;
    office
        .world
        .sql(
            "update core.person_private set contact_email = 'alice@refused.example'
              where contact_email = 'alice@example.org'",
        )
        .await;
    let outbox_id = office.notify("alice", "payout_account_changed", json!({})).await;
    office.relay().await;

    assert_eq!(office.deliver().await, 1);
    assert_eq!(office.deliver().await, 0);
    let sql = "select d.state from core.delivery as d where d.outbox_id = $1";
    assert_eq!(office.world.value::<String>(sql, &[&outbox_id]).await, "refused");
    assert!(office.queue.dead_letters().await.expect("a queue").is_empty());
}

/// A link that proves an address is only in the mail, and is valid only for a short time.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_message_keeps_its_secret() {
    let office = Office::open().await;
    let announce = "select internal.announce('auth.email', null, jsonb_build_object(
        'template', 'recovery', 'address', 'new@example.org', 'token_hash', 'secret-' || $1,
        'code', '424242'))";
    let outbox_id: Uuid = office.world.value(announce, &[&"one"]).await;
    let stale: Uuid = office.world.value(announce, &[&"two"]).await;
    let sql = "update core.outbox set created_at = now() - interval '61 minutes'
               where outbox_id = $1";
    office.world.execute(sql, &[&stale]).await;

    office.relay().await;
    for message in office.queue.receive().await.expect("a queue") {
        assert!(!message.body.contains("secret"), "{}", message.body);
        assert!(!message.body.contains("new@"), "{}", message.body);
    }
    office.settle().await;

    let mails = office.mails().await;
    assert_eq!(mails.len(), 1, "the stale link is not sent");
    assert_eq!(mails[0].recipient, "new@example.org");
    assert!(mails[0].text.contains("/auth/v1/confirm?token=secret-one&type=recovery"));
    assert!(mails[0].text.contains("424242"));
    let payload = "select o.payload::text from core.outbox as o where o.outbox_id = $1";
    for id in [outbox_id, stale] {
        let left: String = office.world.value(payload, &[&id]).await;
        assert_eq!(left, r#"{"template": "recovery"}"#, "the database has forgotten it");
    }
}
