//! The Avenrae sanctuary, as its own front end would use it.

use tests::World;

#[tokio::test]
async fn a_healer_a_client_and_staff_use_every_table_of_the_document() {
    let world = World::new().await;
    let people = ["tara", "alice", "eve", "sam"];
    world.introduce(&people).await;
    world.story("avenrae", &people).await;
}

/// `CLIENTS` sets how many clients want the ten pieces and the fifty seats; 1000 by default.
#[tokio::test(flavor = "multi_thread")]
async fn ten_pieces_and_fifty_seats_are_sold_once_to_a_thousand() {
    let world = World::new().await;
    world.introduce(&["tara"]).await;
    world.story("avenrae_race", &["tara"]).await;
}
