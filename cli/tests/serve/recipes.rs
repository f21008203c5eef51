//! The commands of docs/operations.md for copies and exports, run as they stand there.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};

use convene::deploy;
use local_postgres::{Account, Keep, Server};
use nix::sys::signal::Signal;

use crate::serving::{Serving, folder};

/// The block of commands below a title.
fn commands(page: &str, title: &str) -> String {
    let (_, section) = page.split_once(&format!("\n## {title}\n")).expect(title);
    let (_, block) = section.split_once("```sh\n").expect("commands");
    block.split_once("```").expect("an end").0.to_owned()
}

/// How many rows each table has, and a digest of them.
async fn contents(url: &str) -> Vec<(String, i64, String)> {
    let client = deploy::connect(url).await.expect("it is there");
    let tables = "select oid::regclass::text from pg_class
                  where relkind = 'r'
                    and relnamespace in ('core'::regnamespace, 'identity'::regnamespace)
                  order by 1";
    let mut contents = Vec::new();
    for table in client.query(tables, &[]).await.expect("a list") {
        let table: String = table.get(0);
        let digest = format!(
            "select count(*), md5(coalesce(string_agg(t::text, ',' order by t::text), ''))
             from {table} as t"
        );
        let row = client.query_one(&digest, &[]).await.expect("rows");
        contents.push((table, row.get(0), row.get(1)));
    }
    contents
}

/// `date` in the recipe says the second that the next command of the page has as an example.
fn stop_the_clock(folder: &Path) {
    let date = folder.join("date");
    fs::write(&date, "#!/bin/sh\necho 20260110_120000\n").expect("a script");
    fs::set_permissions(&date, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

fn has_tools() -> bool {
    ["pg_dump", "pg_restore", "createdb", "psql"]
        .iter()
        .all(|tool| Command::new(tool).arg("--version").output().is_ok())
}

#[tokio::test]
async fn the_commands_for_copies_and_exports_do_what_their_page_says() {
    if !has_tools() {
        eprintln!("SKIPPED: there is no pg_dump here.");
        return;
    }
    // The demo's house; then its database alone, where no clock changes rows while we compare.
    let home = folder();
    assert!(Serving::start(home.path(), &["--no-pages"]).end(Signal::SIGTERM));
    let account = Account::unprivileged().expect("an account");
    let binaries = local_postgres::find(&account).expect("a server");
    let server = Server::start(&binaries, &account, home.path(), Keep::Data).expect("it starts");

    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md");
    let page = fs::read_to_string(page).expect("the page");
    let work = folder();
    stop_the_clock(work.path());
    let convene = Path::new(env!("CARGO_BIN_EXE_convene")).parent().expect("a folder");
    let path = std::env::var("PATH").expect("a path");
    let path = format!("{}:{}:{path}", work.path().display(), convene.display());
    let Output { status, stdout, stderr } = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &commands(&page, "The commands of MySQL")])
        .current_dir(work.path())
        .env("PATH", path)
        .env("ADMIN_URL", server.url("postgres", "convene"))
        .env("SERVICE_DATABASE_URL", server.url("service_authenticator", "convene"))
        .env("RESTORED_ADMIN_URL", server.url("postgres", "restored"))
        .env("RESTORED_URL", server.url("convene", "restored"))
        .output()
        .expect("bash runs");
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{said}");

    let before = contents(&server.url("postgres", "convene")).await;
    assert!(
        before.iter().any(|(table, rows, _)| table == "core.booking" && *rows > 0),
        "{before:?}"
    );
    assert_eq!(contents(&server.url("postgres", "restored")).await, before);

    let client = deploy::connect(&server.url("postgres", "convene")).await.expect("it is there");
    let healers = client.query_one("select count(*) from core.provider", &[]).await.expect("rows");
    let healers = usize::try_from(healers.get::<_, i64>(0)).expect("a count");
    assert!(healers > 0);
    let read = |name: &str| fs::read_to_string(work.path().join(name)).expect(name);
    let inserts = read("healers.txt").matches("INSERT INTO core.provider ").count();
    assert_eq!(inserts, healers, "one table, as statements");
    let csv = read("healers.csv");
    assert!(csv.starts_with("id,user_id,healer_type,"), "{csv}");
    let seen = "select count(*) from avenrae.healers";
    let seen: i64 = client.query_one(seen, &[]).await.expect("rows").get(0);
    assert_eq!(i64::try_from(csv.lines().count()), Ok(seen + 1), "one table, as CSV");
    server.stop().expect("it ends");
}
