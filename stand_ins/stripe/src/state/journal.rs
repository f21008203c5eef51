//! The file that keeps the state from one start to the next: one line for each change, appended.
//!
//! A line holds all that one request changed, so that a process which is killed in the middle of
//! writing it leaves the state of the request before. Opening the file writes it anew, without what
//! has been overwritten since.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The file, open for more.
pub(crate) struct Journal {
    file: File,
    path: PathBuf,
}

/// The lines of a journal, oldest first; none if there is no file. The last one is left out if it
/// was not written to its end.
pub(crate) fn read(path: &Path) -> Result<Vec<Value>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut lines = Vec::new();
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        if line.pop_if(|byte| *byte == b'\n').is_some() {
            lines.push(serde_json::from_slice(&line)?);
        }
        line.clear();
    }
    Ok(lines)
}

impl Journal {
    /// Begin the file anew with these lines. Whoever reads it meanwhile sees the old one.
    pub(crate) fn create(path: &Path, lines: impl Iterator<Item = Value>) -> Result<Self> {
        let fresh = path.with_extension("new");
        let mut writer = BufWriter::new(File::create(&fresh)?);
        for line in lines {
            serde_json::to_writer(&mut writer, &line)?;
            writer.write_all(b"\n")?;
        }
        let file = writer.into_inner().map_err(Error::other)?;
        fs::rename(&fresh, path)?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Write one line more.
    pub(crate) fn append(&mut self, line: &Value) {
        let mut text = line.to_string();
        text.push('\n');
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            let file = self.path.display();
            tracing::error!(%error, %file, "cannot save the Stripe stand-in");
        }
    }
}
