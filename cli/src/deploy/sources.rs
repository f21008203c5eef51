//! The files of `sql/`, as they were when this program was built.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use include_dir::{Dir, include_dir};

static SQL: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../sql");

/// Texts by their paths below `sql/`.
#[derive(Clone, Debug)]
pub struct Sources(BTreeMap<String, String>);

impl Sources {
    /// Those of this program.
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

    /// Replace a file, or add one: how tests show what a later release would bring.
    pub fn set(&mut self, path: &str, text: impl Into<String>) {
        self.0.insert(path.into(), text.into());
    }
}

fn collect(folder: &Dir<'_>, files: &mut BTreeMap<String, String>) {
    for file in folder.files() {
        // What is not text is no file of ours: an editor's, perhaps.
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            files.insert(path.into(), text.into());
        }
    }
    folder.dirs().for_each(|folder| collect(folder, files));
}
