//! Rows that exist already: merged, ignored, replaced.

use serde_json::json;
use tests::dialect::Api;

const WHOLE: (&str, &str) = ("prefer", "return=representation");

#[tokio::test]
async fn duplicates_are_merged_or_ignored_and_refused_without_a_word() {
    let api = Api::new().await;
    let row = json!({"name": "Anna", "email": "a@x"});
    let reply = api.ask("POST", "/person", &[], Some(row.clone())).await;
    assert_eq!((reply.status, reply.code()), (409, "23505"));
    let merge = ("prefer", "return=representation,resolution=merge-duplicates");
    let path = "/person?on_conflict=email&select=person_id,name";
    let reply = api.ask("POST", path, &[merge], Some(row.clone())).await;
    assert_eq!((reply.status, reply.json), (200, json!([{"person_id": 1, "name": "Anna"}])));
    let ignore = ("prefer", "return=representation,resolution=ignore-duplicates");
    let reply = api.ask("POST", path, &[ignore], Some(row)).await;
    assert_eq!((reply.status, reply.json), (201, json!([])));
    let mixed = json!([{"name": "Anna", "email": "a@x"}, {"name": "Zoe", "email": "z@x"}]);
    let reply = api.ask("POST", path, &[merge], Some(mixed)).await;
    assert_eq!((reply.status, reply.json.as_array().map(Vec::len)), (201, Some(2)));
}

#[tokio::test]
async fn a_view_that_a_trigger_writes_can_be_upserted() {
    let api = Api::new().await;
    let merge = [("prefer", "return=representation,resolution=merge-duplicates")];
    for note in ["first", "second"] {
        let body = json!({"noted_id": 1, "note": note});
        let reply = api.ask("POST", "/noted_view", &merge, Some(body)).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
    }
    assert_eq!(api.get("/noted").await, json!([{"noted_id": 1, "note": "second"}]));
    let reply =
        api.ask("POST", "/noted_view", &[], Some(json!({"noted_id": 1, "note": "x"}))).await;
    assert_eq!((reply.status, reply.code()), (409, "23505"), "no preference, no merging");
}

#[tokio::test]
async fn put_replaces_the_row_its_filters_name() {
    let api = Api::new().await;
    let row = json!({"client_id": 5, "name": "Five"});
    let reply = api.ask("PUT", "/client?client_id=eq.5", &[WHOLE], Some(row.clone())).await;
    assert_eq!((reply.status, reply.json), (201, json!([row])));
    let other = json!({"client_id": 6, "name": "Six"});
    let reply = api.ask("PUT", "/client?client_id=eq.5", &[], Some(other)).await;
    assert_eq!((reply.status, reply.code()), (400, "PGRST115"));
    let reply = api.ask("PUT", "/client?name=eq.Five", &[], Some(row)).await;
    assert_eq!((reply.status, reply.code()), (405, "PGRST105"));
}
