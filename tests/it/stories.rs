//! Random stories about money; an audit from outside checks each when it ends.
//!
//! Holds, expiry, repetition, late payments, cancellations, no-shows, disputes, refunds, payouts
//! and reversals happen in any order, while events are delayed, copied or lost, calls fail, and
//! clocks jump. Then everything may recover, and the audit compares Stripe's side with ours.
//!
//! `STORIES=10000` sets their number, 200 by default, and `STORY_FROM` the seed of the first world;
//! `STORY_SEED` repeats one world.

mod act;
mod audit;
mod weather;

use std::{collections::BTreeMap, time::Duration};

use payouts::Task;
use rand::{Rng, SeedableRng, rngs::StdRng};
use stripe_double::Nuisance;
use tokio::time::Instant;

use crate::till::Till;

/// Stories that run at the same time in one world.
const STORIES_OF_A_WORLD: usize = 20;

/// Things that happen in every run.
const COMMON: [&str; 8] = [
    "payments",
    "authorised",
    "refunds that arrived",
    "refunds that failed",
    "disputes lost",
    "transfers",
    "reversals",
    "cancellations",
];

/// The largest number of things that happen in a story.
const ACTS: usize = 12;

/// After so many sweeps, nothing may be left to do.
const SWEEPS: usize = 14;

/// After so many sweeps, Stripe has forgotten the keys of calls whose outcome is still unknown.
const KEYS_ARE_FORGOTTEN: usize = 6;

/// One story: its people, and what has been done so far.
pub(super) struct Story {
    /// Its slot, and the start of its customers' names.
    name: String,
    provider: String,
    /// Bookings with their payments and their customers.
    booked: Vec<Booked>,
    disputes: Vec<String>,
    /// Answers to cancellations: booking and amount.
    promised: Vec<(String, i64)>,
    log: Vec<String>,
}

