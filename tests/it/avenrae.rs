//! The Avenrae sanctuary, as its own front end would use it.

use tests::World;

#[tokio::test]
async fn a_healer_a_client_and_staff_use_every_table_of_the_document() {
    let world = World::new().await;
    let people = ["tara", "alice", "eve", "sam"];
    world.introduce(&people).await;
    world.story("avenrae", &people).await;
}
