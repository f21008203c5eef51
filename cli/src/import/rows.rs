//! Lines of a file become rows: objects of texts, with keys of this database.

use std::{collections::HashMap, path::Path};

use anyhow::{Context, Result, bail};
use csv::{Reader, ReaderBuilder, StringRecord, Trim};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Refused, kind::Kind};

/// Makes the keys of this database of those of another system: always the same ones.
#[derive(Clone, Debug)]
pub struct Keys {
    source: String,
    namespace: Uuid,
}

impl Keys {
    /// Keys for a system of this name. Keys of two systems never meet.
    pub fn new(source: &str) -> Self {
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"convene:import");
        Self { source: source.to_owned(), namespace: Uuid::new_v5(&namespace, source.as_bytes()) }
    }

    /// The key of a row. A uuid stays what it is.
    pub fn key(&self, kind: &str, id: &str) -> Uuid {
        Uuid::try_parse(id)
            .unwrap_or_else(|_| Uuid::new_v5(&self.namespace, format!("{kind}:{id}").as_bytes()))
    }
}

/// The rows of one file, in order.
pub struct Rows<'a> {
    kind: &'a Kind,
    keys: &'a Keys,
    reader: Reader<std::fs::File>,
    members: Vec<Option<&'static str>>,
    /// The line of each key.
    seen: HashMap<Uuid, u64>,
}

impl<'a> Rows<'a> {
    /// Open a file; `None` if it is not there.
    pub fn open(folder: &Path, kind: &'a Kind, keys: &'a Keys) -> Result<Option<Self>> {
        let path = folder.join(kind.file);
        if !path.exists() {
            return Ok(None);
        }
        let reader = ReaderBuilder::new().trim(Trim::All).from_path(&path);
        let mut reader = reader.with_context(|| path.display().to_string())?;
        let headings = reader.headers().with_context(|| path.display().to_string())?;
        // A spreadsheet may put a byte order mark before the first heading.
        let headings = headings.iter().map(|heading| heading.trim_start_matches('\u{feff}'));
        let mut members = Vec::new();
        for heading in headings {
            let member = kind.member(heading);
            if member.is_none() && !kind.is_foreign {
                bail!("{}: there is no column {heading}: see docs/import.md", path.display());
            }
            members.push(member);
        }
        if !members.contains(&Some("id")) {
            bail!("{}: there must be a column id", path.display());
        }
        Ok(Some(Self { kind, keys, reader, members, seen: HashMap::new() }))
    }

    /// The row of a record, or why it is none.
    fn row(&mut self, record: &StringRecord, line: u64) -> Result<Value, String> {
        let mut row = Map::new();
        for (member, text) in self.members.iter().zip(record) {
            let Some(member) = member.filter(|_| !text.is_empty()) else { continue };
            if let Some(other) = Kind::refers_to(member) {
                row.insert(member.replace("_id", "_ref"), text.into());
                row.insert(member.into(), self.keys.key(other, text).to_string().into());
            } else {
                row.insert(member.into(), text.into());
            }
        }
        let id = row.get("id").and_then(Value::as_str).ok_or("it has no id")?.to_owned();
        let key = self.keys.key(self.kind.name, &id);
        if let Some(first) = self.seen.insert(key, line) {
            self.seen.insert(key, first);
            return Err(format!("its id {id} is that of line {first}"));
        }
        if let Some(hash) = row.get("password_hash").and_then(Value::as_str) {
            let refused = "its password_hash is neither argon2id nor bcrypt, or costs too much";
            auth::must_be_hash(hash).map_err(|_| refused)?;
        }
        row.insert("id".into(), key.to_string().into());
        row.insert("legacy_ref".into(), id.into());
        row.insert("source".into(), self.keys.source.clone().into());
        row.insert("line".into(), json!(line));
        Ok(row.into())
    }

    /// The next rows, at most `limit`; and the lines among them that are none.
    pub fn take(&mut self, limit: usize) -> (Vec<Value>, Vec<Refused>) {
        let (mut rows, mut refused) = (Vec::new(), Vec::new());
        let mut record = StringRecord::new();
        while rows.len() < limit {
            let line = self.reader.position().line();
            let read = self.reader.read_record(&mut record);
            // The position before a record may be that of an empty line.
            let line = record.position().map_or(line, csv::Position::line);
            let row = match read {
                Ok(false) => break,
                Ok(true) => self.row(&record, line),
                Err(error) => Err(error.to_string()),
            };
            match row {
                Ok(row) => rows.push(row),
                Err(reason) => refused.push(Refused { line, reason }),
            }
        }
        (rows, refused)
    }
}

#[cfg(test)]
mod tests {
    use super::Keys;

    #[test]
    fn a_key_is_always_the_same_and_a_uuid_stays_itself() {
        let keys = Keys::new("avenrae");
        let key = keys.key("people", "42");
        assert_eq!(key, Keys::new("avenrae").key("people", "42"));
        assert_eq!(key.get_version_num(), 5);
        assert_ne!(key, keys.key("bookings", "42"));
        assert_ne!(key, Keys::new("dogs").key("people", "42"));
        let uuid = "9d1c5b9e-6a6e-4f0c-8a55-0a3f6e1c2b7d";
        assert_eq!(keys.key("people", uuid).to_string(), uuid);
    }
}
