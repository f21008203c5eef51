//! Many clients order overlapping baskets at once, over HTTP, while money arrives and holds end.

use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};
use tests::{Answer, World};
use tokio_postgres::Client;

const SELLERS: [&str; 4] = ["tara", "uwe", "vera", ""];
const SLOTS: usize = 12;
const GOODS: usize = 8;
const PIECES: i64 = 200;

/// Slots of three sellers, goods of theirs and of the platform, and a coupon that makes an order
/// free, so that it is fulfilled at once.
async fn town(world: &World) -> Vec<Value> {
    world.speak_sql().await;
    world
        .sql(
            "insert into core.coupon (coupon_id, code, kind, percent, per_customer)
             values (gen_random_uuid(), 'ALL', 'percent', 100, 1000000);
             update core.marketplace
             set max_holds = 100000, max_free = 100000, max_free_provider = 100000,
                 max_free_a_day = 100000, max_cancels_a_day = 100000",
        )
        .await;
    let mut items = Vec::new();
    for n in 0..SLOTS {
        let seller = SELLERS[n % 3];
        let slot = format!(
            "select tests.offer('slot {n}', '{seller}', 5000, p_capacity => 5,
               p_starts => now() + interval '2 days' + {n} * interval '2 hours')"
        );
        world.sql(&slot).await;
        items.push(json!({ "slot_id": world.id(&format!("slot {n}")) }));
    }
    for n in 0..GOODS {
        let seller = SELLERS[n % 4];
        let goods = format!(
            "select tests.goods('goods {n}', nullif('{seller}', ''), 1000, p_on_hand => {PIECES}::int)"
        );
        world.sql(&goods).await;
        items.push(json!({ "offering_id": world.id(&format!("offering goods {n}")) }));
    }
    items
}

async fn order(world: &World, items: &[Value], n: usize, until: Instant) -> Vec<Answer> {
    let mut random = StdRng::seed_from_u64(n as u64);
    let mut answers = Vec::new();
    while Instant::now() < until {
        let count = random.random_range(1..=5);
        let basket: Vec<&Value> = items.choose_multiple(&mut random, count).collect();
        let mut arguments = json!({ "p_items": basket });
        if random.random_bool(0.4) {
            arguments["p_coupon_code"] = json!("ALL");
        }
        let customer = format!("learner-{n}");
        answers.push(world.rpc(customer.as_str(), "place_order", arguments).await);
    }
    answers
}

/// What Stripe, the clock and customers do meanwhile; each step is its own transaction.
async fn meanwhile(client: Client, until: Instant) {
    const STEPS: [&str; 5] = [
        "select tests.arrives(p.payment_id) from core.payment as p
         where p.captured_minor = 0 and p.processor = 'stripe' order by random() limit 1",
        "update core.booking set hold_expires_at = now() - interval '1 second'
         where booking_id = (select booking_id from core.booking
                             where status = 'pending_payment' order by random() limit 1)",
        "select set_config('tests.some', (
           select b.booking_id::text from core.booking as b
           where b.status in ('confirmed', 'pending_payment') order by random() limit 1), true);
         select tests.act_as_service();
         select api.cancel_booking(nullif(current_setting('tests.some'), '')::uuid)",
        "select tests.act_as_service(); select api.expire_bookings(); select api.expire_orders()",
        "select set_config('tests.some', (
           select l.order_line_id::text from core.order_line as l
           where l.fulfilment = 'placed' and l.called_off_at is null
           order by random() limit 1), true);
         select tests.act_as_service();
         select api.move_fulfilment(nullif(current_setting('tests.some'), '')::uuid, 'shipped')",
    ];
    while Instant::now() < until {
        for step in STEPS {
            let done = client.batch_execute(&format!("begin; {step}; commit")).await;
            let code = done.as_ref().err().and_then(|error| error.code().map(|code| code.code()));
            // Another client may have cancelled or paid it first.
            let is_refusal = code.is_none_or(|code| code.starts_with('M'));
            assert!(is_refusal, "{step}: {done:?}");
            if done.is_err() {
                client.batch_execute("rollback").await.expect("a new beginning");
            }
        }
    }
}

/// `BASKET_SECONDS=30` sets the duration.
#[tokio::test(flavor = "multi_thread")]
async fn overlapping_baskets_meet_without_a_deadlock_and_nothing_is_oversold() {
    let world = World::new().await;
    let items = town(&world).await;
    let customers = world.make_learners(64).await;
    let seconds = std::env::var("BASKET_SECONDS").ok().and_then(|text| text.parse().ok());
    let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(3));

    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(meanwhile(world.connection().await, until));
    }
    let orders = (0..customers.len()).map(|n| order(&world, &items, n, until));
    let (answers, _) = join(join_all(orders), join_all(others)).await;

    let answers = answers.concat();
    let placed = answers.iter().filter(|answer| answer.status == 200).count();
    println!("{} orders asked, {placed} placed", answers.len());
    let broken: Vec<&Answer> = answers.iter().filter(|answer| answer.status >= 500).collect();
    assert!(broken.is_empty(), "{broken:?}");
    assert!(placed > 0 && placed < answers.len(), "nobody met anybody");

    world.sql("select pg_stat_clear_snapshot()").await;
    let deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
    assert_eq!(world.value::<i64>(deadlocks, &[]).await, 0);
    let oversold = "select count(*) from core.slot as s
        where s.taken > s.capacity or s.taken <> (
          select coalesce(sum(b.seats), 0) from core.booking as b
          where b.slot_id = s.slot_id and internal.takes_seat(b.status))";
    assert_eq!(world.value::<i64>(oversold, &[]).await, 0);
    let miscounted = "select count(*) from core.stock_item as s
        where s.on_hand + (
          select coalesce(sum(l.quantity), 0) from core.order_line as l
          where l.offering_id = s.offering_id and l.called_off_at is null
            and l.fulfilment in ('placed', 'shipped')) <> $1";
    assert_eq!(world.value::<i64>(miscounted, &[&PIECES]).await, 0);
    let problems = world.rows("select tests.ledger_problems()", &[]).await;
    let problems: Vec<String> = problems.iter().map(|row| row.get(0)).collect();
    assert!(problems.is_empty(), "{problems:?}");
}
