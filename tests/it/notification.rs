//! What people are told, when, and whether it is still true when they read it.

use std::collections::BTreeSet;

use serde_json::json;
use tests::World;
use tokio::time::Instant;
use uuid::Uuid;

use crate::office::{Office, soon};

/// Tara teaches, and alice has booked her first free hour.
async fn booked() -> (Office, Uuid) {
    let world = World::new().await;
    world.make_expert("tara", "Africa/Nairobi", "08:00", "20:00").await;
    world.make_learner("alice").await;
    let session = world.make_session("tara", 60, 50_000, 1).await;
    let slot_id = world.free_slots(session).await[0].slot_id;
    let book = "select api.book_slot($1, $2)::text";
    world.act("alice", book, &[&world.id("alice"), &slot_id]).await.expect("a booking");
    world
        .sql(
            "update core.person set timezone = 'Europe/Copenhagen', locale = 'da'
             where display_name = 'alice';
             insert into core.person_private (person_id, contact_email)
             select p.person_id, p.display_name || '@example.org' from core.person as p
             on conflict (person_id) do update set contact_email = excluded.contact_email;",
        )
        .await;
    let sql = "select b.booking_id from core.booking as b";
    let booking_id = world.value(sql, &[]).await;
    (Office::of(world).await, booking_id)
}

impl Office {
    /// What happens when the payment arrives.
    async fn confirm(&self, booking_id: Uuid) {
        let confirm = "update core.booking set status = 'confirmed', confirmed_at = now()
                       where booking_id = $1";
        self.world.execute(confirm, &[&booking_id]).await;
        let tell = "select internal.tell_both(b, 'booking_confirmed')::text
                    from core.booking as b where b.booking_id = $1";
        self.world.rows(tell, &[&booking_id]).await;
    }

    /// Run it as alice.
    async fn cancel(&self, booking_id: Uuid) {
        let sql = "select api.cancel_booking($1)::text";
        self.world.act("alice", sql, &[&booking_id]).await.expect("a cancellation");
    }

    /// Let the booking start in some minutes, as if it had been confirmed a week ago.
    async fn starts_in(&self, booking_id: Uuid, minutes: i32) {
        self.world
            .execute(
                "update core.booking set starts_at = now() + make_interval(mins => $2),
                    ends_at = now() + make_interval(mins => $2 + 60),
                    confirmed_at = now() - interval '7 days'
                 where booking_id = $1",
                &[&booking_id, &minutes],
            )
            .await;
    }

    async fn reminders(&self) -> i64 {
        let sql = "select count(*) from core.outbox as o where o.topic = 'booking_reminder'";
        self.world.value(sql, &[]).await
    }

