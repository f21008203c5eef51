//! The slot list is the truth: what it shows can be booked, and nothing else can.
//!
//! Random calendars are compared with an oracle that shares no line with the SQL and reads the
//! clock changes from chrono-tz. `CALENDARS=1000` sets their number. In each calendar, people book,
//! move and cancel while its expert changes hours and blocks times; the list is compared after
//! every step.

mod calendar;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use futures_util::{StreamExt, stream};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IteratorRandom};
use tests::World;
use uuid::Uuid;

use calendar::{Calendar, Slot};

/// Tries to book a slot as a learner, reports the result, and rolls back.
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
    world.sql("update core.marketplace set slot_horizon_days = 420, max_slots = 50000").await;
    world.sql(TRY_BOOK).await;
    world.make_learners(1).await;

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

/// A booking that is in force.
#[derive(Debug)]
struct Booking {
    id: Uuid,
    learner: String,
    slot: Slot,
}

/// One calendar: people book, move and cancel, and its expert changes hours and blocks times.
struct Story<'a> {
    world: &'a World,
    expert: String,
    calendar: Calendar,
    bookings: Vec<Booking>,
    random: StdRng,
}

async fn check(world: &World, seed: u64) -> Tally {
    let mut random = StdRng::seed_from_u64(seed);
    let calendar = Calendar::random(&mut random);
    let expert = format!("expert-{seed}");
    calendar.write(world, &expert).await;
    for n in 0..3 {
        world.make_learner(&format!("learner-{seed}-{n}")).await;
    }
    let mut story = Story { world, expert, calendar, bookings: Vec::new(), random };

    let mut listed = story.compare(&format!("seed {seed}, at first")).await;
    for step in 0..8 {
        let what = story.step(seed, &listed).await;
        listed = story.compare(&format!("seed {seed}, step {step}, {what}")).await;
    }
    try_all(world, &story.expert, &listed, seed).await
}

impl Story<'_> {
    /// The list must equal the oracle's.
    async fn compare(&self, when: &str) -> BTreeMap<Slot, Uuid> {
        let listed = list(self.world, &self.expert, &self.calendar).await;
        let taken: Vec<Slot> = self.bookings.iter().map(|booking| booking.slot.clone()).collect();
        let slots = self.calendar.slots().into_iter();
        let expected: BTreeSet<Slot> =
            slots.filter(|slot| slot.is_far() && self.calendar.is_free(slot, &taken)).collect();
        assert_eq!(far(&listed), expected, "{when}: {taken:?} {:#?}", self.calendar);
        listed
    }

    /// Do something at random; returns what it was, in words.
    async fn step(&mut self, seed: u64, listed: &BTreeMap<Slot, Uuid>) -> String {
        let booked = self.bookings.len();
        let chosen = if booked == 0 { 0 } else { self.random.random_range(0..booked) };
        match self.random.random_range(0..10) {
            0..4 => self.book(seed, listed).await,
            4 if booked > 0 => self.cancel(chosen).await,
            5 if booked > 0 => self.lapse(chosen).await,
            6 if booked > 0 => self.reschedule(chosen, listed).await,
            7 => {
                let slot = self.bookings.get(chosen).map(|booking| booking.slot.clone());
                let (calendar, random) = (&mut self.calendar, &mut self.random);
                calendar.except(self.world, &self.expert, random, slot.as_ref()).await;
                "a time is blocked or opened".into()
            }
            8 => {
                self.calendar.take_back(self.world, &self.expert).await;
                "exceptions are taken back".into()
            }
            9 => {
                let (calendar, random) = (&mut self.calendar, &mut self.random);
                calendar.change_hours(self.world, &self.expert, random).await;
                "the hours change".into()
            }
            _ => "nothing".into(),
        }
    }

    fn choose(&mut self, listed: &BTreeMap<Slot, Uuid>) -> Option<(Slot, Uuid)> {
        let slots = listed.iter().filter(|(slot, _)| slot.is_far());
        slots.choose(&mut self.random).map(|(slot, slot_id)| (slot.clone(), *slot_id))
    }

    async fn book(&mut self, seed: u64, listed: &BTreeMap<Slot, Uuid>) -> String {
        let learner = format!("learner-{seed}-{}", self.random.random_range(0..3));
        let Some((slot, slot_id)) = self.choose(listed) else { return "nothing is free".into() };
        let sql = "select booking_id from tutoring.create_booking_with_payment($1, $2)";
        match self.world.act(&learner, sql, &[&self.world.id(&learner), &slot_id]).await {
            Ok(rows) => self.bookings.push(Booking { id: rows[0].get(0).unwrap(), learner, slot }),
            Err(error) => return format!("refused: {error}"),
        }
        "booked".into()
    }

    async fn cancel(&mut self, chosen: usize) -> String {
        let booking = self.bookings.swap_remove(chosen);
        let who = if self.random.random_bool(0.5) { &booking.learner } else { &self.expert };
        let cancel = "select 1 from api.cancel_booking($1)";
        let done = self.world.act(who, cancel, &[&booking.id]).await;
        done.expect("either side may cancel");
        format!("{who} cancels")
    }

    /// End the hold of an unpaid booking.
    async fn lapse(&mut self, chosen: usize) -> String {
        let sql = "with ended as (
                     update core.booking set hold_expires_at = now() - interval '1 second'
                     where booking_id = $1 and status = 'pending_payment'
                     returning slot_id)
                   select slot_id from ended";
        let rows = self.world.rows(sql, &[&self.bookings[chosen].id]).await;
        let Some(row) = rows.first() else { return "nothing".into() };
        let slot_id: Uuid = row.get(0);
        self.world.execute("select internal.settle_slot($1)", &[&slot_id]).await;
        self.bookings.swap_remove(chosen);
        "a hold ends".into()
    }

    async fn reschedule(&mut self, chosen: usize, listed: &BTreeMap<Slot, Uuid>) -> String {
        let offering = self.bookings[chosen].slot.offering;
        let mut others = listed.clone();
        others.retain(|slot, _| slot.offering == offering);
        let Some((slot, slot_id)) = self.choose(&others) else { return "nothing is free".into() };
        let booking = &mut self.bookings[chosen];
        let sql = "select 1 from api.reschedule_booking($1, $2)";
        match self.world.act(&booking.learner, sql, &[&booking.id, &slot_id]).await {
            Ok(_) => booking.slot = slot,
            Err(error) => return format!("refused: {error}"),
        }
        "moved".into()
    }
}

/// Somebody without a booking tries every slot of the expert: exactly the listed ones can be
/// booked.
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
            let offering = calendar.offering_number(expert, row.get(1).unwrap());
            let (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>) =
                (row.get(2).unwrap(), row.get(3).unwrap());
            (Slot { offering, starts_at, ends_at }, row.get(0).unwrap())
        })
        .collect()
}

/// Time passes during a test, so slots within minutes of the limit are not compared.
fn far(listed: &BTreeMap<Slot, Uuid>) -> BTreeSet<Slot> {
    listed.keys().filter(|slot| slot.is_far()).cloned().collect()
}

impl Slot {
    fn is_far(&self) -> bool {
        self.starts_at > Utc::now() + Duration::hours(13)
    }
}
