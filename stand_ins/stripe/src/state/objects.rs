//! The objects: by kind, in order of creation, found again by id and by what they refer to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

/// Members by which lists are asked for again and again: an index finds them among thousands.
const INDEXED: [&str; 7] = [
    "charge",
    "customer",
    "destination",
    "payment_intent",
    "source",
    "source_transaction",
    "transfer_group",
];

/// What has changed of an object since it was last saved.
enum Change {
    Whole,
    /// These members alone.
    Members(BTreeSet<String>),
}

/// All objects of all accounts.
#[derive(Default)]
pub(crate) struct Objects {
    /// By owner and kind, then in order of creation.
    shelves: BTreeMap<String, BTreeMap<u64, Value>>,
    /// Which shelf an object is on.
    places: BTreeMap<u64, String>,
    /// By shelf, member and value.
    index: HashMap<String, BTreeSet<u64>>,
    changed: BTreeMap<u64, Change>,
}

impl Objects {
    /// Keep an object of an account under its kind and id; `""` is the platform.
    pub(crate) fn put(&mut self, owner: &str, object: Value) {
        let shelf = shelf(owner, object["object"].as_str().unwrap_or_default());
        let serial = object["id"].as_str().and_then(serial).unwrap_or_default();
        let old = self.shelves.get(&shelf).and_then(|kept| kept.get(&serial));
        let change = match old {
            None => Change::Whole,
            Some(old) => Change::Members(differing(old, &object)),
        };
        match (self.changed.get_mut(&serial), change) {
            (Some(Change::Whole), _) => {}
            (Some(Change::Members(before)), Change::Members(now)) => before.extend(now),
            (_, change) => drop(self.changed.insert(serial, change)),
        }
        self.place(&shelf, serial, object);
    }

    /// Forget an object.
    pub(crate) fn remove(&mut self, owner: &str, kind: &str, id: &str) {
        let (shelf, Some(serial)) = (shelf(owner, kind), serial(id)) else { return };
        let removed = self.shelves.get_mut(&shelf).and_then(|kept| kept.remove(&serial));
        if let Some(removed) = removed {
            self.unindex(&shelf, serial, &removed);
            self.places.remove(&serial);
            self.changed.insert(serial, Change::Whole);
        }
    }

    pub(crate) fn get(&self, owner: &str, kind: &str, id: &str) -> Option<&Value> {
        let found = self.shelves.get(&shelf(owner, kind))?.get(&serial(id)?)?;
        (found["id"] == id).then_some(found)
    }

    /// An object of whatever kind and account.
    pub(crate) fn any(&self, id: &str) -> Option<&Value> {
        let serial = serial(id)?;
        let found = self.shelves.get(self.places.get(&serial)?)?.get(&serial)?;
        (found["id"] == id).then_some(found)
    }

    /// All objects of a kind, the newest first.
    pub(crate) fn all(&self, owner: &str, kind: &str) -> impl Iterator<Item = &Value> {
        self.shelves.get(&shelf(owner, kind)).into_iter().flat_map(|kept| kept.values().rev())
    }

    /// Those whose member has this value, the newest first; `None` where no index knows.
    pub(crate) fn with(
        &self,
        owner: &str,
        kind: &str,
        member: &str,
        value: &str,
    ) -> Option<impl Iterator<Item = &Value>> {
        if !INDEXED.contains(&member) {
            return None;
        }
        let shelf = shelf(owner, kind);
        let serials = self.index.get(&key(&shelf, member, value));
        let kept = self.shelves.get(&shelf);
        let found = serials.into_iter().flat_map(|serials| serials.iter().rev());
        Some(found.filter_map(move |serial| kept?.get(serial)))
    }

    /// What changed since the last time: shelf, serial, and the members to lay over what was
    /// there; `null` of one that is gone.
    pub(crate) fn take_changes(&mut self) -> Vec<(String, u64, Value)> {
        let changed = std::mem::take(&mut self.changed);
        let row = |(serial, change): (u64, Change)| {
            let Some(shelf) = self.places.get(&serial) else {
                return (String::new(), serial, Value::Null);
            };
            let object = &self.shelves[shelf][&serial];
            let row = match change {
                Change::Whole => object.clone(),
                Change::Members(names) => {
                    let members = names.into_iter().map(|name| {
                        let value = object.get(&name).cloned().unwrap_or_default();
                        (name, value)
                    });
                    Value::Object(members.collect())
                }
            };
            (shelf.clone(), serial, row)
        };
        changed.into_iter().map(row).collect()
    }

    pub(crate) fn forget_changes(&mut self) {
        self.changed.clear();
    }

    /// Put back what [`Self::take_changes`] gave.
    pub(crate) fn restore(&mut self, shelf: &str, serial: u64, members: Value) {
        let Value::Object(members) = members else {
            let Some(shelf) = self.places.remove(&serial) else { return };
            self.shelves.entry(shelf).or_default().remove(&serial);
            return;
        };
        let old = self.shelves.get_mut(shelf).and_then(|kept| kept.remove(&serial));
        let mut object = match old {
            Some(Value::Object(old)) => old,
            _ => Map::new(),
        };
        object.extend(members);
        self.place(shelf, serial, Value::Object(object));
    }

    /// Every object with its shelf, in order of creation.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u64, &Value)> {
        self.places
            .iter()
            .map(|(serial, shelf)| (shelf.as_str(), *serial, &self.shelves[shelf][serial]))
    }

    fn place(&mut self, shelf: &str, serial: u64, object: Value) {
        let kept = self.shelves.entry(shelf.to_owned()).or_default();
        if let Some(old) = kept.get(&serial).cloned() {
            self.unindex(shelf, serial, &old);
        }
        for member in INDEXED {
            if let Some(value) = object[member].as_str() {
                self.index.entry(key(shelf, member, value)).or_default().insert(serial);
            }
        }
        self.shelves.entry(shelf.to_owned()).or_default().insert(serial, object);
        self.places.entry(serial).or_insert_with(|| shelf.to_owned());
    }

    fn unindex(&mut self, shelf: &str, serial: u64, object: &Value) {
        for member in INDEXED {
            let Some(value) = object[member].as_str() else { continue };
            if let Some(serials) = self.index.get_mut(&key(shelf, member, value)) {
                serials.remove(&serial);
            }
        }
    }
}

/// The members that one of them has and the other has not, or otherwise.
fn differing(old: &Value, new: &Value) -> BTreeSet<String> {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else {
        return BTreeSet::new();
    };
    let names = old.keys().chain(new.keys());
    names.filter(|name| old.get(*name) != new.get(*name)).cloned().collect()
}

fn shelf(owner: &str, kind: &str) -> String {
    if owner.is_empty() { kind.to_owned() } else { format!("{owner}/{kind}") }
}

fn key(shelf: &str, member: &str, value: &str) -> String {
    format!("{shelf} {member} {value}")
}

/// The order of creation, which an id ends with.
fn serial(id: &str) -> Option<u64> {
    id.get(id.len().checked_sub(10)?..)?.parse().ok()
}
