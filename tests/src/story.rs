//! Stories: programs for Node that use an unmodified supabase-js from npm.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

use crate::World;

impl World {
    /// Run `tests/js/<name>.mjs`, which must end without an error.
    ///
    /// The program gets the base URL, the keys, and the tokens and ids of `people`: see
    /// `tests/js/world.mjs`. Without Node the story is skipped, and a message says so.
    pub async fn story(&self, name: &str, people: &[&str]) {
        self.story_with(name, people, &[]).await;
    }

    /// The same as [`Self::story`], with additional environment variables.
    pub async fn story_with(&self, name: &str, people: &[&str], more: &[(&str, &str)]) {
        self.introduce(people).await;
        if !has_node().await {
            eprintln!("SKIPPED: the story `{name}` needs Node and npm, which are not here.");
            return;
        }
        let told = self.tell(name, people, more).await;
        told.unwrap_or_else(|error| panic!("the story `{name}`: {error:#}"));
    }

    async fn tell(&self, name: &str, people: &[&str], more: &[(&str, &str)]) -> Result<()> {
        let folder = folder();
        tokio::task::spawn_blocking(install).await??;
        let of = |value: fn(&Self, &str) -> String| {
            let pairs = people.iter().map(|person| ((*person).into(), value(self, person).into()));
            serde_json::Value::Object(pairs.collect()).to_string()
        };
        let output = Command::new("node")
            .arg(folder.join(format!("{name}.mjs")))
            .current_dir(&folder)
            .env("CONVENE_URL", &self.url)
            .env("ANON_KEY", &self.keys.anon_key)
            .env("SERVICE_KEY", &self.keys.service_key)
            .env("PUBLISHABLE_KEY", &self.keys.publishable_key)
            .env("SECRET_KEY", &self.keys.secret_key)
            .env("TOKENS", of(Self::token))
            .env("IDS", of(|world, person| world.id(person).to_string()))
            .envs(more.iter().copied())
            .kill_on_drop(true)
            .output()
            .await
            .context("node cannot be run")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        println!("{said}");
        ensure!(output.status.success(), "{}\n{said}\n{complained}", output.status);
        Ok(())
    }
}

async fn has_node() -> bool {
    let runs =
        |program| async move { Command::new(program).arg("--version").output().await.is_ok() };
    runs("node").await && runs("npm").await
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("js")
}

/// Install exactly the lock file, once: npm copies it into the folder it installs to.
fn install() -> Result<()> {
    let folder = folder();
    let manifest = File::open(folder.join("package.json")).context("package.json is missing")?;
    // Several test processes may install at once.
    manifest.lock().context("package.json cannot be locked")?;
    let lock = folder.join("package-lock.json");
    let mark = folder.join("node_modules/.installed");
    let wanted = fs::read(&lock).context("package-lock.json is missing")?;
    if fs::read(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let output = std::process::Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(&folder)
        .output()
        .context("npm cannot be run")?;
    ensure!(output.status.success(), "npm ci: {}", String::from_utf8_lossy(&output.stderr));
    fs::write(mark, wanted).context("node_modules cannot be written")
}
