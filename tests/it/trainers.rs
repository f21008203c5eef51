//! The trainers' system, as its own front end would use it.

use tests::World;

#[tokio::test]
async fn a_trainer_and_a_client_use_the_api_service_of_the_document() {
    let world = World::new().await;
    let people = ["tara", "alice", "bob", "sam"];
    world.introduce(&people).await;
    world.story("trainers", &people).await;
}
