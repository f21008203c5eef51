//! The slot list is the truth: what it shows can be booked, and nothing else can.
//!
//! Random calendars are compared with an oracle that shares no line with the SQL: it reads
//! the clock changes from chrono-tz. `CALENDARS=1000` is the number of them.

mod calendar;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use futures_util::{StreamExt, stream};
use rand::{Rng, SeedableRng, rngs::StdRng};
use tests::World;
use uuid::Uuid;

use calendar::{Calendar, Slot};

/// Tries to book a slot as a learner, says how that went, and leaves nothing behind.
const TRY_BOOK: &str = "
create schema if not exists tests;
create function tests.try_book(p_learner_id uuid, p_slot_id uuid)
returns text
language plpgsql
as $$
begin
  perform set_config('app.user_id', p_learner_id::text, true),
          set_config('role', 'authenticated', true);
  perform tutoring.create_booking_with_payment(p_learner_id, p_slot_id);
  raise exception 'booked';
exception
  when others then return sqlerrm;
end
$$;";

fn wanted() -> u64 {
    std::env::var("CALENDARS").ok().and_then(|text| text.parse().ok()).unwrap_or(1000)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_listed_slot_books_and_every_unlisted_one_is_refused() {
    let world = World::new().await;
    world.sql("update core.marketplace set slot_horizon_days = 420").await;
    world.sql(TRY_BOOK).await;
    world.make_learners(3).await;

    let results = stream::iter(0..wanted())
        .map(|seed| check(&world, seed))
        .buffer_unordered(6)
        .collect::<Vec<Tally>>()
        .await;

    let total = results.iter().fold(Tally::default(), |sum, tally| Tally {
        booked: sum.booked + tally.booked,
        refused: sum.refused + tally.refused,
    });
    println!("{} calendars: {total:?}", results.len());
    assert!(total.booked > 0 && total.refused > 0, "the calendars are too tame: {total:?}");
}

#[derive(Debug, Default)]
struct Tally {
    booked: usize,
    refused: usize,
}

async fn check(world: &World, seed: u64) -> Tally {
    let mut random = StdRng::seed_from_u64(seed);
    let calendar = Calendar::random(&mut random);
    let expert = format!("expert-{seed}");
    calendar.write(world, &expert).await;

    let listed = list(world, &expert, &calendar).await;
    let expected: BTreeSet<Slot> = calendar.slots().into_iter().filter(|s| s.is_far()).collect();
    assert_eq!(far(&listed), expected, "seed {seed}: {calendar:#?}");

    // Some are booked, one of those is cancelled; what remains is asked of the oracle again.
    let mut taken: Vec<(Slot, i32)> = Vec::new();
    let slots: Vec<(&Slot, &Uuid)> = listed.iter().filter(|(slot, _)| slot.is_far()).collect();
    for n in 0..slots.len().min(3) {
        let (slot, slot_id) = slots[random.random_range(0..slots.len())];
        let learner = format!("learner-{n}");
        let sql = "select booking_id from tutoring.create_booking_with_payment($1, $2)";
        let Ok(rows) = world.act(&learner, sql, &[&world.id(&learner), slot_id]).await else {
            continue;
        };
        let booking: Uuid = rows[0].get(0);
        if n == 1 {
            let cancel = "select 1 from api.cancel_booking($1)";
            world.act(&learner, cancel, &[&booking]).await.expect("one may cancel");
        } else {
            taken.push((slot.clone(), 1));
        }
    }
    let listed = list(world, &expert, &calendar).await;
    let expected: BTreeSet<Slot> =
        expected.into_iter().filter(|slot| calendar.is_free(slot, &taken)).collect();
    assert_eq!(far(&listed), expected, "seed {seed}, after {taken:?}: {calendar:#?}");

    try_all(world, &expert, &listed, seed).await
}

/// Every slot of the expert is tried by somebody with no booking: listed ones book.
async fn try_all(world: &World, expert: &str, listed: &BTreeMap<Slot, Uuid>, seed: u64) -> Tally {
    let newcomer = format!("newcomer-{seed}");
    world.make_learner(&newcomer).await;
    let sql = "select s.slot_id, tests.try_book($2, s.slot_id)
               from (select slot_id from core.slot where provider_id = $1
                     order by md5(slot_id::text || $3) limit 12) as s";
    let salt = seed.to_string();
    let rows = world.rows(sql, &[&world.id(expert), &world.id(&newcomer), &salt]).await;
    let free: BTreeSet<Uuid> = listed.values().copied().collect();

    let mut tally = Tally::default();
    for row in rows {
        let (slot_id, outcome): (Uuid, String) = (row.get(0), row.get(1));
        let is_listed = free.contains(&slot_id);
        assert_eq!(outcome == "booked", is_listed, "seed {seed}, slot {slot_id}: {outcome}");
        match is_listed {
            true => tally.booked += 1,
            false => tally.refused += 1,
        }
    }
    tally
}

async fn list(world: &World, expert: &str, calendar: &Calendar) -> BTreeMap<Slot, Uuid> {
    let sql = "select slot_id, offering_id, starts_at, ends_at
               from api.list_free_slots(null, $1, $2, $3, 1000)";
    let until = calendar.until();
    let rows = world
        .act("learner-0", sql, &[&world.id(expert), &Utc::now(), &until])
        .await
        .expect("anybody may look");
    rows.iter()
        .map(|row| {
            let offering = calendar.offering_number(expert, row.get(1));
            let (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>) = (row.get(2), row.get(3));
            (Slot { offering, starts_at, ends_at }, row.get(0))
        })
        .collect()
}

/// Time passes while a test runs: what lies within minutes of the edge is not compared.
fn far(listed: &BTreeMap<Slot, Uuid>) -> BTreeSet<Slot> {
    listed.keys().filter(|slot| slot.is_far()).cloned().collect()
}

impl Slot {
    fn is_far(&self) -> bool {
        self.starts_at > Utc::now() + Duration::hours(13)
    }
}
