//! A random calendar, and an independent calculation of its slots.

mod change;

use std::collections::BTreeSet;

use chrono::{
    DateTime, Datelike, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset,
    TimeZone, Utc,
};
use chrono_tz::Tz;
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use tests::{World, id};
use uuid::Uuid;

const ZONES: [Tz; 7] = [
    Tz::Europe__Copenhagen,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::Africa__Nairobi,
    Tz::Asia__Kathmandu,
    Tz::Africa__Casablanca,
    Tz::Pacific__Kiritimati,
];

/// A time of one of the calendar's offerings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// Which of the calendar's offerings.
    pub offering: usize,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}

/// The hours, exceptions and offerings of one expert, all within ten days.
#[derive(Debug)]
pub struct Calendar {
    zone: Tz,
    from: NaiveDate,
    rules: Vec<Rule>,
    exceptions: Vec<Exception>,
    offerings: Vec<Offering>,
}

#[derive(Debug)]
struct Rule {
    weekday: u32,
    start: NaiveTime,
    end: NaiveTime,
}

#[derive(Debug)]
struct Exception {
    is_block: bool,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

#[derive(Debug)]
struct Offering {
    minutes: i32,
    step: i32,
    before: i32,
    after: i32,
    notice: i32,
    seats: i32,
    price: i64,
}

impl Rule {
    fn random(random: &mut StdRng) -> Self {
        let quarter = |random: &mut StdRng| {
            NaiveTime::from_hms_opt(random.random_range(0..24), 15 * random.random_range(0..4), 0)
                .expect("a time")
        };
        Self { weekday: random.random_range(0..7), start: quarter(random), end: quarter(random) }
    }
}

impl Exception {
    fn random(random: &mut StdRng, midnight: DateTime<Utc>) -> Self {
        let starts_at = midnight + Duration::minutes(15 * random.random_range(0..900));
        let ends_at = starts_at + Duration::minutes(15 * random.random_range(1..40));
        Self { is_block: random.random_bool(0.6), starts_at, ends_at }
    }

    async fn write(&self, world: &World, expert: &str) {
        let verb = if self.is_block { "block_time" } else { "open_time" };
        let sql = format!("select api.{verb}($1, $2)");
        let done = world.act(expert, &sql, &[&self.starts_at, &self.ends_at]).await;
        done.expect("an expert may");
    }
}

impl Calendar {
    /// Half of the calendars contain the next clock change of their zone.
    pub fn random(random: &mut StdRng) -> Self {
        let zone = *ZONES.choose(random).expect("there are zones");
        let today = Utc::now().with_timezone(&zone).date_naive();
        let change = next_change(zone, today).filter(|_| random.random_bool(0.5));
        let from = match change {
            Some(day) => day - Duration::days(random.random_range(0..4)),
            None => today + Duration::days(random.random_range(0..20)),
        };
        let rules = (0..random.random_range(1..4)).map(|_| Rule::random(random)).collect();
        let midnight = Utc.from_utc_datetime(&from.and_time(NaiveTime::MIN));
        let exceptions =
            (0..random.random_range(0..3)).map(|_| Exception::random(random, midnight)).collect();
        let offerings = (0..random.random_range(1..3))
            .map(|_| Offering {
                minutes: 15 * random.random_range(2..9),
                step: 15 * random.random_range(2..7),
                before: *[0, 0, 10, 30].choose(random).expect("one"),
                after: *[0, 0, 15, 45].choose(random).expect("one"),
                notice: *[0, 60, 720].choose(random).expect("one"),
                seats: random.random_range(1..4),
                price: *[0, 0, 10000].choose(random).expect("one"),
            })
            .collect();
        Self { zone, from, rules, exceptions, offerings }
    }

    /// The instant after everything in the calendar.
    pub fn until(&self) -> DateTime<Utc> {
        Utc.from_utc_datetime(&(self.from + Duration::days(30)).and_time(NaiveTime::MIN))
    }

    /// Create the expert with offerings, hours and exceptions.
    pub async fn write(&self, world: &World, expert: &str) {
        let zone = self.zone.name();
        let become_expert = "select tutoring.become_expert($1, null, null, 'DKK', $2)";
        world.act(expert, become_expert, &[&expert, &zone]).await.expect("anybody may");
        self.write_rules(world, expert).await;
        for (n, o) in self.offerings.iter().enumerate() {
            let sql = "insert into core.offering
                         (offering_id, provider_id, title, duration_min, price_minor, slot_step_min,
                          buffer_before_min, buffer_after_min, min_notice_min, capacity)
                       values ($1, $2, 'Lesson', $3, $9, $4, $5, $6, $7, $8)";
            world
                .execute(
                    sql,
                    &[
                        &offering_id(expert, n),
                        &id(expert),
                        &o.minutes,
                        &o.step,
                        &o.before,
                        &o.after,
                        &o.notice,
                        &o.seats,
                        &o.price,
                    ],
                )
                .await;
        }
        for exception in &self.exceptions {
            exception.write(world, expert).await;
        }
    }

