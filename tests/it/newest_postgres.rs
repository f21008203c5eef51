//! The newest PostgreSQL, which may be newer than the one installed here.

use std::process::Stdio;

use tests::private_server;
use tokio::{process::Command, task::spawn_blocking};

/// The newest release of the package that `convene serve` falls back to.
const NEWEST: &str = "18.4.0-beta.17";

/// What broke with a new version before or would break: deploying without a superuser, the catalog
/// that the data API reads, and the path from an offer to a paid booking.
const TESTS: [&str; 3] = ["deploy::", "rest::", "tutoring::"];

#[tokio::test]
async fn the_marketplace_runs_on_the_newest_postgres() {
    if environment::optional("DATABASE_URL").is_some() {
        eprintln!("SKIPPED: DATABASE_URL says which PostgreSQL to test with.");
        return;
    }
    let start = || private_server(|account| local_postgres::fetch(account, NEWEST));
    let server = match spawn_blocking(start).await.unwrap() {
        Ok(server) => server,
        Err(error) => {
            eprintln!("SKIPPED: no PostgreSQL {NEWEST}: {error:#}");
            return;
        }
    };
    // This same test program, with the address of the other server.
    let output = Command::new(std::env::current_exe().unwrap())
        .args(TESTS)
        .env("DATABASE_URL", server.url("postgres", "postgres"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    spawn_blocking(|| server.stop()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "on PostgreSQL {NEWEST}:\n{said}");
    assert!(!said.contains(" 0 passed"), "no test ran:\n{said}");
}
