//! Everything the stand-in knows: objects, clock, balances, kept answers, what is due.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::delivery::{Endpoint, Pending};
use super::due::Job;
use super::failure::Failure;
use super::idempotency::Kept;
use super::purse::Purse;

/// The platform's own account id, as `GET /v1/account` says it.
pub(super) const PLATFORM: &str = "acct_1Platform0000";

/// The whole state, in one piece: what is saved is this.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    /// Makes ids of this life differ from those of another.
    run: String,
    serial: u64,
    clock: Clock,
    /// By kind, then in order of creation. Those of a connected account are under `acct_…/kind`.
    objects: BTreeMap<String, BTreeMap<u64, Value>>,
    pub(super) purses: BTreeMap<String, Purse>,
    /// What was transferred out of each charge.
    pub(super) transferred: BTreeMap<String, i64>,
    pub(super) kept: BTreeMap<String, Kept>,
    pub(super) jobs: Vec<Job>,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) pending: VecDeque<Pending>,
    /// Where its own pages are.
    #[serde(skip)]
    pub(super) base_url: String,
    /// The request under way, which its events name.
    #[serde(skip)]
    pub(super) cause: Value,
}

/// Unix time, which tests may stop and advance.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Clock {
    stopped_at: Option<i64>,
    ahead: i64,
}

impl Clock {
    pub(super) fn stopped_at(second: i64) -> Self {
        Self { stopped_at: Some(second), ahead: 0 }
    }

    fn now(self) -> i64 {
        self.stopped_at.unwrap_or_else(wall_clock) + self.ahead
    }
}

/// What this machine's clock says, in Unix seconds.
pub(super) fn wall_clock() -> i64 {
    let elapsed = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
}

impl State {
    pub(super) fn new(clock: Clock) -> Self {
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

    pub(super) fn now(&self) -> i64 {
        self.clock.now()
    }

    pub(super) fn advance(&mut self, seconds: i64) {
        self.clock.ahead += seconds;
    }

    /// A new id. Its last ten digits are the order of creation.
    pub(super) fn id(&mut self, prefix: &str) -> String {
        self.serial += 1;
        format!("{prefix}_{}{:010}", self.run, self.serial)
    }

    /// Keep an object under its kind and id.
    pub(super) fn put(&mut self, object: Value) {
        self.put_for("", object);
    }

    /// The same in a connected account; `""` is the platform.
    pub(super) fn put_for(&mut self, owner: &str, object: Value) {
        let kind = object["object"].as_str().unwrap_or_default();
        let kind = shelf(owner, kind);
        let serial = object["id"].as_str().and_then(serial).unwrap_or_default();
        self.objects.entry(kind).or_default().insert(serial, object);
    }

    pub(super) fn get(&self, kind: &str, id: &str) -> Option<&Value> {
        self.get_for("", kind, id)
    }

    pub(super) fn get_for(&self, owner: &str, kind: &str, id: &str) -> Option<&Value> {
        let found = self.objects.get(&shelf(owner, kind))?.get(&serial(id)?)?;
        (found["id"] == id).then_some(found)
    }

    /// A copy of an object to change and [`put`](Self::put) back; `param` says who asked for it.
    pub(super) fn take(&self, kind: &str, id: &str, param: &str) -> Result<Value, Failure> {
        self.get(kind, id).cloned().ok_or_else(|| Failure::missing(kind, id, param))
    }

    /// All objects of a kind, the newest first.
    pub(super) fn all(&self, owner: &str, kind: &str) -> impl Iterator<Item = &Value> {
        self.objects.get(&shelf(owner, kind)).into_iter().flat_map(|shelf| shelf.values().rev())
    }

    /// An object of whatever kind, for `expand[]`.
    pub(super) fn any(&self, id: &str) -> Option<&Value> {
        let serial = serial(id)?;
        self.objects.values().filter_map(|shelf| shelf.get(&serial)).find(|found| found["id"] == id)
    }

    /// Begin a request: its events will name it.
    pub(super) fn begin(&mut self, request_id: &str, key: Option<&str>) {
        self.cause = json!({"id": request_id, "idempotency_key": key});
    }

    /// End it: what follows happens by itself.
    pub(super) fn end(&mut self) {
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
