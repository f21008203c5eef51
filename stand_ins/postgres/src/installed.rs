//! The PostgreSQL installed on this machine.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The server programs of one PostgreSQL.
#[derive(Clone, Debug)]
pub struct Binaries {
    /// Where `postgres` and `initdb` are.
    pub folder: PathBuf,
    /// What `postgres --version` says.
    pub version: Version,
}

/// Major and minor number of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// 15 in 15.20.
    pub major: u32,
    /// 20 in 15.20.
    pub minor: u32,
}

impl Version {
    /// The oldest major release that has what `sql/` uses (`security_invoker` views).
    const OLDEST_MAJOR: u32 = 15;

    /// The version in `postgres (PostgreSQL) 15.20 (Debian …)`.
    fn parse(text: &str) -> Option<Self> {
        let word =
            text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        let mut numbers = word.split(|c: char| !c.is_ascii_digit());
        let major = numbers.next()?.parse().ok()?;
        // A beta (`19beta1`) has no minor yet.
        let minor = numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or(0);
        Some(Self { major, minor })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The newest server of at least the oldest usable major, wherever it is installed.
pub(crate) fn find() -> Option<Binaries> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut candidates: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for (parent, prefix) in [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql-"),
        ("/opt/homebrew/opt", "postgresql"),
        ("/usr/local/opt", "postgresql"),
        ("/Applications/Postgres.app/Contents/Versions", ""),
    ] {
        candidates.extend(folders(Path::new(parent), prefix).map(|folder| folder.join("bin")));
    }
    candidates
        .iter()
        .filter_map(|folder| Binaries::at(folder))
        .filter(|binaries| binaries.version.major >= Version::OLDEST_MAJOR)
        .max_by_key(|binaries| binaries.version)
}

impl Binaries {
    /// The server programs in `folder`, if both are there and run.
    pub fn at(folder: &Path) -> Option<Self> {
        if !folder.join("initdb").is_file() {
            return None;
        }
        let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
        let version = Version::parse(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self { folder: folder.to_owned(), version })
    }
}

fn folders<'a>(parent: &Path, prefix: &'a str) -> impl Iterator<Item = PathBuf> + use<'a> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    entries
        .filter(move |entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn a_version_is_read_from_what_the_server_prints() {
        let version = |text| Version::parse(text).map(|version| version.to_string());
        assert_eq!(
            version("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)").as_deref(),
            Some("15.20")
        );
        assert_eq!(version("postgres (PostgreSQL) 19beta1").as_deref(), Some("19.0"));
        assert_eq!(version("postgres"), None);
    }
}
