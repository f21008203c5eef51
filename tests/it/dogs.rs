//! The dog-training system, as its own front end uses it.

use tests::World;

use crate::{auth::window, money};

#[tokio::test]
async fn owners_and_trainers_use_every_table_of_the_document_through_supabase_js() {
    let world = World::new().await;
    let window = window(&world).await;
    let people = ["tara", "alice", "bob", "sam"];
    world.story_with("dogs", &people, &[("WINDOW_URL", &window)]).await;
}

/// Written from the document alone, by somebody who had not seen the SQL.
#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_of_dog_owners_runs_as_it_was_written_from_the_document() {
    money::tell("dogs_front_end").await;
}
