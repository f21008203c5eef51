//! What all routes under /functions/v1 have in common, and the link that stops mail.

use reqwest::Method;
use serde_json::json;
use tests::{Who, World};
use uuid::Uuid;

const ROUTES: [&str; 7] = [
    "create-booking",
    "create-order",
    "pay",
    "cancel-booking",
    "accept-booking",
    "decline-booking",
    "refund-booking",
];

/// The address itself answers with a list of what is served, and the docs have the same list.
#[tokio::test]
async fn the_address_answers_with_what_is_served() {
    let world = World::new().await;
    let page = include_str!("../../docs/functions.md");
    let contents = world.get(Who::Anonymous, "/").await.ok();
    let functions = contents["functions"].as_array().expect("a list").clone();
    assert!(functions.len() > 8, "{contents}");
    for function in functions {
        let (method, path) = (function["method"].as_str(), function["path"].as_str());
        let (method, path) = (method.expect("a method"), path.expect("a path"));
        assert!(page.contains(&format!("`{method} {path}`")), "{method} {path}");
        let method = method.parse().expect("a method");
        let answer = world.send(world.request(Who::Anonymous, method, path)).await;
        assert!(![404, 405].contains(&answer.status), "{path}: {answer:?}");
    }
    for path in ["health", "ready", "data_api", "auth"] {
        assert!(contents[path].is_string(), "{path}");
    }
}

/// The answer is not axum's text with 400, 415 or 422.
#[tokio::test]
async fn a_body_that_does_not_parse_is_refused_in_json() {
    let world = World::new().await;
    world.make_learner("alice").await;
    for route in ROUTES {
        let path = format!("/functions/v1/{route}");
        for (kind, body) in [
            ("application/json", ""),
            ("application/json", "{"),
            ("application/json", "[1]"),
            ("application/x-www-form-urlencoded", "slot_id=1"),
            ("text/plain", "hello"),
            ("application/json", r#"{"no_such_field": 1}"#),
        ] {
            let request =
                world.request("alice", Method::POST, &path).header("content-type", kind).body(body);
            let answer = world.send(request).await;
            let said = (answer.status, answer.body["code"].as_str());
            assert_eq!(said, (400, Some("M0000")), "{route} {kind} {body}: {}", answer.body);
            assert_eq!(answer.body["message"], "invalid_request", "{route} {body}");
        }
    }
}

#[tokio::test]
async fn a_body_that_does_not_parse_names_the_field() {
    let world = World::new().await;
    world.make_learner("alice").await;
    let answer = world
        .post("alice", "/functions/v1/create-booking", json!({ "slot_id": 7, "seats": 1 }))
        .await;
    let details = answer.body["details"].as_str().unwrap_or_default();
    assert!(details.starts_with("slot_id: "), "{}", answer.body);
    let body = json!({ "slot_id": Uuid::nil(), "seats": "two" });
    let answer = world.post("alice", "/functions/v1/create-booking", body).await;
    let details = answer.body["details"].as_str().unwrap_or_default();
    assert!(details.starts_with("seats: "), "{}", answer.body);
}

/// Mail scanners open links: opening the page changes nothing. The key is the permission.
#[tokio::test]
async fn the_link_of_a_mail_stops_mail_of_its_type_when_it_is_posted_to() {
    let world = World::new().await;
    world.introduce(&["alice"]).await;
    let (outbox_id, key) = (Uuid::now_v7(), Uuid::new_v4());
    let sql = "insert into core.outbox (outbox_id, topic, person_id)
               values ($1, 'booking_reminder', $2)";
    world.execute(sql, &[&outbox_id, &world.id("alice")]).await;
    let sql = "insert into core.delivery (outbox_id, unsubscribe_key) values ($1, $2)";
    world.execute(sql, &[&outbox_id, &key]).await;
    let stopped = async || -> i64 {
        let sql = "select count(*) from core.notification_preference where not wants_email";
        world.value(sql, &[]).await
    };
    let path = format!("/functions/v1/unsubscribe?key={key}");

    let shown = world.get(Who::Anonymous, &path).await;
    assert_eq!((shown.status, stopped().await), (200, 0), "looking changes nothing");
    for _ in 0..2 {
        // The form in which a mail program posts it, without a key of the API.
        let posted = reqwest::Client::new()
            .post(format!("{}{path}", world.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("List-Unsubscribe=One-Click")
            .send()
            .await
            .expect("the server answers");
        assert_eq!((posted.status().as_u16(), stopped().await), (200, 1));
    }
    let unknown = format!("/functions/v1/unsubscribe?key={}", Uuid::new_v4());
    let answer = world.send(world.request(Who::Anonymous, Method::POST, &unknown)).await;
    answer.refused(404, "unsubscribe_link_not_found");
    let answer = world.get(Who::Anonymous, "/functions/v1/unsubscribe?key=x").await;
    assert_eq!(answer.status, 400);
}
