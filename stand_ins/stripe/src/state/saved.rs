//! The state as lines of a journal, and back.

use std::path::Path;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::state::State;
use crate::state::clock::Clock;
use crate::state::journal::{self, Journal};
use crate::state::table::Table;

impl State {
    /// The state that a file keeps, if there is one, and the file open for what is to come.
    pub(crate) fn open(path: &Path, clock: Clock) -> std::io::Result<(Self, Journal)> {
        let lines = journal::read(path)?;
        let is_new = lines.is_empty();
        let mut state = Self::new(clock);
        for line in lines {
            state.apply(line);
        }
        if !is_new {
            state.recall_keys();
            state.recount();
        }
        let journal = Journal::create(path, state.snapshot().into_iter())?;
        Ok((state, journal))
    }

    /// One line of everything that changed since the last; `None` if nothing has.
    pub(crate) fn changes(&mut self) -> Option<Value> {
        let mut rows = Vec::new();
        for (shelf, serial, members) in self.objects.take_changes() {
            rows.push(json!(["object", [shelf, serial], members]));
        }
        collect(&mut rows, "kept", &mut self.kept);
        collect(&mut rows, "job", &mut self.jobs);
        collect(&mut rows, "endpoint", &mut self.endpoints);
        collect(&mut rows, "pending", &mut self.pending);
        let clock_was_set = std::mem::take(&mut self.clock_was_set);
        (clock_was_set || !rows.is_empty()).then(|| json!([self.head(), rows]))
    }

    /// For a state that no file keeps.
    pub(crate) fn forget_changes(&mut self) {
        self.objects.forget_changes();
        self.kept.forget_changes();
        self.jobs.forget_changes();
        self.endpoints.forget_changes();
        self.pending.forget_changes();
    }

    fn head(&self) -> Value {
        json!({"run": self.run, "serial": self.serial, "clock": self.clock})
    }

    /// Everything, a line for each row.
    fn snapshot(&self) -> Vec<Value> {
        let head = self.head();
        let line = |row: Value| json!([head, [row]]);
        let objects = self
            .objects
            .iter()
            .map(|(shelf, serial, object)| json!(["object", [shelf, serial], object]));
        let kept = self.kept.iter().map(|(key, row)| json!(["kept", key, row]));
        let jobs = self.jobs.iter().map(|(key, row)| json!(["job", key, row]));
        let endpoints = self.endpoints.iter().map(|(key, row)| json!(["endpoint", key, row]));
        let pending = self.pending.iter().map(|(key, row)| json!(["pending", key, row]));
        std::iter::once(json!([head, []]))
            .chain(objects.chain(kept).chain(jobs).chain(endpoints).chain(pending).map(line))
            .collect()
    }

    fn apply(&mut self, mut line: Value) {
        let head = line[0].take();
        self.run = head["run"].as_str().unwrap_or_default().to_owned();
        self.serial = head["serial"].as_u64().unwrap_or_default();
        self.clock = serde_json::from_value(head["clock"].clone()).unwrap_or_default();
        let Value::Array(rows) = line[1].take() else { return };
        for mut row in rows {
            let (key, value) = (row[1].take(), row[2].take());
            match row[0].as_str() {
                Some("object") => {
                    let shelf = key[0].as_str().unwrap_or_default();
                    self.objects.restore(shelf, key[1].as_u64().unwrap_or_default(), value);
                }
                Some("kept") => restore(&mut self.kept, key, value),
                Some("job") => restore(&mut self.jobs, key, value),
                Some("endpoint") => restore(&mut self.endpoints, key, value),
                Some("pending") => restore(&mut self.pending, key, value),
                _ => {}
            }
        }
    }
}

fn collect<K: Ord + Clone + Serialize, V: Serialize>(
    rows: &mut Vec<Value>,
    name: &str,
    table: &mut Table<K, V>,
) {
    rows.extend(table.take_changes().into_iter().map(|(key, row)| json!([name, key, row])));
}

fn restore<K: Ord + Clone + DeserializeOwned, V: DeserializeOwned>(
    table: &mut Table<K, V>,
    key: Value,
    value: Value,
) {
    if let Ok(key) = serde_json::from_value(key) {
        table.restore(key, serde_json::from_value(value).unwrap_or_default());
    }
}
