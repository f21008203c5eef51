//! Transactions that are undone, and leave a clean connection.

use serde_json::{Value, json};
use tests::dialect::{Api, Case, meets};

const WHOLE: (&str, &str) = ("prefer", "return=representation");

const OBJECT: (&str, &str) = ("accept", "application/vnd.pgrst.object+json");

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

/// If everything is rolled back, a request that fails must not spoil the next one.
#[tokio::test]
async fn a_refused_transaction_leaves_a_clean_connection() {
    let api = Api::undoing().await;
    for _ in 0..12 {
        assert_eq!(api.refused("/client?client_id=in.(x)").await, (400, "22P02".into()));
    }
    for _ in 0..12 {
        api.get("/client").await;
    }
    let duplicate = api.ask("POST", "/late", &[], Some(json!({"n": 1}))).await;
    assert_eq!((duplicate.status, duplicate.code()), (409, "23505"), "checked before the end");
}

#[tokio::test]
async fn one_object_is_asked_for_and_two_are_written() {
    let object = [("accept", "application/vnd.pgrst.object+json")];
    let two = json!([{"client_id": 8, "name": "H"}, {"client_id": 9, "name": "I"}]);
    let one = json!([{"client_id": 8, "name": "H"}]);
    let refusal = json!({"code": "PGRST116", "details": "The result contains 2 rows"});
    let cases: [Case<'_>; 2] = [
        ("POST", "/client", &object, Some(two), 406, refusal),
        ("POST", "/client", &object, Some(one), 201, Value::Null),
    ];
    meets(&Api::undoing().await, &cases).await;
}
