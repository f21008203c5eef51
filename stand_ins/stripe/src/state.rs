//! Everything the stand-in knows: objects, clock, balances, kept answers, what is due.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::kept_answer::KeptAnswer;
use crate::clock::Clock;
use crate::failure::Failure;
use crate::job::{Job, Task};
use crate::money::purse::Purse;
use crate::tell::endpoint::{Endpoint, Pending};

/// The platform's own account id, as `GET /v1/account` says it.
pub(crate) const PLATFORM: &str = "acct_1Platform0000";

/// The whole state, in one piece: what is saved is this.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    /// Makes ids of this life differ from those of another.
    run: String,
    serial: u64,
    clock: Clock,
    /// By kind, then in order of creation. Those of a connected account are under `acct_…/kind`.
    objects: BTreeMap<String, BTreeMap<u64, Value>>,
    pub(crate) purses: BTreeMap<String, Purse>,
    /// What was transferred out of each charge.
    pub(crate) transferred: BTreeMap<String, i64>,
    pub(crate) kept: BTreeMap<String, KeptAnswer>,
    pub(crate) jobs: Vec<Job>,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) pending: VecDeque<Pending>,
    /// Where its own pages are.
    #[serde(skip)]
    pub(crate) base_url: String,
    /// The request under way, which its events name.
    #[serde(skip)]
    pub(crate) cause: Value,
}

impl State {
    pub(crate) fn new(clock: Clock) -> Self {
        let run = Uuid::new_v4().simple().to_string()[..10].to_owned();
        Self {
            run,
            serial: 0,
            clock,
            objects: BTreeMap::new(),
            purses: BTreeMap::new(),
            transferred: BTreeMap::new(),
            kept: BTreeMap::new(),
            jobs: Vec::new(),
            endpoints: Vec::new(),
            pending: VecDeque::new(),
            base_url: String::new(),
            cause: no_cause(),
        }
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        self.clock.advance(seconds);
    }

    /// A new id. Its last ten digits are the order of creation.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        self.serial += 1;
        format!("{prefix}_{}{:010}", self.run, self.serial)
    }

    /// Keep an object under its kind and id.
    pub(crate) fn put(&mut self, object: Value) {
        self.put_for("", object);
    }

    /// The same in a connected account; `""` is the platform.
    pub(crate) fn put_for(&mut self, owner: &str, object: Value) {
        let kind = object["object"].as_str().unwrap_or_default();
        let kind = shelf(owner, kind);
        let serial = object["id"].as_str().and_then(serial).unwrap_or_default();
        self.objects.entry(kind).or_default().insert(serial, object);
    }

    pub(crate) fn get(&self, kind: &str, id: &str) -> Option<&Value> {
        self.get_for("", kind, id)
    }

    pub(crate) fn get_for(&self, owner: &str, kind: &str, id: &str) -> Option<&Value> {
        let found = self.objects.get(&shelf(owner, kind))?.get(&serial(id)?)?;
        (found["id"] == id).then_some(found)
    }

    /// A copy of an object to change and [`put`](Self::put) back; `param` says who request for it.
    pub(crate) fn take(&self, kind: &str, id: &str, param: &str) -> Result<Value, Failure> {
        self.get(kind, id).cloned().ok_or_else(|| Failure::missing(kind, id, param))
    }

    /// All objects of a kind, the newest first.
    pub(crate) fn all(&self, owner: &str, kind: &str) -> impl Iterator<Item = &Value> {
        self.objects.get(&shelf(owner, kind)).into_iter().flat_map(|shelf| shelf.values().rev())
    }

    /// An object of whatever kind, for `expand[]`.
    pub(crate) fn any(&self, id: &str) -> Option<&Value> {
        let serial = serial(id)?;
        self.objects.values().filter_map(|shelf| shelf.get(&serial)).find(|found| found["id"] == id)
    }

    /// Let something happen when its time has come.
    pub(crate) fn schedule(&mut self, due: i64, task: Task) {
        self.jobs.push(Job { due, task });
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

fn shelf(owner: &str, kind: &str) -> String {
    if owner.is_empty() { kind.to_owned() } else { format!("{owner}/{kind}") }
}

fn serial(id: &str) -> Option<u64> {
    id.get(id.len().checked_sub(10)?..)?.parse().ok()
}
