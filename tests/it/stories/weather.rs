//! Faults around a story: clocks, processes, events and calls.

use std::time::Duration;

use payouts::Task;
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use stripe_double::{Fault, Kind, Nuisance};

use super::act::TIME;
use crate::till::Till;

/// Some calls fail.
const CALLS: [&str; 6] = [
    "*",
    "POST /v1/payment_intents",
    "POST /v1/payment_intents/:id/capture",
    "POST /v1/refunds",
    "POST /v1/transfers",
    "POST /v1/transfers/:id/reversals",
];

impl Till {
    pub(super) async fn clock_jumps(&self, dice: &mut StdRng) -> String {
        let minutes = match dice.random_bool(0.7) {
            true => dice.random_range(1..30),
            false => dice.random_range(30..600),
        };
        let sql = format!("select tests.jump(interval '{minutes} minutes')::text");
        self.attempt(TIME, &sql).await;
        let seconds = dice.random_range(0..5000);
        self.stripe.advance(Duration::from_secs(seconds));
        self.arrive(dice).await;
        format!("clocks jump by {minutes} minutes here and {seconds} seconds there")
    }

    pub(super) async fn sweep_runs(&self, dice: &mut StdRng) -> String {
        if dice.random_bool(0.5) {
            self.hurry().await;
        }
        self.schedule(Task::Sweep).await;
        "a sweep".into()
    }

    /// A process dies after it claimed commands: before the call, or before it recorded the answer.
    pub(super) async fn a_process_dies(&self, dice: &mut StdRng) -> String {
        let claimed = self.commands.claim(3, None).await.expect("commands can be claimed");
        let calls = dice.random_bool(0.6);
        if calls {
            for command in &claimed {
                self.commands.call(command).await;
            }
        }
        format!("a process dies with {} commands, called: {calls}", claimed.len())
    }

    pub(super) fn events_get_worse(&self, dice: &mut StdRng) -> String {
        let nuisance = Nuisance {
            held: dice.random_bool(0.15),
            copies: dice.random_range(1..3),
            shuffled: dice.random_bool(0.5),
            dropped_percent: [0, 0, 20, 60, 100].choose(dice).copied().unwrap_or_default(),
            delay_millis: dice.random_range(0..5),
            ..Nuisance::default()
        };
        let done = format!("{nuisance:?}");
        self.stripe.nuisance(nuisance);
        done
    }

    pub(super) fn a_call_will_fail(&self, dice: &mut StdRng) -> String {
        let on = CALLS.choose(dice).expect("there is one");
        let kind = match dice.random_range(0..5) {
            0 => Kind::ServerError { stored: dice.random_bool(0.5) },
            1 => Kind::RateLimited,
            2 if *on != "*" => Kind::Refused,
            _ => Kind::Drop,
        };
        let after = dice.random_bool(0.5) && kind != Kind::Refused && kind != Kind::RateLimited;
        let fault =
            if after { Fault::after(on, kind.clone()) } else { Fault::before(on, kind.clone()) };
        self.stripe.fault(fault);
        format!("{on} will fail: {kind:?}, after {after}")
    }

    /// Make everything that waits due now.
    pub(super) async fn hurry(&self) {
        self.attempt(TIME, "select tests.hurry()::text").await;
    }

    /// Usually the webhooks have arrived before the next thing happens.
    pub(super) async fn arrive(&self, dice: &mut StdRng) {
        if dice.random_bool(0.8) {
            self.stripe.settled().await;
        }
    }
}
