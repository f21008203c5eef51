//! Appointments under contention: a provider's time is sold once, however many people ask for it.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use tests::World;

/// How many people ask at once. Each has their own connection.
const CROWD: usize = 50;

/// Each contender runs a statement as themselves, on their own connection, and all of them wait for
/// `lock` before the first may go on. Returns how often each refusal occurred; an empty word is a
/// success.
async fn all_at_once(
    world: &World,
    people: &[String],
    lock: &str,
    sql: &str,
) -> BTreeMap<String, usize> {
    let gun = world.hold(lock).await;
    let asked = people.iter().map(|name| async move {
        let id = world.id(name);
        let client = world.connection().await;
        let claims = format!(r#"{{"sub":"{id}","role":"authenticated"}}"#);
        let ask = format!(
            "begin;
             select set_config('role', 'authenticated', true),
                    set_config('app.user_id', '{id}', true),
                    set_config('request.jwt.claims', '{claims}', true);
             {sql}; commit"
        );
        client.batch_execute(&ask).await.map_err(|error| {
            error.as_db_error().map(|db| db.message().to_owned()).unwrap_or_default()
        })
    });
    let waiting = i64::try_from(people.len()).expect("a crowd can be counted");
    let (asked, ()) = tokio::join!(join_all(asked), gun.fire_at(waiting));
    asked.into_iter().fold(BTreeMap::new(), |mut words, asked| {
        *words.entry(asked.err().unwrap_or_default()).or_default() += 1;
        words
    })
}

async fn a_provider_and_a_crowd() -> (World, Vec<String>, String) {
    let world = World::new().await;
    world.make_expert("tara", "UTC", "08:00", "20:00").await;
    let crowd = world.make_learners(CROWD).await;
    let tara = world.id("tara");
    let lock = format!("select from core.provider where provider_id = '{tara}' for update");
    (world, crowd, lock)
}

/// A time of tomorrow that belongs to no slot, as SQL.
const TOMORROW: &str = "date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' \
                        + interval '1 day 10 hours 7 minutes'";

#[tokio::test(flavor = "multi_thread")]
async fn fifty_who_ask_for_one_time_of_a_service_make_one_booking() {
    let (world, crowd, lock) = a_provider_and_a_crowd().await;
    let lesson = world.make_session("tara", 60, 50_000, 1).await;
    let ask = format!(
        "select api.book_time('{}', {TOMORROW}, p_offering_id => '{lesson}')",
        world.id("tara")
    );

    let words = all_at_once(&world, &crowd, &lock, &ask).await;

    let expected = BTreeMap::from([(String::new(), 1), ("slot_full".to_owned(), CROWD - 1)]);
    assert_eq!(words, expected);
    assert_eq!(world.value::<i64>("select count(*) from core.booking", &[]).await, 1);
}

/// Nobody has asked before, so the race also has to create the rows that bookings refer to.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_who_ask_for_one_hour_make_one_booking() {
    let (world, crowd, lock) = a_provider_and_a_crowd().await;
    world.execute("update core.provider set hourly_rate_minor = 40000", &[]).await;
    let ask = format!(
        "select api.book_time('{}', {TOMORROW}, {TOMORROW} + interval '1 hour')",
        world.id("tara")
    );

    let words = all_at_once(&world, &crowd, &lock, &ask).await;

    let expected = BTreeMap::from([(String::new(), 1), ("slot_full".to_owned(), CROWD - 1)]);
    assert_eq!(words, expected);
    let hours = "select count(*) from core.offering where kind = 'hour'";
    assert_eq!(world.value::<i64>(hours, &[]).await, 1);
    assert_eq!(world.value::<i64>("select count(*) from core.booking", &[]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_accepted_fifty_times_is_captured_once() {
    let (world, crowd, lock) = a_provider_and_a_crowd().await;
    let lesson = world.make_session("tara", 60, 50_000, 1).await;
    world.execute("update core.offering set booking_mode = 'request'", &[]).await;
    let ask = "select booking_id from api.book_time($1, now() + interval '1 day', null, $2)";
    world
        .execute(
            "update core.availability_rule set start_local = '00:00', end_local = '24:00'",
            &[],
        )
        .await;
    let booking: uuid::Uuid = {
        let rows = world.act(&crowd[0], ask, &[&world.id("tara"), &lesson]).await;
        rows.expect("the time is free")[0].get(0).expect("an id")
    };
    let paid = "update core.payment set authorized_minor = amount_minor, external_id = 'pi_1'";
    world.execute(paid, &[]).await;
    let requested = "update core.booking set status = 'requested', accept_by = starts_at";
    world.execute(requested, &[]).await;

    let tara = vec!["tara".to_owned(); CROWD];
    let accept = format!("select api.accept_booking('{booking}')");
    let words = all_at_once(&world, &tara, &lock, &accept).await;

    assert!(words.get("").is_some_and(|accepted| *accepted >= 1), "{words:?}");
    let captures = "select count(*) from core.stripe_command where kind = 'capture_payment'";
    assert_eq!(world.value::<i64>(captures, &[]).await, 1);
    let steps = "select count(*) from core.booking_event where to_status = 'confirmed'";
    assert_eq!(world.value::<i64>(steps, &[]).await, 1);
}
