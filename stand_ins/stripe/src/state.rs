//! Everything the stand-in knows: objects, clock, balances, kept answers, what is due.

pub(crate) mod clock;
pub(crate) mod endpoint;
pub(crate) mod job;
pub(crate) mod journal;
pub(crate) mod kept_answer;
pub(crate) mod objects;
pub(crate) mod purse;
mod saved;
pub(crate) mod table;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Instant;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::failure::Failure;
use crate::state::clock::Clock;
use crate::state::endpoint::{Endpoint, Pending};
use crate::state::job::Task;
use crate::state::kept_answer::KeptAnswer;
use crate::state::objects::Objects;
use crate::state::purse::Purse;
use crate::state::table::Table;

/// The platform's own account id, as `GET /v1/account` says it.
pub(crate) const PLATFORM: &str = "acct_1Platform0000";

/// The whole state, in one piece.
pub(crate) struct State {
    /// Makes ids of this life differ from those of another.
    pub(crate) run: String,
    pub(crate) serial: u64,
    pub(crate) clock: Clock,
    pub(crate) clock_was_set: bool,
    pub(crate) objects: Objects,
    /// The sums of the balance transactions.
    pub(crate) purses: BTreeMap<String, Purse>,
    pub(crate) kept: Table<String, KeptAnswer>,
    /// Keys in the order in which they will be forgotten.
    pub(crate) kept_since: VecDeque<(i64, String)>,
    /// By the second they are due, then in order of planning.
    pub(crate) jobs: Table<(i64, u64), Task>,
    /// By address.
    pub(crate) endpoints: Table<String, Endpoint>,
    /// In the order in which they happened.
    pub(crate) pending: Table<u64, Pending>,
    /// Until when a delivery is kept back, by a nuisance.
    pub(crate) kept_back: HashMap<u64, Instant>,
    /// Where its own pages are.
    pub(crate) base_url: String,
    /// The request under way, which its events name.
    pub(crate) cause: Value,
}

impl State {
    pub(crate) fn new(clock: Clock) -> Self {
        let run = Uuid::new_v4().simple().to_string()[..10].to_owned();
        Self {
            run,
            serial: 0,
            clock,
            clock_was_set: false,
            objects: Objects::default(),
            purses: BTreeMap::new(),
            kept: Table::default(),
            kept_since: VecDeque::new(),
            jobs: Table::default(),
            endpoints: Table::default(),
            pending: Table::default(),
            kept_back: HashMap::new(),
            base_url: String::new(),
            cause: no_cause(),
        }
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        self.clock.advance(seconds);
        self.clock_was_set = true;
    }

    /// A number that is greater than those before.
    pub(crate) fn next(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// A new id. Its last ten digits are the order of creation.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        let serial = self.next();
        format!("{prefix}_{}{serial:010}", self.run)
    }

    /// Keep an object under its kind and id.
    pub(crate) fn put(&mut self, object: Value) {
        self.objects.put("", object);
    }

    /// The same in a connected account; `""` is the platform.
    pub(crate) fn put_for(&mut self, owner: &str, object: Value) {
        self.objects.put(owner, object);
    }

    pub(crate) fn get(&self, kind: &str, id: &str) -> Option<&Value> {
        self.objects.get("", kind, id)
    }

    pub(crate) fn get_for(&self, owner: &str, kind: &str, id: &str) -> Option<&Value> {
        self.objects.get(owner, kind, id)
    }

    /// A copy of an object to change and [`put`](Self::put) back; `param` says who asked for it.
    pub(crate) fn take(&self, kind: &str, id: &str, param: &str) -> Result<Value, Failure> {
        self.get(kind, id).cloned().ok_or_else(|| Failure::missing(kind, id, param))
    }

    /// All objects of a kind, the newest first.
    pub(crate) fn all(&self, owner: &str, kind: &str) -> impl Iterator<Item = &Value> {
        self.objects.all(owner, kind)
    }

    /// The platform's objects of a kind whose member has this value, the newest first.
    pub(crate) fn with(&self, kind: &str, member: &str, value: &str) -> Vec<&Value> {
        self.objects.with("", kind, member, value).into_iter().flatten().collect()
    }

    /// An object of whatever kind, for `expand[]`.
    pub(crate) fn any(&self, id: &str) -> Option<&Value> {
        self.objects.any(id)
    }

    /// Let something happen when its time has come.
    pub(crate) fn schedule(&mut self, due: i64, task: Task) {
        let serial = self.next();
        self.jobs.insert((due, serial), task);
    }

    /// Begin a request: its events will name it.
    pub(crate) fn begin(&mut self, request_id: &str, key: Option<&str>) {
        self.cause = json!({"id": request_id, "idempotency_key": key});
    }

    /// End it: what follows happens by itself.
    pub(crate) fn end(&mut self) {
        self.cause = no_cause();
    }
}

fn no_cause() -> Value {
    json!({"id": null, "idempotency_key": null})
}
