//! Coupons under load: exactly as many uses as there are.

use futures_util::future::join_all;
use serde_json::json;
use tests::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_of_three_uses_is_used_three_times() {
    let world = World::new().await;
    world.speak_sql().await;
    world
        .sql(
            "insert into core.coupon (coupon_id, code, kind, percent, max_uses)
             values (tests.id('coupon'), 'THREE', 'percent', 10, 3);
             select tests.offer('slot ' || n, 'p' || n, 5000) from generate_series(1, 100) as n;
             select tests.introduce('c' || n) from generate_series(1, 100) as n;
             insert into core.customer (customer_id)
             select tests.id('c' || n) from generate_series(1, 100) as n;",
        )
        .await;
    let gun = world.hold("select from core.coupon where code = 'THREE' for update").await;
    let tries = (1..=100).map(|n| {
        let world = &world;
        async move {
            // Each has its own connection, and all wait for the coupon at once.
            let client = world.connection().await;
            let book = format!("select tests.book('slot {n}', 'c{n}', 'THREE')");
            client.batch_execute(&book).await.map_err(|error| {
                error.as_db_error().map(|db| db.message().to_owned()).unwrap_or_default()
            })
        }
    });
    // The server allows fewer connections than that; twenty waiting contenders are enough for a
    // race.
    let (tried, ()) = tokio::join!(
        async {
            let mut all = Vec::new();
            let mut tries: Vec<_> = tries.collect();
            while !tries.is_empty() {
                let some = tries.split_off(tries.len().saturating_sub(20));
                all.extend(join_all(some).await);
            }
            all
        },
        gun.fire_at(20)
    );
    assert_eq!(tried.iter().filter(|tried| tried.is_ok()).count(), 3);
    let refused = tried.into_iter().filter_map(Result::err);
    assert!(refused.into_iter().all(|word| word == "coupon_used_up"));
    assert_eq!(world.value::<i32>("select uses from core.coupon", &[]).await, 3);
    let counted = "select count(*) from core.order where discount_minor > 0";
    assert_eq!(world.value::<i64>(counted, &[]).await, 3);
}

/// Each guess is undone with its refusal, and counted all the same.
#[tokio::test]
async fn who_guesses_codes_is_told_nothing_after_twenty_that_were_wrong() {
    let world = World::new().await;
    world.make_expert("tara", "Europe/Copenhagen", "08:00", "20:00").await;
    let session = world.make_session("tara", 60, 50_000, 1).await;
    let slot_id = world.free_slots(session).await[0].slot_id;
    world.make_learner("alice").await;
    let right = json!({"p_code": "RIGHT", "p_percent": 10});
    world.rpc("tara", "create_coupon", right).await.ok();
    let quote = async |code: &str| {
        let asked = json!({"p_slot_id": slot_id, "p_coupon_code": code});
        world.rpc("alice", "quote_booking", asked).await
    };
    quote("RIGHT").await.ok();
    for n in 0..19 {
        quote(&format!("WRONG{n}")).await.refused(404, "coupon_not_found");
    }
    quote("RIGHT").await.ok();
    // The last wrong one is a booking, which writes; quotes only read.
    let book = json!({"p_learner_user_id": world.id("alice"), "p_slot_id": slot_id,
                      "p_coupon_code": "WRONG"});
    let booked = world.rpc("alice", "create_booking_with_payment", book).await;
    booked.refused(404, "coupon_not_found");
    quote("WRONG").await.refused(409, "too_many_guesses");
    quote("RIGHT").await.refused(409, "too_many_guesses");

    // Codes of others are not found out by making the same either.
    world.make_expert("omar", "Europe/Copenhagen", "08:00", "20:00").await;
    let make = async |code: &str| {
        let coupon = json!({"p_code": code, "p_percent": 10});
        world.rpc("omar", "create_coupon", coupon).await
    };
    for _ in 0..20 {
        assert_eq!(make("RIGHT").await.body["code"], "23505");
    }
    make("FREE").await.refused(409, "too_many_guesses");
}
