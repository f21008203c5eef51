//! A stand-in for Stripe on this machine, for `cargo run` and for tests.
//!
//! A production build of `convene` does not contain this crate.
//!
//! It answers the endpoints Convene uses the way the real thing does where that matters: unknown
//! parameters are refused, idempotency keys are kept with their answers for a day, money moves
//! between balances that add up, declined cards decline, transfers need a capable account, and
//! every change is told by a signed webhook. Where the real thing is only sometimes nasty, this
//! one is nasty on demand: [`Fault`]s for its answers, a [`Nuisance`] for its webhooks, a clock
//! that can be advanced. Its objects are laid over Stripe's own fixtures.
//!
//! One mutex holds all state, each request changes it in one step, and nothing is awaited inside:
//! two runs of a test see the same history. With a file it survives a restart of `cargo run`.
//! It listens on loopback alone, takes test keys alone, and keeps no personal data.

mod account;
mod card;
mod charge;
mod confirm;
mod control;
mod currency;
mod customer;
mod delivery;
mod dispute;
mod due;
mod event;
mod failure;
mod fault;
mod handle;
mod idempotency;
mod list;
mod page;
mod params;
mod payment_intent;
mod payment_method;
mod payout;
mod purse;
mod refund;
mod request;
mod reversal;
mod route;
mod server;
mod setup_intent;
mod shape;
mod state;
mod transfer;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::Notify;

pub use delivery::{Endpoint, Nuisance};
pub use fault::{Fault, Kind};
pub use handle::{Options, StripeDouble};

use delivery::Courier;
use state::State;

/// How many requests are remembered.
const REMEMBERED: usize = 50_000;

/// The stand-in itself; [`StripeDouble`] is the handle to it.
struct Double {
    state: Mutex<State>,
    faults: Mutex<Vec<Fault>>,
    nuisance: Mutex<Nuisance>,
    requests: Mutex<VecDeque<Value>>,
    /// Something is to be delivered.
    wake: Notify,
    /// Held by whoever delivers.
    turn: tokio::sync::Mutex<()>,
    courier: Courier,
    file: Option<PathBuf>,
}

impl Double {
    fn new(state: State, file: Option<PathBuf>) -> Self {
        Self {
            state: Mutex::new(state),
            faults: Mutex::default(),
            nuisance: Mutex::default(),
            requests: Mutex::default(),
            wake: Notify::new(),
            turn: tokio::sync::Mutex::default(),
            courier: delivery::courier(),
            file,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        open(&self.state)
    }

    fn nuisance(&self) -> Nuisance {
        open(&self.nuisance).clone()
    }

    /// Whether this sending is one of those to be lost.
    fn lose_one(&self) -> bool {
        let mut nuisance = open(&self.nuisance);
        let lost = nuisance.lost > 0;
        nuisance.lost = nuisance.lost.saturating_sub(1);
        lost
    }

    fn remember(&self, request: Value) {
        let mut requests = open(&self.requests);
        requests.push_back(request);
        if requests.len() > REMEMBERED {
            requests.pop_front();
        }
    }

    /// Write the state to its file, if it has one. A reader sees all of it or the one before.
    fn save(&self) {
        let Some(file) = &self.file else { return };
        let written =
            serde_json::to_vec(&*self.state()).map_err(std::io::Error::from).and_then(|state| {
                let fresh = file.with_extension("new");
                std::fs::write(&fresh, state)?;
                std::fs::rename(&fresh, file)
            });
        if let Err(error) = written {
            tracing::error!(%error, file = %file.display(), "cannot save the Stripe stand-in");
        }
    }
}

/// A panic elsewhere does not make the state unreadable.
fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
