//! Deploying: all or nothing, nothing twice, and by no superuser.

use convene::deploy::{Outcome, deploy};
use tests::{EmptyDatabase, World};

#[tokio::test]
async fn deploying_twice_changes_nothing() {
    let database = EmptyDatabase::new().await;
    assert_eq!(deploy(&database.owner_url).await.unwrap(), Outcome::Installed);
    assert_eq!(deploy(&database.owner_url).await.unwrap(), Outcome::Unchanged);
}

#[tokio::test]
async fn both_logins_are_let_in() {
    let world = World::new().await;
    assert_eq!(world.get("alice", "/ready").await.ok()["status"], "ready");
}
