//! The files of `sql/`, as they were when this program was built.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use include_dir::{Dir, include_dir};

static SQL: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../sql");

/// Texts by their paths below `sql/`.
#[derive(Clone, Debug, Default)]
pub struct Sources(BTreeMap<String, String>);

impl Sources {
    /// The files that this program contains.
    pub fn embedded() -> Self {
        let mut files = BTreeMap::new();
        collect(&SQL, &mut files);
        Self(files)
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Result<&str> {
        let text = self.0.get(path).with_context(|| format!("sql/{path} is missing"))?;
        Ok(text)
    }

    /// Paths that begin so, in order, with their texts.
    pub fn below<'a>(&'a self, start: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let files = self.0.iter().filter(move |(path, _)| path.starts_with(start));
        files.map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Take a file away.
    pub fn remove(&mut self, path: &str) -> Option<String> {
        self.0.remove(path)
    }

    /// Replace or add a file. Tests use it to simulate a later release.
    pub fn set(&mut self, path: &str, text: impl Into<String>) {
        self.0.insert(path.into(), text.into());
    }
}

fn collect(folder: &Dir<'_>, files: &mut BTreeMap<String, String>) {
    for file in folder.files() {
        // A file that is not text does not belong to us; it may be an editor's.
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            files.insert(path.into(), text.into());
        }
    }
    folder.dirs().for_each(|folder| collect(folder, files));
}
