//! Many people want the same time: over HTTP, as supabase-js calls, against the running routers.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use chrono::Timelike;
use chrono_tz::Europe::Copenhagen;
use futures_util::future::join_all;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};
use tests::{Answer, World};
use uuid::Uuid;

async fn book(world: &World, learner: &str, slot_id: Uuid) -> Answer {
    let arguments = json!({"p_learner_user_id": world.id(learner), "p_slot_id": slot_id});
    world.rpc(learner, "create_booking_with_payment", arguments).await
}

/// How many answers there were of each status and message.
fn tally(answers: &[Answer]) -> BTreeMap<(u16, String), usize> {
    answers.iter().fold(BTreeMap::new(), |mut counts, answer| {
        let message = answer.body["message"].as_str().unwrap_or_default().to_owned();
        *counts.entry((answer.status, message)).or_default() += 1;
        counts
    })
}

async fn one_expert() -> World {
    let world = World::new().await;
    world.make_expert("tara", "Europe/Copenhagen", "08:00", "20:00").await;
    world
}

/// The key of a free slot in a new session of tara's. It begins at 08:00, when sessions of every
/// length begin; otherwise the next slot would depend on the time of day.
async fn first_slot(world: &World, minutes: i32, seats: i32) -> Uuid {
    let session = world.make_session("tara", minutes, 50_000, seats).await;
    let slots = world.free_slots(session).await;
    let opening = slots.iter().find(|slot| {
        let local = slot.starts_at.with_timezone(&Copenhagen);
        (local.hour(), local.minute()) == (8, 0)
    });
    opening.expect("a morning").slot_id
}

#[tokio::test(flavor = "multi_thread")]
async fn three_seats_are_sold_three_times_of_a_thousand() {
    let world = one_expert().await;
    let slot_id = first_slot(&world, 60, 3).await;
    let learners = world.make_learners(1000).await;

    let answers = join_all(learners.iter().map(|learner| book(&world, learner, slot_id))).await;

    let expected = BTreeMap::from([((200, String::new()), 3), ((409, "slot_full".into()), 997)]);
    assert_eq!(tally(&answers), expected);
    let seats: i64 =
        world.value("select sum(seats) from core.booking where slot_id = $1", &[&slot_id]).await;
    assert_eq!(seats, 3);
}

