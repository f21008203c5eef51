//! The ledger under random operations; a seed gives the same operations in every run.
//!
//! `OPERATIONS=100000` sets their number; 1000 by default. Every two thousand of them use a new
//! world, so that a long run covers many histories and does not become slow.

use tests::World;

/// Operations in one transaction; afterwards everything must add up.
const BATCH: i32 = 200;
const BATCHES_OF_A_WORLD: i32 = 10;

#[tokio::test]
async fn whatever_happens_the_ledger_adds_up() {
    let wanted = std::env::var("OPERATIONS").ok().and_then(|text| text.parse().ok());
    let batches: i32 = wanted.unwrap_or(1000) / BATCH;
    let (mut refunds, mut transfers) = (0, 0);
    for first in (0..batches).step_by(10) {
        let world = World::new().await;
        world.speak_sql().await;
        world.sql("select tests.stage()").await;
        for batch in first..batches.min(first + BATCHES_OF_A_WORLD) {
            let seed = f64::from(batch) / f64::from(batches);
            let problems = world.rows("select tests.operate($1, $2)", &[&seed, &BATCH]).await;
            let problems: Vec<String> = problems.iter().map(|row| row.get(0)).collect();
            assert!(problems.is_empty(), "seed {seed}: {problems:?}");
        }
        let refunded = "select count(*) from core.refund where settled_at is not null";
        refunds += world.value::<i64>(refunded, &[]).await;
        let paid = "select count(*) from core.payout_leg where status = 'paid'";
        transfers += world.value::<i64>(paid, &[]).await;
    }
    println!("{} operations: {refunds} refunds, {transfers} transfers", batches * BATCH);
    assert!(refunds > 0 && transfers > 0, "the operations are too tame");
}
