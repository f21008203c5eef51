//! docs/database is printed from the catalog of a deployed database.
//!
//! `UPDATE_DOCS=1 cargo test -p tests --test it docs` prints it anew. And the README's first
//! command finds what to run.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use tests::World;

/// Each page is what one query says.
const PAGES: [(&str, &str); 5] = [
    ("tables", include_str!("docs/tables.sql")),
    ("lenses", include_str!("docs/lenses.sql")),
    ("functions", include_str!("docs/functions.sql")),
    ("permissions", include_str!("docs/permissions.sql")),
    ("diagram", include_str!("docs/diagram.sql")),
];

#[tokio::test]
async fn the_reference_is_that_of_the_database() {
    let world = World::new().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/database");
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let mut stale = Vec::new();
    for (name, sql) in PAGES {
        let page: String = world.value(sql, &[]).await;
        let path = folder.join(name).with_extension("md");
        if fs::read_to_string(&path).is_ok_and(|printed| printed == page) {
            continue;
        }
        if update {
            fs::write(&path, page).expect("docs/database can be written");
        } else {
            stale.push(name);
        }
    }
    assert!(
        stale.is_empty(),
        "docs/database is stale ({}): UPDATE_DOCS=1 cargo test -p tests --test it docs",
        stale.join(", ")
    );
}

/// A change of privilege is a line that a reviewer sees.
#[tokio::test]
async fn a_privilege_is_a_line() {
    let world = World::new().await;
    let (_, sql) = PAGES[3];
    let before: String = world.value(sql, &[]).await;
    world.sql("grant delete on core.booking to authenticated").await;
    let after: String = world.value(sql, &[]).await;
    let new: Vec<_> = after.lines().filter(|line| !before.contains(line)).collect();
    assert_eq!(new.len(), 1);
    assert!(new[0].starts_with("| core.booking |  | select, delete |"), "{}", new[0]);
}

/// `cargo run` asks which binary is meant as soon as there are two.
#[test]
fn cargo_run_knows_what_to_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let metadata = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let told = Command::new(env!("CARGO")).args(metadata).current_dir(root).output().unwrap();
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let members = list(&told["workspace_default_members"]);
    let packages = list(&told["packages"]).into_iter().filter(|p| members.contains(&p["id"]));
    let targets = packages.flat_map(|package| list(&package["targets"]));
    let run: Vec<_> =
        targets.filter(|target| target["kind"] == serde_json::json!(["bin"])).collect();
    let names: Vec<_> = run.iter().map(|target| &target["name"]).collect();
    assert_eq!(names, ["convene"]);
}