/// Both wait on the expert's row before either may go on.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_sessions_at_one_time_one_is_booked() {
    let world = one_expert().await;
    let hour = world.make_session("tara", 60, 50_000, 1).await;
    let longer = world.make_session("tara", 90, 50_000, 1).await;
    // The first slots of the two sessions need not overlap: that depends on the time of day.
    let one = world.free_slots(hour).await;
    let other = world.free_slots(longer).await;
    let (one, other) = one
        .iter()
        .find_map(|a| Some((a, other.iter().find(|b| b.starts_at == a.starts_at)?)))
        .map(|(a, b)| (a.slot_id, b.slot_id))
        .expect("both begin with the day");
    world.make_learner("alice").await;
    world.make_learner("bob").await;

    let lock =
        format!("select from core.provider where provider_id = '{}' for update", world.id("tara"));
    let gun = world.hold(&lock).await;
    let (alice, bob, ()) =
        tokio::join!(book(&world, "alice", one), book(&world, "bob", other), gun.fire_at(2));

    let expected = BTreeMap::from([((200, String::new()), 1), ((409, "provider_busy".into()), 1)]);
    assert_eq!(tally(&[alice, bob]), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_copies_of_one_request_make_one_booking() {
    let world = one_expert().await;
    let slot_id = first_slot(&world, 60, 5).await;
    world.make_learner("alice").await;
    let arguments = json!({
        "p_learner_user_id": world.id("alice"), "p_slot_id": slot_id, "p_idempotency_key": "once",
    });

    let lock = format!("select from core.slot where slot_id = '{slot_id}' for update");
    let gun = world.hold(&lock).await;
    let (first, second, ()) = tokio::join!(
        world.rpc("alice", "create_booking_with_payment", arguments.clone()),
        world.rpc("alice", "create_booking_with_payment", arguments.clone()),
        gun.fire_at(2),
    );
    assert_eq!(first.ok(), second.ok());

    let mut other = arguments.clone();
    other["p_seats"] = json!(2);
    world
        .rpc("alice", "create_booking_with_payment", other)
        .await
        .refused(409, "idempotency_key_reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_bookings_key_makes_a_new_one() {
    let world = one_expert().await;
    let slot_id = first_slot(&world, 60, 1).await;
    world.make_learner("alice").await;
    let arguments = json!({
        "p_learner_user_id": world.id("alice"), "p_slot_id": slot_id, "p_idempotency_key": "k",
    });

    let first = world.rpc("alice", "create_booking_with_payment", arguments.clone()).await.ok();
    let booking = json!({"p_booking_id": first[0]["booking_id"]});
    world.rpc("alice", "cancel_booking", booking).await.ok();
    let second = world.rpc("alice", "create_booking_with_payment", arguments).await.ok();

    assert_ne!(first[0]["booking_id"], second[0]["booking_id"]);
}

/// The hold is shortened to a second, and the test waits for the database's clock: no job runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_ends_frees_its_seat() {
    let world = one_expert().await;
    let slot_id = first_slot(&world, 60, 1).await;
    // The hold also blocks another session at the same time.
    let other = first_slot(&world, 45, 1).await;
    for learner in ["alice", "bob", "carol"] {
        world.make_learner(learner).await;
    }

    let held = book(&world, "alice", slot_id).await.ok();
    book(&world, "bob", slot_id).await.refused(409, "slot_full");
    book(&world, "bob", other).await.refused(409, "provider_busy");

    let booking_id: Uuid = held[0]["booking_id"].as_str().and_then(|id| id.parse().ok()).unwrap();
    let sql = "update core.booking set hold_expires_at = now() + interval '1 second'
               where booking_id = $1";
    world.execute(sql, &[&booking_id]).await;
    world.execute("select internal.settle_slot($1)", &[&slot_id]).await;
    book(&world, "bob", slot_id).await.refused(409, "slot_full");
    let wait = "select pg_sleep_until(hold_expires_at) from core.booking where booking_id = $1";
    world.execute(wait, &[&booking_id]).await;

    book(&world, "bob", other).await.ok();
    book(&world, "carol", slot_id).await.refused(409, "provider_busy");
    let seen = world.get("alice", "/rest/v1/bookings?select=status,cancelled_by").await.ok();
    assert_eq!(seen, json!([{"status": "cancelled", "cancelled_by": "system"}]));
}

/// No two bookings of an expert overlap, buffers included, and no slot has sold more seats than it
/// has.
async fn assert_nobody_meets(world: &World) {
    let overlaps: i64 = world
        .value(
            "select count(*)
             from core.booking as a
             join core.booking as b on a.slot_id < b.slot_id
             where a.status = 'pending_payment' and b.status = 'pending_payment'
               and tstzrange(a.starts_at - interval '5 min', a.ends_at + interval '10 min')
                   && tstzrange(b.starts_at - interval '5 min', b.ends_at + interval '10 min')",
            &[],
        )
        .await;
    assert_eq!(overlaps, 0);
    let oversold: i64 = world
        .value(
            "select count(*) from core.slot as s
             where s.capacity < (select coalesce(sum(b.seats), 0) from core.booking as b
                                 where b.slot_id = s.slot_id and b.status = 'pending_payment')",
            &[],
        )
        .await;
    assert_eq!(oversold, 0);
}

/// `OVERLAP_SECONDS=30`: clients book and cancel any visible time of one expert for so long.
#[tokio::test(flavor = "multi_thread")]
async fn an_expert_is_never_in_two_places() {
    let world = one_expert().await;
    // Raise the limits: the test needs more slots and cancellations than people are allowed.
    world.sql("update core.marketplace set max_slots = 50000, max_cancels_a_day = 100000").await;
    let mut sessions = Vec::new();
    for minutes in [30, 45, 60, 90] {
        let session = world.make_session("tara", minutes, 10_000, 1 + minutes / 45).await;
        world
            .execute(
                "update core.offering
                 set slot_step_min = 15, buffer_before_min = 5, buffer_after_min = 10
                 where offering_id = $1",
                &[&session],
            )
            .await;
        sessions.push(session);
    }
    // There are few slots, so that the clients collide.
    let mut slots: Vec<Uuid> = Vec::new();
    for session in sessions {
        slots.extend(world.free_slots(session).await.iter().take(40).map(|slot| slot.slot_id));
    }
    let learners = world.make_learners(64).await;
    let seconds = std::env::var("OVERLAP_SECONDS").ok().and_then(|text| text.parse().ok());
    let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(5));

    let world = &world;
    let slots = &slots;
    let answers = join_all(learners.iter().enumerate().map(|(n, learner)| async move {
        let mut random = StdRng::seed_from_u64(n as u64);
        let mut answers = Vec::new();
        while Instant::now() < until {
            let slot_id = *slots.choose(&mut random).expect("there are slots");
            let answer = book(world, learner, slot_id).await;
            if answer.status == 200 && random.random_bool(0.7) {
                let booking = json!({"p_booking_id": answer.body[0]["booking_id"]});
                world.rpc(learner.as_str(), "cancel_booking", booking).await.ok();
            }
            answers.push(answer);
        }
        answers
    }))
    .await
    .concat();

    let counts = tally(&answers);
    println!("{counts:?}");
    assert!(counts.keys().all(|(status, _)| *status < 500), "{counts:?}");
    assert!(counts.contains_key(&(200, String::new())), "nobody booked: {counts:?}");
    assert!(counts.contains_key(&(409, "provider_busy".into())), "nobody met: {counts:?}");
    assert_nobody_meets(world).await;
    world.execute("select pg_stat_clear_snapshot()", &[]).await;
    let deadlocks: i64 = world
        .value("select deadlocks from pg_stat_database where datname = current_database()", &[])
        .await;
    assert_eq!(deadlocks, 0);
}

/// A freed seat goes to somebody on the waitlist, and to nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_freed_seat_is_offered_once() {
    let world = one_expert().await;
    let slot_id = first_slot(&world, 60, 1).await;
    for learner in ["alice", "bob", "carol", "dora"] {
        world.make_learner(learner).await;
    }
    let slot = json!({"p_slot_id": slot_id});
    world.rpc("bob", "join_waitlist", slot.clone()).await.refused(409, "seats_are_free");
    let held = book(&world, "alice", slot_id).await.ok();
    world.rpc("bob", "join_waitlist", slot.clone()).await.ok();
    world.rpc("carol", "join_waitlist", slot.clone()).await.ok();

    world.rpc("alice", "cancel_booking", json!({"p_booking_id": held[0]["booking_id"]})).await.ok();

    let offered: i64 =
        world.value("select count(*) from core.waitlist_entry where state = 'offered'", &[]).await;
    assert_eq!(offered, 1);
    let told: Vec<Uuid> = world
        .rows("select person_id from core.notification where type = 'waitlist_offer'", &[])
        .await
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(told, [world.id("bob")]);
    book(&world, "dora", slot_id).await.refused(409, "slot_full");
    book(&world, "carol", slot_id).await.refused(409, "slot_full");
    assert!(
        matches!(book(&world, "bob", slot_id).await.ok(), Value::Array(rows) if rows.len() == 1)
    );
}
