//! What a front end sees through a lens, over HTTP.

use serde_json::json;
use tests::{Who, World};

/// `expert_profiles` shows its key twice, as `id` and as `user_profile_id`.
#[tokio::test]
async fn a_key_that_is_shown_twice_is_one_relationship() {
    let world = World::new().await;
    world.make_expert("tara", "Europe/Copenhagen", "08:00", "20:00").await;
    world.make_session("tara", 60, 50_000, 1).await;

    let path = "/rest/v1/sessions?select=title,expert:expert_profiles(user:user_profiles(display_name))";
    let seen = world.get(Who::Anonymous, path).await.ok();

    let expert = json!({"user": {"display_name": "tara"}});
    assert_eq!(seen, json!([{"title": "Lesson", "expert": expert}]));
}
