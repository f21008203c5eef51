//! Writes.

use serde_json::json;

use super::Api;

const WHOLE: (&str, &str) = ("prefer", "return=representation");
const OBJECT: (&str, &str) = ("accept", "application/vnd.pgrst.object+json");

#[tokio::test]
async fn rows_are_inserted_one_or_many() {
    let api = Api::new().await;
    let reply = api.ask("POST", "/client", &[], Some(json!({"client_id": 7, "name": "G"}))).await;
    assert_eq!((reply.status, reply.text.as_str()), (201, ""));
    assert_eq!(reply.header("content-range"), "*/*");

    let one = json!({"project_id": 7, "name": "Seven", "client_id": 7});
    let path = "/project?select=name,loud,client(name)";
    let reply = api.ask("POST", path, &[WHOLE, OBJECT], Some(one)).await;
    assert_eq!(reply.json, json!({"name": "Seven", "loud": "SEVEN", "client": {"name": "G"}}));

    let many = json!([{"name": "X", "email": "x@x"}, {"name": "Y"}]);
    let path = "/person?columns=%22name%22,%22email%22&select=name,email,born";
    let reply = api.ask("POST", path, &[WHOLE], Some(many.clone())).await;
    let rows = json!([{"name": "X", "email": "x@x", "born": 1970},
                      {"name": "Y", "email": null, "born": 1970}]);
    assert_eq!(reply.json, rows);
    let reply = api.ask("POST", "/person", &[], Some(many)).await;
    assert_eq!((reply.status, reply.code()), (400, "PGRST102"), "members must match");

    let headers = [("prefer", "return=headers-only")];
    let reply =
        api.ask("POST", "/client", &headers, Some(json!({"client_id": 8, "name": "H"}))).await;
    assert_eq!(reply.header("location"), "/client?client_id=eq.8");
}

#[tokio::test]
async fn missing_members_are_null_or_the_default() {
    let api = Api::new().await;
    let body = json!([{"name": "A", "born": 1}, {"name": "B"}]);
    let path = "/person?columns=name,born&select=name,born";
    let reply = api.ask("POST", path, &[WHOLE], Some(body.clone())).await;
    assert_eq!(reply.json[1], json!({"name": "B", "born": null}));
    let defaults = ("prefer", "return=representation,missing=default");
    let reply = api.ask("POST", path, &[defaults], Some(body)).await;
    assert_eq!(reply.json[1], json!({"name": "B", "born": 1970}));
}

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
async fn a_write_that_breaks_a_promise_is_rolled_back() {
    let api = Api::new().await;
    let strict = [("prefer", "handling=strict,max-affected=1")];
    let reply = api.ask("PATCH", "/unit?unit_id=gt.0", &strict, Some(json!({"name": "x"}))).await;
    assert_eq!((reply.status, reply.code()), (400, "PGRST124"));
    let reply =
        api.ask("PATCH", "/unit?unit_id=gt.0", &[WHOLE, OBJECT], Some(json!({"name": "x"}))).await;
    assert_eq!((reply.status, reply.code()), (406, "PGRST116"));
    let rollback = [("prefer", "return=representation,tx=rollback")];
    let reply = api.ask("DELETE", "/letter", &rollback, None).await;
    assert_eq!(reply.json.as_array().map(Vec::len), Some(2));
    assert_eq!(api.get("/unit?name=eq.x").await, json!([]));
    assert_eq!(api.get("/letter?select=letter_id").await.as_array().map(Vec::len), Some(2));
    let unknown = [("prefer", "handling=strict,anything=else")];
    let reply = api.ask("GET", "/unit", &unknown, None).await;
    assert_eq!((reply.status, reply.code()), (400, "PGRST122"));
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

#[tokio::test]
async fn limits_say_what_they_are() {
    let api = Api::with(|settings| {
        settings.max_body = 100;
        settings.max_url = 200;
        settings.max_conditions = 3;
    })
    .await;
    let long = json!({"client_id": 9, "name": "x".repeat(200)});
    assert_eq!(api.ask("POST", "/client", &[], Some(long)).await.status, 413);
    assert_eq!(api.refused(&format!("/client?name=eq.{}", "x".repeat(300))).await.0, 414);
    let many = "/client?name=eq.a&name=eq.b&or=(name.eq.c,name.eq.d)";
    assert_eq!(api.refused(many).await, (400, "PGRST100".into()));
    assert_eq!(api.refused("/client?name=eq.a&name=eq.b&name=eq.c").await.0, 200);
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

    // PostgREST's own map of errors, where that is asked for.
    let plain = Api::new().await;
    let reply = plain.ask("PATCH", "/nested_view?id=eq.1", &[], row).await;
    assert_eq!((reply.status, reply.code()), (500, "55000"));
}
