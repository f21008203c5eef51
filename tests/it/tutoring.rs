//! The tutoring system, as its own front end would use it.

use tests::World;

#[tokio::test]
async fn an_expert_offers_and_a_learner_books_through_supabase_js() {
    let world = World::new().await;
    world.story("tutoring", &["tara", "alice", "bob"]).await;
}
