//! The folder a marketplace of this machine lives in: its data, its secrets, its log.

use std::{
    fs::{self, File, TryLockError},
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::account::Account;

/// A data folder, locked for as long as this lives.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Dropped with us: one server per folder.
    _lock: File,
}

impl Folder {
    /// Open, or make, the folder at `wanted`.
    pub fn open(wanted: &Path) -> Result<Self> {
        let made = || -> std::io::Result<File> {
            fs::create_dir_all(wanted)?;
            // The server's user passes through to its own folder, and lists nothing here.
            fs::set_permissions(wanted, fs::Permissions::from_mode(0o711))?;
            File::create(wanted.join("lock"))
        };
        let lock = made()
            .with_context(|| format!("The data folder {} cannot be written", wanted.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "Another convene serves from {}: stop it, or give this one its own folder \
                 with --data.",
                wanted.display()
            ),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| {
                    format!("The data folder {} cannot be locked", wanted.display())
                });
            }
        }
        let path = wanted
            .canonicalize()
            .with_context(|| format!("{} cannot be opened", wanted.display()))?;
        Ok(Self { path, _lock: lock })
    }

    /// Where the folder goes when nobody says: `.convene` in the working folder; for a root
    /// whose working folder is closed to others, a place under /var/lib that is not.
    pub fn usual(account: &Account) -> Result<PathBuf> {
        let working = std::env::current_dir().context("The working folder is gone")?;
        let here = working.join(".convene");
        if account.reaches(&here) {
            return Ok(here);
        }
        // One per working folder, as `.convene` would have been.
        let mut hasher = DefaultHasher::new();
        working.hash(&mut hasher);
        let name = format!("{:016x}", hasher.finish());
        Ok(Path::new("/var/lib/convene").join(name))
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keep a word here for other commands; the last one counts.
    pub fn note(&self, name: &str, word: &str) -> Result<()> {
        let path = self.path.join(name);
        fs::write(&path, word).with_context(|| format!("{} cannot be written", path.display()))
    }

    /// A secret kept here, made by `make` on first use, readable by us alone.
    pub fn secret(&self, name: &str, make: impl FnOnce() -> Result<String>) -> Result<String> {
        let path = self.path.join(name);
        if path.exists() {
            let kept = fs::read_to_string(&path);
            return kept.with_context(|| format!("{} cannot be read", path.display()));
        }
        let secret = make()?;
        let written = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(secret.as_bytes()));
        written.with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(secret)
    }
}
