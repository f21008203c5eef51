//! Updating and deleting the rows that filters select.

use serde_json::json;
use tests::dialect::Api;

const WHOLE: (&str, &str) = ("prefer", "return=representation");

#[tokio::test]
async fn rows_are_updated_and_deleted_where_the_filters_say() {
    let api = Api::new().await;
    let path = "/project?client_id=eq.1&select=name,mood&order=name";
    let reply = api.ask("PATCH", path, &[WHOLE], Some(json!({"mood": "sad"}))).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.json.as_array().map(Vec::len), Some(2));
    assert_eq!(api.get("/project?select=project_id&mood=eq.sad&client_id=eq.2").await, json!([]));
    let reply =
        api.ask("PATCH", "/project?project_id=eq.99", &[], Some(json!({"name": "x"}))).await;
    assert_eq!((reply.status, reply.header("content-range")), (204, "*/*"));
    let counted = [("prefer", "count=exact")];
    let reply = api.ask("DELETE", "/letter?letter_id=eq.1", &counted, None).await;
    assert_eq!((reply.status, reply.header("content-range")), (204, "*/1"));
    let reply = api
        .ask(
            "PATCH",
            "/project?or=(project_id.eq.3,name.eq.Delta)",
            &counted,
            Some(json!({"name": "same"})),
        )
        .await;
    assert_eq!(reply.header("content-range"), "0-1/2");
}

#[tokio::test]
async fn a_view_that_cannot_be_changed_says_what_it_is_for() {
    let api = Api::of_the_marketplace().await;
    let row = Some(json!({"id": 1, "title": "One"}));
    for (method, body) in [("POST", row.clone()), ("PATCH", row.clone()), ("DELETE", None)] {
        let reply = api.ask(method, "/nested_view?id=eq.1", &[], body).await;
        assert_eq!((reply.status, reply.code()), (405, "55000"), "{method}");
        assert_eq!(reply.header("allow"), "OPTIONS,GET,HEAD");
    }
    // A trigger inserts into one view; Postgres itself changes the other.
    let note = Some(json!({"noted_id": 9, "note": "n"}));
    assert_eq!(api.ask("POST", "/noted_view", &[], note).await.status, 201);
    let reply = api.ask("PATCH", "/project_view?id=eq.1", &[], Some(json!({"title": "T"}))).await;
    assert_eq!(reply.status, 204);

    // PostgREST's own map of errors, if it is enabled.
    let plain = Api::new().await;
    let reply = plain.ask("PATCH", "/nested_view?id=eq.1", &[], row).await;
    assert_eq!((reply.status, reply.code()), (500, "55000"));
}
