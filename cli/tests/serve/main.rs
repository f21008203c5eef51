//! `convene serve` as its users meet it: a process, a port, a folder.

mod lenses;
mod links;
mod recipes;
mod serving;

use std::{
    net::TcpListener,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use convene::deploy;
use nix::sys::signal::Signal;

use serving::{Serving, command, folder, refusal};

const PATIENCE: Duration = Duration::from_secs(60);

fn has_server(data: &Path) -> bool {
    data.join("data/postmaster.pid").exists()
}

#[tokio::test]
async fn a_restart_keeps_the_data_and_a_reset_forgets_it() {
    let folder = folder();
    let first = Serving::start(folder.path(), &[]);
    assert!(first.get("/health").starts_with("HTTP/1.1 200"));
    assert!(first.get("/ready").starts_with("HTTP/1.1 200"));
    #[cfg(target_os = "linux")]
    assert!(first.open_files() > 512, "more people may come than a shell allows");
    let client = deploy::connect(first.database_url()).await.unwrap();
    client.batch_execute("create table public.kept ()").await.unwrap();
    let key = first.line("anon key").to_owned();
    assert!(first.end(Signal::SIGTERM));

    let second = Serving::start(folder.path(), &[]);
    let kept = "select to_regclass('public.kept') is not null";
    let client = deploy::connect(second.database_url()).await.unwrap();
    assert!(client.query_one(kept, &[]).await.unwrap().get::<_, bool>(0));
    let payload = |key: &str| key.split('.').next().map(str::to_owned);
    assert_eq!(payload(second.line("anon key")), payload(&key));
    assert!(second.end(Signal::SIGINT));

    let third = Serving::start(folder.path(), &["--reset"]);
    let client = deploy::connect(third.database_url()).await.unwrap();
    assert!(!client.query_one(kept, &[]).await.unwrap().get::<_, bool>(0));
    assert!(third.end(Signal::SIGTERM));
    assert!(!has_server(folder.path()), "what was started is stopped");
}

#[test]
fn a_killed_convene_leaves_no_server_behind() {
    let folder = folder();
    let serving = Serving::start(folder.path(), &[]);
    assert!(has_server(folder.path()));
    serving.end(Signal::SIGKILL);
    let deadline = Instant::now() + PATIENCE;
    while has_server(folder.path()) {
        assert!(Instant::now() < deadline, "the server outlives convene");
        thread::sleep(Duration::from_millis(20));
    }
    // And what it left can be served again.
    assert!(Serving::start(folder.path(), &[]).get("/ready").starts_with("HTTP/1.1 200"));
}

#[test]
fn two_cannot_serve_from_one_folder() {
    let folder = folder();
    let _first = Serving::start(folder.path(), &[]);
    let said = refusal(command(folder.path(), &["--port", "0"]));
    assert!(said.contains("Another convene serves from"), "{said}");
    assert!(said.contains("--data"), "{said}");
}

#[test]
fn a_port_in_use_is_said_before_anything_is_touched() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let said = refusal(command(folder.path(), &["--port", &port, "--reset"]));
    assert!(said.contains(&format!("Port {port} is in use")), "{said}");
    assert!(said.contains("--port"), "{said}");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_database_that_is_not_there_is_said_in_one_line() {
    let folder = folder();
    let mut command = command(folder.path(), &["--port", "0"]);
    command.env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nowhere");
    let said = refusal(command);
    assert!(said.contains("The database cannot be reached; check DATABASE_URL"), "{said}");
}

#[test]
fn a_secret_that_is_too_short_is_said_in_one_line() {
    let folder = folder();
    let mut command = command(folder.path(), &["--port", "0"]);
    command.env("JWT_SECRET", "short");
    let said = refusal(command);
    assert!(said.contains("JWT_SECRET"), "{said}");
    assert!(!said.contains("`short`"), "a secret is not repeated: {said}");
}
