//! Coupons under load: exactly as many uses as there are.

use futures_util::future::join_all;
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
