//! The user the server runs as: PostgreSQL refuses to run as root.

use std::{
    fs, io,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::Command,
};

use anyhow::{Context, Result};
use nix::unistd::{User, geteuid};

/// An unprivileged user of this machine, to whom the data folder belongs.
#[derive(Clone, Debug)]
pub struct Account {
    /// `None` when we are unprivileged already, and the server runs as we do.
    other: Option<User>,
}

impl Account {
    /// Ourselves; or `postgres`, else `nobody`, when we are root.
    pub fn unprivileged() -> Result<Self> {
        if !geteuid().is_root() {
            return Ok(Self { other: None });
        }
        for name in ["postgres", "nobody"] {
            if let Some(user) = User::from_name(name).context("The users cannot be listed")? {
                return Ok(Self { other: Some(user) });
            }
        }
        anyhow::bail!(
            "PostgreSQL does not run as root, and there is no user `postgres` or `nobody` \
             to run it as: start convene as an ordinary user, or set DATABASE_URL."
        )
    }

    /// Make `command` run as this user.
    pub fn run(&self, command: &mut Command) {
        if let Some(user) = &self.other {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
    }

    /// Make `folder` (and what leads to it below an existing one) and give it to this user,
    /// closed to everybody else.
    pub fn own(&self, folder: &Path) -> Result<()> {
        let owned = || -> io::Result<()> {
            fs::create_dir_all(folder)?;
            if let Some(user) = &self.other {
                chown(folder, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
            }
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        };
        owned().with_context(|| format!("{} cannot be made", folder.display()))
    }

    /// Whether this user may pass through every folder above and including `folder`,
    /// as far as they exist.
    pub fn reaches(&self, folder: &Path) -> bool {
        let Some(user) = &self.other else { return true };
        folder.ancestors().filter_map(|ancestor| ancestor.metadata().ok()).all(|metadata| {
            let bit = if metadata.uid() == user.uid.as_raw() {
                0o100
            } else if metadata.gid() == user.gid.as_raw() {
                0o010
            } else {
                0o001
            };
            metadata.mode() & bit != 0
        })
    }
}