#[derive(Clone)]
struct Booked {
    booking: String,
    payment: String,
    customer: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_every_story_about_money_ends_well() {
    let wanted = std::env::var("STORIES").ok().and_then(|text| text.parse().ok());
    let stories: usize = wanted.unwrap_or(200);
    let only: Option<u64> = std::env::var("STORY_SEED").ok().and_then(|text| text.parse().ok());
    let worlds = stories.div_ceil(STORIES_OF_A_WORLD) as u64;
    let first: u64 =
        std::env::var("STORY_FROM").ok().map_or(0, |text| text.parse().expect("a seed"));
    let seeds: Vec<u64> = only.map_or_else(|| (first..first + worlds).collect(), |seed| vec![seed]);

    let (mut failed, mut seen) = (Vec::new(), BTreeMap::new());
    for pair in seeds.chunks(2) {
        for outcome in futures_util::future::join_all(pair.iter().map(|seed| tell(*seed))).await {
            failed.extend(outcome.problems);
            for (what, times) in outcome.seen {
                *seen.entry(what).or_insert(0) += times;
            }
        }
    }
    println!("{} stories in {} worlds: {seen:?}", seeds.len() * STORIES_OF_A_WORLD, seeds.len());
    assert!(failed.is_empty(), "{} problems:\n{}", failed.len(), failed.join("\n"));
    // Rare things need not happen in the default two hundred stories.
    let is_due = |what: &str| stories >= 1000 || COMMON.contains(&what);
    let tame: Vec<_> = seen.iter().filter(|(what, n)| **n == 0 && is_due(what)).collect();
    assert!(only.is_some() || tame.is_empty(), "the stories are too tame: {tame:?}");
}

/// The results of the stories of a world.
struct Outcome {
    problems: Vec<String>,
    /// How often each thing happened: stories in which nothing happens prove nothing.
    seen: BTreeMap<String, i64>,
}

/// Run the stories of one world.
async fn tell(seed: u64) -> Outcome {
    let mut dice = StdRng::seed_from_u64(seed);
    let till = Till::new().await;
    let begun = Instant::now();
    let mut stories = till.begin(&mut dice).await;
    for story in &mut stories {
        till.first_acts(story, &mut dice).await;
    }
    for _ in 0..STORIES_OF_A_WORLD * ACTS {
        let story = dice.random_range(0..stories.len());
        till.next_act(&mut stories[story], &mut dice).await;
    }
    let told = Instant::now();
    till.heal().await;
    let mut problems = till.problems(&stories).await;
    println!("world {seed}: {:?} told, {:?} in all", told - begun, begun.elapsed());
    if !problems.is_empty() && std::env::var_os("STORY_SEED").is_some() {
        for story in &stories {
            problems.push(format!("{}: {}", story.name, story.log.join("; ")));
        }
        let rows = "select to_jsonb(r)::text from core.refund as r union all
                    select to_jsonb(d)::text from core.dispute as d union all
                    select to_jsonb(t)::text from core.balance_transaction as t
                    where t.agreed_at is null union all
                    select to_jsonb(c)::text from core.stripe_command as c
                    where c.state <> 'done'";
        let rows = self::rows(&till, rows).await;
        problems.extend(rows);
    }
    let named = |problem: String| format!("STORY_SEED={seed}: {problem}");
    let seen = till.world.rows("select * from tests.seen_in_stories()", &[]).await;
    Outcome {
        problems: problems.into_iter().map(named).collect(),
        seen: seen.iter().map(|row| (row.get(0), row.get(1))).collect(),
    }
}

impl Till {
    /// Creates three providers with accounts at Stripe, a member of staff, and the stories.
    async fn begin(&self, dice: &mut StdRng) -> Vec<Story> {
        self.world
            .sql(
                "select tests.make_staff('sam');
                 select tests.introduce('tara', 'uwe', 'vera');
                 insert into core.provider (provider_id)
                 select tests.id(name) from unnest(array['tara', 'uwe', 'vera']) as name;
                 insert into core.coupon (coupon_id, code, kind, percent, per_customer)
                 values (tests.id('tenth'), 'TENTH', 'percent', 10, 1000000);
                 update core.marketplace
                 set max_holds = 1000, max_cancels_a_day = 1000, cancel_grace_min = 0;",
            )
            .await;
        for provider in ["tara", "uwe", "vera"] {
            self.onboard_as(provider).await;
        }
        let mut stories = Vec::new();
        for n in 0..STORIES_OF_A_WORLD {
            let provider = ["tara", "uwe", "vera"][n % 3].to_owned();
            let name = format!("story {n}");
            let price = dice.random_range(500..40_000);
            let currency = if dice.random_bool(0.5) { "DKK" } else { "EUR" };
            let mode = if dice.random_bool(0.3) { "request" } else { "instant" };
            let capacity = dice.random_range(1..3);
            let hours = 30 + 3 * n;
            let sql = format!(
                "select tests.begin_story('{name}', '{provider}', {price}, '{currency}', '{mode}',
                   {capacity}, now() + interval '{hours} hours')"
            );
            self.world.sql(&sql).await;
            stories.push(Story {
                name,
                provider,
                booked: Vec::new(),
                disputes: Vec::new(),
                promised: Vec::new(),
                log: Vec::new(),
            });
        }
        stories
    }

    /// Everything works again: events arrive, calls succeed, staff does its work. Afterwards
    /// nothing may be left to do.
    async fn heal(&self) {
        self.stripe.nuisance(Nuisance::default());
        self.stripe.forget_faults();
        for sweep in 0..SWEEPS {
            let hours = if sweep == KEYS_ARE_FORGOTTEN { 25 } else { 0 };
            self.stripe.advance(Duration::from_secs(hours * 3600 + 120));
            self.stripe.settled().await;
            self.hurry().await;
            self.schedule(Task::Sweep).await;
            self.mend_refunds().await;
            let sql = "select count(*)::text from tests.stuck() as s";
            if self.text(sql).await == "0" && self.text(OPEN).await == "0" {
                break;
            }
        }
    }

    /// What the schedules do: the clock, then a run of payouts.
    async fn schedule(&self, task: Task) {
        let later = Instant::now() + Duration::from_secs(120);
        for outcome in clock::run(&self.service, later).await {
            assert!(outcome.error.is_none(), "{outcome:?}");
        }
        self.payouts.run(task, later).await.expect("the run ends well");
        self.stripe.settled().await;
    }
}

async fn rows(till: &Till, sql: &str) -> Vec<String> {
    till.world.rows(sql, &[]).await.iter().map(|row| row.get(0)).collect()
}

/// Failed refunds that wait for staff. During a dispute they wait for its end.
const OPEN: &str = "select count(*) from core.refund
    where status in ('failed', 'rejected') and resent_as is null
      and internal.dispute_state(payment_id) <> 'open'";
