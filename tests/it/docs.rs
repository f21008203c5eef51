//! docs/database is printed from the catalog of a deployed database.
//!
//! `UPDATE_DOCS=1 cargo test -p tests --test it docs` prints it anew. And the README's first
//! command finds what to run.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;
use serde_json::Value;

use tests::World;

/// Each page is the result of one query.
const PAGES: [(&str, &str); 4] = [
    ("tables", include_str!("docs/tables.sql")),
    ("lenses", include_str!("docs/lenses.sql")),
    ("permissions", include_str!("docs/permissions.sql")),
    ("diagram", include_str!("docs/diagram.sql")),
];

/// The functions have a page for each area.
const FUNCTIONS: &str = include_str!("docs/functions.sql");

/// The file that makes a function: its folder and name.
struct Place {
    name: String,
    area: String,
    domain: String,
}

#[tokio::test]
async fn the_reference_is_that_of_the_database() {
    let world = World::new().await;
    let folder = root().join("docs/database");
    let mut pages = function_pages(&world).await;
    for (name, sql) in PAGES {
        pages.insert(PathBuf::from(name).with_extension("md"), world.value(sql, &[]).await);
    }

    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let mut stale = Vec::new();
    for (name, page) in &pages {
        let path = folder.join(name);
        if fs::read_to_string(&path).is_ok_and(|printed| printed == *page) {
            continue;
        }
        if update {
            fs::create_dir_all(path.parent().expect("a page is in a folder")).expect("a folder");
            fs::write(&path, page).expect("docs/database can be written");
        } else {
            stale.push(name.display().to_string());
        }
    }
    for path in files(&folder) {
        let name = path.strip_prefix(&folder).expect("it is in the folder");
        if pages.contains_key(name) {
            continue;
        }
        if update {
            fs::remove_file(&path).expect("a page that nothing prints can be removed");
        } else {
            stale.push(name.display().to_string());
        }
    }
    assert!(
        stale.is_empty(),
        "docs/database is stale ({}): UPDATE_DOCS=1 cargo test -p tests --test it docs",
        stale.join(", ")
    );
}

/// The page of each area, and the list of everything that clients call.
async fn function_pages(world: &World) -> BTreeMap<PathBuf, String> {
    let places = places();
    let names: Vec<_> = places.iter().map(|place| &place.name).collect();
    let areas: Vec<_> = places.iter().map(|place| &place.area).collect();
    let domains: Vec<_> = places.iter().map(|place| &place.domain).collect();
    let mut pages = BTreeMap::new();
    for row in world.rows(FUNCTIONS, &[&names, &areas, &domains]).await {
        let area: Option<String> = row.get(0);
        let area = area.expect("every function is made by a file of sql/functions or sql/lenses");
        let name = match area.as_str() {
            "" => PathBuf::from("functions.md"),
            area => Path::new("functions").join(area).with_extension("md"),
        };
        pages.insert(name, row.get(1));
    }
    pages
}

/// Which file makes which function: `sql/functions/<area>/<domain>.sql`, or a file of a lens.
fn places() -> Vec<Place> {
    let made = Regex::new(r"(?m)^create (?:or replace )?function (\w+\.\w+)").expect("a pattern");
    let mut found = BTreeSet::new();
    let mut places = Vec::new();
    for file in
        files(&root().join("sql/functions")).into_iter().chain(files(&root().join("sql/lenses")))
    {
        let word = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
        let area = word(file.parent().expect("a file is in a folder"));
        let domain = word(&file);
        let text = fs::read_to_string(&file).expect("a file of sql/");
        for name in made.captures_iter(&text).map(|found| found[1].to_owned()) {
            if found.insert(name.clone()) {
                places.push(Place { name, area: area.clone(), domain: domain.clone() });
            }
        }
    }
    places
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a package has a workspace")
}

/// The files of a folder and of those in it, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
        .into_iter()
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

/// A changed privilege becomes a line that a reviewer sees.
#[tokio::test]
async fn a_privilege_is_a_line() {
    let world = World::new().await;
    let (_, sql) = PAGES[2];
    let before: String = world.value(sql, &[]).await;
    world.sql("grant delete on core.booking to authenticated").await;
    let after: String = world.value(sql, &[]).await;
    let new: Vec<_> = after.lines().filter(|line| !before.contains(line)).collect();
    assert_eq!(new.len(), 1);
    assert!(new[0].starts_with("| core.booking |  | select, delete |"), "{}", new[0]);
}

/// `cargo run` asks which binary is meant, unless exactly one package is the default.
#[test]
fn cargo_run_knows_what_to_run() {
    let metadata = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let told = tests::cargo().args(metadata).output().unwrap();
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let members = told["workspace_default_members"].as_array().unwrap();
    let packages = told["packages"].as_array().unwrap().iter();
    let run: Vec<_> = packages
        .filter(|package| members.contains(&package["id"]))
        .filter_map(|package| package["default_run"].as_str())
        .collect();
    assert_eq!(run, ["convene"]);
}

#[tokio::test]
async fn operations_list_the_events_that_stripe_must_send() {
    let world = World::new().await;
    let page = fs::read_to_string(root().join("docs/operations.md")).expect("the page is there");
    let listed = |after: &str| -> BTreeSet<String> {
        let line = page.split_once(after).and_then(|(_, rest)| rest.lines().nth(1));
        line.unwrap_or_default()
            .split(", ")
            .map(|name| name.trim_matches(['`', '.']).to_owned())
            .collect()
    };
    for (endpoint, after) in [
        ("platform", "Choose for the endpoint of the platform:"),
        ("connect", "And for the endpoint of connected accounts:"),
    ] {
        let sql = "select event_type from internal.needed_events() where endpoint = $1";
        let rows = world.rows(sql, &[&endpoint]).await;
        let needed: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(listed(after), needed, "docs/operations.md, events of the {endpoint}");
    }
}
