//! The dog-training system, as its own front end uses it.

use tests::World;

use crate::auth::window;

#[tokio::test]
async fn owners_and_trainers_use_every_table_of_the_document_through_supabase_js() {
    let world = World::new().await;
    let window = window(&world).await;
    let people = ["tara", "alice", "bob", "sam"];
    world.story_with("dogs", &people, &[("WINDOW_URL", &window)]).await;
}