    async fn tick(&self) {
        for outcome in clock::run(&self.service, soon()).await {
            assert!(outcome.error.is_none() && !outcome.unfinished, "{outcome:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_of_a_booking_get_a_calendar_entry_that_is_withdrawn_with_it() {
    let (office, booking_id) = booked().await;
    office.confirm(booking_id).await;
    office.settle().await;

    let mails = office.mails().await;
    let receivers: BTreeSet<&str> = mails.iter().map(|mail| mail.recipient.as_str()).collect();
    assert_eq!(receivers, BTreeSet::from(["alice@example.org", "tara@example.org"]));
    let uid = format!("UID:{booking_id}@booking.convene");
    for mail in &mails {
        let entry = mail.calendar.as_deref().expect("an invitation");
        assert!(entry.contains("METHOD:REQUEST") && entry.contains(&uid), "{entry}");
        let zone = if mail.recipient.starts_with("alice") {
            "Europe/Copenhagen"
        } else {
            "Africa/Nairobi"
        };
        assert!(entry.contains(&format!("TZID:{zone}")), "{entry}");
        let other = if mail.recipient.starts_with("alice") { "tara@" } else { "alice@" };
        assert!(!entry.contains(other), "neither side learns the other's address");
    }
    let danish = mails.iter().find(|mail| mail.recipient.starts_with("alice"));
    assert_eq!(danish.expect("alice's").subject, "Bekræftet: Lesson med tara");
    let sequence = |text: &str| -> i32 {
        let line = text.lines().find_map(|line| line.strip_prefix("SEQUENCE:"));
        line.expect("a version").parse().expect("a number")
    };
    let first = sequence(mails[0].calendar.as_deref().expect("an invitation"));

    office.cancel(booking_id).await;
    office.settle().await;
    let mails = office.mails().await;
    let entries = mails.iter().filter_map(|mail| mail.calendar.as_deref());
    let withdrawn: Vec<&str> = entries.filter(|e| e.contains("METHOD:CANCEL")).collect();
    assert_eq!(withdrawn.len(), 2);
    for entry in withdrawn {
        assert!(entry.contains(&uid) && sequence(entry) > first, "{entry}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_cancelled_before_its_mail_went_out_is_not_confirmed_by_it() {
    let (office, booking_id) = booked().await;
    office.confirm(booking_id).await;
    office.cancel(booking_id).await;
    office.settle().await;

    let mails = office.mails().await;
    assert!(!mails.is_empty());
    for mail in mails {
        assert!(
            mail.subject.starts_with("Aflyst")
                || mail.subject.starts_with("Cancelled")
                || mail.subject.contains("refusion"),
            "{}",
            mail.subject
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_are_reminded_a_day_and_an_hour_before_each_once() {
    let (office, booking_id) = booked().await;
    office.confirm(booking_id).await;
    office.settle().await;

    for (minutes, expected) in [(24 * 60 + 5, 0), (23 * 60, 2), (22 * 60, 4), (59, 6)] {
        office.starts_in(booking_id, minutes).await;
        tokio::join!(office.tick(), office.tick());
        office.tick().await;
        assert_eq!(office.reminders().await, expected, "{minutes} minutes before");
    }
    office.settle().await;
    let told = office.mails().await;
    let told = told.iter().filter(|mail| mail.subject.starts_with("Soon:")).count();
    assert_eq!(told, 1, "only of the time that is still true");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_clock_reminds_once_and_never_after_the_start() {
    let (office, booking_id) = booked().await;
    office.confirm(booking_id).await;
    office.starts_in(booking_id, 30).await;
    office.tick().await;
    assert_eq!(office.reminders().await, 2, "one reminder each, not two");

    office.world.sql("delete from core.booking_reminder").await;
    office.starts_in(booking_id, -1).await;
    office.tick().await;
    assert_eq!(office.reminders().await, 2);
    // Somebody who booked less than a day ahead was told only now.
    office.starts_in(booking_id, 20 * 60).await;
    office.world.sql("update core.booking set confirmed_at = now()").await;
    office.tick().await;
    assert_eq!(office.reminders().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_keep_back_what_can_wait_until_they_end() {
    let office = Office::open().await;
    office
        .world
        .sql(
            "insert into core.quiet_hours (person_id, begins, ends)
             select p.person_id, (now() at time zone p.timezone)::time - interval '1 hour',
                    (now() at time zone p.timezone)::time + interval '2 hours'
             from core.person as p where p.display_name = 'alice'",
        )
        .await;
    let can_wait = office.notify("alice", "payout_bank_failed", json!({})).await;
    office.notify("alice", "payout_account_changed", json!({})).await;
    office.settle().await;
    assert_eq!(office.mails().await.len(), 1, "what cannot wait does not");
    let minutes: f64 = office
        .world
        .value(
            "select extract(epoch from o.available_at - now())::float8 / 60 from core.outbox as o
             where o.outbox_id = $1 and o.sent_at is null",
            &[&can_wait],
        )
        .await;
    assert!((119.0..=120.0).contains(&minutes), "{minutes}");

    office.world.sql("delete from core.quiet_hours").await;
    office.let_leases_end().await;
    office.settle().await;
    assert_eq!(office.mails().await.len(), 2);
}

/// A relay that is late to record what it sent must not undo what a fast mailer recorded.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_put_back_for_the_night_is_not_marked_as_sent() {
    let office = Office::open().await;
    office
        .world
        .sql(
            "insert into core.quiet_hours (person_id, begins, ends)
             select p.person_id, (now() at time zone p.timezone)::time - interval '1 hour',
                    (now() at time zone p.timezone)::time + interval '2 hours'
             from core.person as p",
        )
        .await;
    let outbox_id = office.notify("alice", "payout_bank_failed", json!({})).await;
    office.world.sql("update core.outbox set attempts = 1").await;
    assert_eq!(office.claim(outbox_id).await["reason"], "quiet hours");
    let recorded: i32 = office
        .world
        .value("select api.record_outbox(array[$1::uuid], array[1], array[null])", &[&outbox_id])
        .await;
    assert_eq!(recorded, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_news_has_a_template() {
    let office = Office::open().await;
    let sql = "select t.type from core.notification_type as t
               where t.type not in ('auth.email', 'mail_refused')";
    let written: BTreeSet<&str> = mailer::templates().collect();
    for row in office.world.rows(sql, &[]).await {
        let kind: String = row.get(0);
        assert!(written.contains(kind.as_str()), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_told_at_the_address_of_the_marketplace() {
    let office = Office::open().await;
    let announce = "select internal.announce('staff.fraud_warning', null, '{\"case\": 7}')";
    let _: Uuid = office.world.value(announce, &[]).await;
    office.settle().await;
    assert!(office.mails().await.is_empty(), "nobody is there yet");

    office.world.sql("update core.marketplace set support_email = 'help@example.org'").await;
    let _: Uuid = office.world.value(announce, &[]).await;
    office.settle().await;
    let mails = office.mails().await;
    assert_eq!(mails[0].recipient, "help@example.org");
    assert!(mails[0].text.contains("case: 7"), "{}", mails[0].text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_fails_does_not_stop_the_clock() {
    let office = Office::open().await;
    office
        .world
        .sql(
            "create or replace function api.expire_bookings(p_limit integer default 100)
             returns integer
             language plpgsql as $$ begin raise exception 'broken'; end $$;",
        )
        .await;
    let outcomes = clock::run(&office.service, soon()).await;
    assert_eq!(outcomes.len(), clock::TASKS.len());
    let failed: Vec<&str> = outcomes.iter().filter(|o| o.error.is_some()).map(|o| o.task).collect();
    assert_eq!(failed, ["expire_bookings"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_without_time_begins_nothing() {
    let office = Office::open().await;
    let outcomes = clock::run(&office.service, Instant::now()).await;
    assert!(outcomes.iter().all(|o| o.unfinished && o.done == 0 && o.error.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_reads_and_mutes_their_own_news_alone() {
    let office = Office::open().await;
    let outbox_id = office.notify("alice", "review_received", json!({})).await;
    office.notify("tara", "review_received", json!({})).await;
    let world = &office.world;
    let read = "select api.mark_notifications_read()";
    let rows = world.act("alice", read, &[]).await.expect("alice may read");
    assert_eq!(rows[0].get::<i32>(0).unwrap(), 1);
    let wish = "select api.set_notification_preference('review_received', false)::text";
    world.act("alice", wish, &[]).await.expect("alice may wish");
    office.settle().await;
    let sql = "select d.state from core.delivery as d where d.outbox_id = $1";
    assert_eq!(world.value::<String>(sql, &[&outbox_id]).await, "skipped");
}