    async fn write_rules(&self, world: &World, expert: &str) {
        for rule in &self.rules {
            let sql = "insert into core.availability_rule
                         (provider_id, weekday, start_local, end_local, timezone, valid_from,
                          valid_to)
                       values ($1, $2, $3, $4, $5, $6, $7)";
            let weekday = i32::try_from(rule.weekday).expect("a weekday");
            let to = self.from + Duration::days(9);
            let zone = self.zone.name();
            world
                .execute(
                    sql,
                    &[&id(expert), &weekday, &rule.start, &rule.end, &zone, &self.from, &to],
                )
                .await;
        }
    }

    fn midnight(&self) -> DateTime<Utc> {
        Utc.from_utc_datetime(&self.from.and_time(NaiveTime::MIN))
    }

    /// The offering of this calendar with this key.
    pub fn offering_number(&self, expert: &str, key: Uuid) -> usize {
        let mut numbers = 0..self.offerings.len();
        numbers.find(|n| offering_id(expert, *n) == key).expect("an offering of theirs")
    }

    /// Every slot that the hours make, calculated from the design and not from the SQL.
    pub fn slots(&self) -> BTreeSet<Slot> {
        let mut slots = BTreeSet::new();
        for (n, offering) in self.offerings.iter().enumerate() {
            let length = Duration::minutes(offering.minutes.into());
            let step = Duration::minutes(offering.step.into());
            let mut add = |starts_at: DateTime<Utc>, closes_at: DateTime<Utc>| {
                let slot = Slot { offering: n, starts_at, ends_at: starts_at + length };
                if slot.ends_at <= closes_at && !self.is_blocked(&slot) {
                    slots.insert(slot);
                }
            };
            for (opens, closes) in self.windows() {
                let closes_at = self.closing(closes);
                let mut local = opens;
                while local < closes {
                    match self.zone.from_local_datetime(&local) {
                        LocalResult::None => {}
                        LocalResult::Single(at) => add(at.to_utc(), closes_at),
                        LocalResult::Ambiguous(first, second) => {
                            add(first.to_utc(), closes_at);
                            add(second.to_utc(), closes_at);
                        }
                    }
                    local += step;
                }
            }
            for open in self.exceptions.iter().filter(|exception| !exception.is_block) {
                let mut at = open.starts_at;
                while at < open.ends_at {
                    add(at, open.ends_at);
                    at += step;
                }
            }
        }
        slots
    }

    /// Whether seats are left, and nothing else occupies the expert.
    pub fn is_free(&self, slot: &Slot, taken: &[Slot]) -> bool {
        let same = taken.iter().filter(|other| *other == slot).count();
        let (from, to) = self.busy(slot);
        i32::try_from(same).expect("a few") < self.offerings[slot.offering].seats
            && taken.iter().filter(|other| *other != slot).all(|other| {
                let (other_from, other_to) = self.busy(other);
                to <= other_from || other_to <= from
            })
    }

    fn busy(&self, slot: &Slot) -> (DateTime<Utc>, DateTime<Utc>) {
        let offering = &self.offerings[slot.offering];
        let before = Duration::minutes(offering.before.into());
        let after = Duration::minutes(offering.after.into());
        (slot.starts_at - before, slot.ends_at + after)
    }

    fn is_blocked(&self, slot: &Slot) -> bool {
        self.exceptions
            .iter()
            .any(|x| x.is_block && x.starts_at < slot.ends_at && slot.starts_at < x.ends_at)
    }

    /// Opening and closing, in local time, of every day that the rules cover.
    fn windows(&self) -> Vec<(NaiveDateTime, NaiveDateTime)> {
        let days = (0..10).map(|n| self.from + Duration::days(n));
        days.flat_map(|day| {
            let of_day = move |rule: &&Rule| day.weekday().num_days_from_sunday() == rule.weekday;
            self.rules.iter().filter(of_day).map(move |rule| {
                let next = if rule.end <= rule.start { 1 } else { 0 };
                (day.and_time(rule.start), (day + Duration::days(next)).and_time(rule.end))
            })
        })
        .collect()
    }

    /// A closing time that a clock change skips is read with the offset from before the change.
    fn closing(&self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(_, at) => at.to_utc(),
            LocalResult::None => {
                let earlier = self.zone.from_local_datetime(&(local - Duration::hours(3)));
                let offset =
                    earlier.latest().expect("no two changes in three hours").offset().fix();
                Utc.from_utc_datetime(&(local - offset))
            }
        }
    }
}

fn offering_id(expert: &str, number: usize) -> Uuid {
    id(&format!("{expert} offering {number}"))
}

/// The first day from tomorrow on, within 380 days, on which the clocks of a zone change.
fn next_change(zone: Tz, today: NaiveDate) -> Option<NaiveDate> {
    let offset = |day: NaiveDate| {
        zone.offset_from_utc_datetime(&day.and_time(NaiveTime::MIN)).fix().local_minus_utc()
    };
    let mut days = (1..380).map(|n| today + Duration::days(n));
    days.find(|day| offset(*day) != offset(*day + Duration::days(1)))
}
