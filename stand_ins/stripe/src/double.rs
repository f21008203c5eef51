//! The stand-in itself: its state behind one lock, and all that may change it.

mod delivery;

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::Notify;

use crate::failure::Failure;
use crate::fault::Fault;
use crate::object::payment_intent;
use crate::request::params::Params;
use crate::state::State;
use crate::state::endpoint::{Endpoint, Nuisance, is_here};
use crate::state::journal::Journal;
use crate::tell::courier::Courier;

/// How many requests are remembered.
const REMEMBERED: usize = 50_000;

/// The stand-in itself; `StripeDouble` is the handle to it.
pub(crate) struct Double {
    pub(crate) state: Mutex<State>,
    pub(crate) faults: Mutex<Vec<Fault>>,
    pub(crate) nuisance: Mutex<Nuisance>,
    pub(crate) requests: Mutex<VecDeque<Value>>,
    /// Something is to be delivered.
    pub(crate) wake: Notify,
    /// Held by whoever delivers.
    pub(crate) turn: tokio::sync::Mutex<()>,
    pub(crate) courier: Courier,
    pub(crate) journal: Option<Mutex<Journal>>,
}

impl Double {
    pub(crate) fn new(state: State, journal: Option<Journal>) -> Self {
        Self {
            state: Mutex::new(state),
            faults: Mutex::default(),
            nuisance: Mutex::default(),
            requests: Mutex::default(),
            wake: Notify::new(),
            turn: tokio::sync::Mutex::default(),
            courier: Courier::new(),
            journal: journal.map(Mutex::new),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        open(&self.state)
    }

    pub(crate) fn nuisance(&self) -> Nuisance {
        open(&self.nuisance).clone()
    }

    /// Whether this sending is one of those to be lost.
    pub(crate) fn lose_one(&self) -> bool {
        let mut nuisance = open(&self.nuisance);
        let lost = nuisance.lost > 0;
        nuisance.lost = nuisance.lost.saturating_sub(1);
        lost
    }

    pub(crate) fn remember(&self, request: Value) {
        let mut requests = open(&self.requests);
        requests.push_back(request);
        if requests.len() > REMEMBERED {
            requests.pop_front();
        }
    }

    /// Write what changed to the file, if there is one.
    pub(crate) fn save(&self) {
        // Under the lock of the state: lines are in the order of the changes.
        let mut state = self.state();
        match &self.journal {
            None => state.forget_changes(),
            Some(journal) => {
                if let Some(line) = state.changes() {
                    open(journal).append(&line);
                }
            }
        }
    }
}

impl Double {
    /// Change the state outside a request: what follows is done, told and saved.
    pub(crate) fn change<T>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let outcome = {
            let mut state = self.state();
            let outcome = change(&mut state);
            state.tick();
            outcome
        };
        self.save();
        self.wake.notify_one();
        outcome
    }

    /// Pay as a browser does: with the secret, and a card by name or by number.
    pub(crate) fn pay(&self, id: &str, secret: &str, card: &str) -> Result<Value, Failure> {
        self.change(|state| {
            let intent = state.take("payment_intent", id, "id")?;
            match intent["client_secret"] == secret {
                true => payment_intent::pay(state, intent, &Params::of_card(card)),
                false => Err(Failure::missing("payment_intent", id, "id")),
            }
        })
    }

    pub(crate) fn add_endpoint(&self, endpoint: Endpoint) -> Result<(), Failure> {
        if !is_here(&endpoint.url) || endpoint.secrets.is_empty() {
            let message = "An endpoint is on this machine, and has a signing secret.";
            return Err(Failure::invalid("url_invalid", "url", message));
        }
        self.state().endpoints.insert(endpoint.url.clone(), endpoint);
        Ok(())
    }

    pub(crate) fn set_nuisance(&self, nuisance: Nuisance) {
        *open(&self.nuisance) = nuisance;
        self.wake.notify_one();
    }

    pub(crate) fn advance(&self, seconds: i64) -> i64 {
        let now = {
            let mut state = self.state();
            state.advance(seconds);
            state.tick();
            state.now()
        };
        self.save();
        self.wake.notify_one();
        now
    }

    pub(crate) async fn settled(&self) {
        while let Some(soon) = self.deliver_due().await.soon {
            tokio::time::sleep_until(soon.into()).await;
        }
    }
}

/// A panic elsewhere does not make the state unreadable.
pub(crate) fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
