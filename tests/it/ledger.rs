//! The ledger under random operations, which are the same in every run of a seed.
//!
//! `OPERATIONS=100000` is the number of them.

use tests::World;

const BATCH: i32 = 200;

#[tokio::test]
async fn whatever_happens_the_ledger_adds_up() {
    let world = World::new().await;
    world.speak_sql().await;
    world.sql("select tests.stage()").await;
    let wanted = std::env::var("OPERATIONS").ok().and_then(|text| text.parse().ok());
    let batches = wanted.unwrap_or(1000) / BATCH;
    for batch in 0..batches {
        let seed = f64::from(batch) / f64::from(batches);
        let problems = world.rows("select tests.operate($1, $2)", &[&seed, &BATCH]).await;
        let problems: Vec<String> = problems.iter().map(|row| row.get(0)).collect();
        assert!(problems.is_empty(), "seed {seed}: {problems:?}");
    }
    let refunded = "select count(*) from core.refund where settled_at is not null";
    assert!(world.value::<i64>(refunded, &[]).await > 0, "the operations are too tame");
    let paid = "select count(*) from core.payout_leg where status = 'paid'";
    assert!(world.value::<i64>(paid, &[]).await > 0, "the operations are too tame");
}
