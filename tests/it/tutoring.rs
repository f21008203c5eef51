//! The tutoring system, as its own front end uses it.

use tests::World;

use crate::auth::window;

#[tokio::test]
async fn an_expert_offers_and_a_learner_books_through_supabase_js() {
    let world = World::new().await;
    let window = window(&world).await;
    world.story_with("tutoring", &[], &[("WINDOW_URL", &window)]).await;
}
