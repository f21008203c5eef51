//! Building the pages, once: again only when a file of theirs is newer.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context, Result, bail};
use tokio::process::Command;

/// The folder of the built pages, or the sentence that says why there are none.
pub(in crate::local) type Pages = Result<PathBuf, String>;

/// What the pages are made of, below `web/`.
const SOURCES: [&str; 5] = ["src", "public", "index.html", "vite.config.ts", "package-lock.json"];

/// The pages of this checkout, built if they are not.
pub(in crate::local) async fn build() -> Pages {
    let web = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../web"));
    if !web.join("package.json").is_file() {
        return Err("this program is not in its checkout, which has the pages in web/.".into());
    }
    let built = web.join("dist");
    let newest = SOURCES.iter().filter_map(|name| newest_of(&web.join(name))).max();
    if changed_at(&built.join("index.html")) > newest {
        return Ok(built);
    }
    match make(web).await {
        Ok(()) => Ok(built),
        Err(error) => Err(format!("{error:#}")),
    }
}

async fn make(web: &Path) -> Result<()> {
    let installed = changed_at(&web.join("node_modules/.package-lock.json"));
    if installed < changed_at(&web.join("package-lock.json")) {
        println!("Pages: npm ci fetches what they are made of (once, about half a minute).");
        npm(web, &["ci", "--no-audit", "--no-fund", "--loglevel", "error"]).await?;
    }
    println!("Pages: npm run build (once, some seconds).");
    npm(web, &["run", "build", "--silent", "--", "--logLevel", "warn"]).await
}

async fn npm(web: &Path, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(web).kill_on_drop(true);
    let output = command
        .output()
        .await
        .context("npm is not to be had: install Node.js 20 or newer with npm, and start again")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`npm {}` failed in {}:\n{}", arguments.join(" "), web.display(), said.trim());
    }
    Ok(())
}

/// When something of a file or folder was last changed.
fn newest_of(path: &Path) -> Option<SystemTime> {
    let own = changed_at(path);
    let Ok(entries) = fs::read_dir(path) else { return own };
    entries.flatten().filter_map(|entry| newest_of(&entry.path())).chain(own).max()
}

fn changed_at(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|about| about.modified()).ok()
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use super::{changed_at, newest_of};

    #[test]
    fn a_file_deep_below_makes_its_folder_newer() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        let file = fs::File::create(deep.join("c.ts")).unwrap();
        let later = changed_at(&deep).unwrap() + Duration::from_secs(60);
        file.set_modified(later).unwrap();
        assert_eq!(newest_of(folder.path()), Some(later));
        assert_eq!(newest_of(&folder.path().join("none")), None);
    }
}
