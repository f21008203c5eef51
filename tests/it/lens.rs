//! What a front end sees through a lens, over HTTP.

use reqwest::Method;
use serde_json::json;
use tests::{Who, World};

/// `expert_profiles` shows its key twice, as `id` and as `user_profile_id`.
#[tokio::test]
async fn a_key_that_is_shown_twice_is_one_relationship() {
    let world = World::new().await;
    world.make_expert("tara", "Europe/Copenhagen", "08:00", "20:00").await;
    world.make_session("tara", 60, 50_000, 1).await;

    let path =
        "/rest/v1/sessions?select=title,expert:expert_profiles(user:user_profiles(display_name))";
    let seen = world.get(Who::Anonymous, path).await.ok();

    let expert = json!({"user": {"display_name": "tara"}});
    assert_eq!(seen, json!([{"title": "Lesson", "expert": expert}]));
}

/// The service key shows what no caller sees, with a login of its own; a person sees their own
/// rows.
#[tokio::test]
async fn the_service_key_sees_every_booking_and_a_stranger_none() {
    let world = World::new().await;
    world.make_expert("tara", "Europe/Copenhagen", "08:00", "20:00").await;
    let session = world.make_session("tara", 60, 50_000, 1).await;
    for learner in ["alice", "bob"] {
        world.make_learner(learner).await;
    }
    let slot_id = world.free_slots(session).await[0].slot_id;
    let arguments = json!({"p_learner_user_id": world.id("alice"), "p_slot_id": slot_id});
    world.rpc("alice", "create_booking_with_payment", arguments).await.ok();

    let path = "/rest/v1/bookings?select=status";
    assert_eq!(world.get(Who::Service, path).await.ok(), json!([{"status": "pending"}]));
    assert_eq!(world.get("alice", path).await.ok(), json!([{"status": "pending"}]));
    assert_eq!(world.get("bob", path).await.ok(), json!([]));
}

/// supabase-js upserts through every writable view of a lens, and staff writes with the secret key.
#[tokio::test]
async fn every_writable_view_of_tutoring_takes_upserts_and_the_service_key() {
    let world = World::new().await;
    world.introduce(&["tara", "alice"]).await;
    world.story("upsert", &["tara", "alice"]).await;
}

/// A front end reads everything that the five documents relate in one request, from either end.
#[tokio::test]
async fn every_relation_of_the_documents_embeds_from_both_ends() {
    World::new().await.story("relations", &[]).await;
}

/// A front end may send back the whole row it has read; what it cannot change there is named.
#[tokio::test]
async fn what_a_lens_computes_is_not_written_and_nobody_is_blamed() {
    let world = World::new().await;
    world.make_learner("alice").await;
    let id = world.id("alice");
    let path = format!("/rest/v1/user_profiles?user_id=eq.{id}");
    for (method, path) in [(Method::PATCH, &*path), (Method::POST, "/rest/v1/user_profiles")] {
        let body = json!({"user_id": id, "role": "admin"});
        let refused = world.send(world.request("alice", method, path).json(&body)).await;
        refused.refused(400, "column_read_only");
        assert!(refused.body["details"].as_str().is_some_and(|text| text.starts_with("role ")));
    }
    let body = json!({"user_id": id, "id": id, "role": "learner", "display_name": "Alice"});
    let saved = world.send(world.request("alice", Method::PATCH, &path).json(&body)).await;
    assert_eq!(saved.status, 204, "{saved:?}");
}

/// A refused value is reported with its field, in the caller's own words or those of the catalog.
#[tokio::test]
async fn what_the_database_refuses_is_named_with_its_field() {
    let world = World::new().await;
    world.make_expert("tara", "Europe/Copenhagen", "08:00", "20:00").await;
    let id = world.id("tara");
    let hours = json!({"expert_id": id, "start_time": "09:00", "end_time": "10:00"});
    let with = |field: &str, value| {
        let mut hours = hours.clone();
        hours[field] = value;
        hours
    };
    let windows = "/rest/v1/availability_windows";
    for (method, path, body, code, details) in [
        (Method::POST, windows, hours.clone(), "23502", "day_of_week is missing."),
        (
            Method::POST,
            windows,
            with("day_of_week", json!(9)),
            "23514",
            "day_of_week: what is allowed is (day_of_week >= 0) and (day_of_week <= 6).",
        ),
        (
            Method::POST,
            windows,
            with("day_of_week", json!("Sunday")),
            "22P02",
            "day_of_week: invalid input syntax for type integer: \"Sunday\".",
        ),
        (
            Method::POST,
            "/rest/v1/rpc/block_time",
            json!({"p_starts_at": "soon", "p_ends_at": "later"}),
            "22007",
            "p_starts_at: invalid input syntax for type timestamp with time zone: \"soon\".",
        ),
        (
            Method::PATCH,
            "/rest/v1/sessions?id=eq.x",
            json!({"title": "x"}),
            "22P02",
            "id: invalid input syntax for type uuid: \"x\".",
        ),
    ] {
        let refused = world.send(world.request("tara", method, path).json(&body)).await;
        let said = (refused.status, refused.body["code"].as_str());
        assert_eq!(said, (400, Some(code)), "{refused:?}");
        assert_eq!(refused.body["details"], details);
    }

    // Hours without a zone are in the zone of their expert.
    let path = format!("{windows}?select=timezone");
    let request =
        world.request("tara", Method::POST, &path).header("prefer", "return=representation");
    let made = world.send(request.json(&with("day_of_week", json!(0)))).await;
    assert_eq!(made.body, json!([{"timezone": "Europe/Copenhagen"}]));
}

/// Tools that read the API's description find its address in it.
#[tokio::test]
async fn the_description_says_where_the_api_is() {
    let world = World::new().await;
    let described = world.get(Who::Anonymous, "/rest/v1/").await.ok();
    assert_eq!(described["basePath"], "/rest/v1");
    assert_eq!(described["host"], world.url.trim_start_matches("http://"));
}
