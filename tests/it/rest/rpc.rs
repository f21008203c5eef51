//! Calling functions.

use serde_json::{Value, json};
use tests::dialect::{Api, Case, meets};

#[tokio::test]
async fn functions_are_called_by_name_with_what_they_take() {
    let api = Api::new().await;
    let cases = [
        ("/rpc/add?a=1", json!(11)),
        ("/rpc/add?a=1&b=2", json!(3)),
        ("/rpc/words?w=a&w=b", json!(["a", "b"])),
        ("/rpc/numbers", json!([1, 2, 3])),
        ("/rpc/pair?n=5", json!({"a": 5, "b": "x"})),
        (
            "/rpc/first_project?select=name,client(name)",
            json!({"name": "Alpha", "client": {"name": "Acme"}}),
        ),
        (
            "/rpc/projects?select=project_id,loud&project_id=gt.2&order=project_id.desc&limit=1",
            json!([{"project_id": 4, "loud": "DELTA"}]),
        ),
    ];
    for (path, expected) in cases {
        assert_eq!(api.get(path).await, expected, "{path}");
    }
    let reply = api.ask("POST", "/rpc/whole", &[], Some(json!([1, {"a": 2}]))).await;
    assert_eq!(reply.json, json!([1, {"a": 2}]));
    let reply = api.ask("POST", "/rpc/silent", &[], Some(json!({}))).await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""));
    let reply = api.ask("POST", "/rpc/says", &[("x-agent", "me")], Some(json!({}))).await;
    let said = json!({"role": "anon", "method": "POST", "path": "/rpc/says", "agent": "me"});
    assert_eq!(reply.json, said);
    let reply = api.ask("POST", "/rpc/answer_so", &[], Some(json!({}))).await;
    assert_eq!((reply.status, reply.header("x-brewed")), (418, "yes"));
    let reply = api.ask("POST", "/rpc/refuse", &[], Some(json!({}))).await;
    let body = json!({"code": "PT402", "message": "pay", "details": "first", "hint": "then"});
    assert_eq!((reply.status, reply.json), (402, body));
}

#[tokio::test]
async fn calls() {
    let raw = json!({"code": "PGRST202", "hint": null,
        "message": "Could not find the function public.add in the schema cache"});
    let both = json!({"code": "PGRST203", "message": "Could not choose the best candidate \
        function between: public.two( => json), public.two( => jsonb)"});
    let near = json!({"hint": "Perhaps you meant to call the function public.add(a, b)"});
    let plain = [("accept", "text/plain")];
    let none = json!({"code": "PGRST107"});
    let cases: [Case<'_>; 9] = [
        ("GET", "/rpc/plain", &plain, None, 200, Value::Null),
        ("GET", "/rpc/plains", &plain, None, 406, none),
        ("POST", "/rpc/a_record", &[], None, 200, json!({"client_id": 1, "name": "Acme"})),
        ("POST", "/rpc/add", &[], Some(json!([{"a": 1, "b": 2}, {"a": 9, "b": 9}])), 200, json!(3)),
        ("GET", "/rpc/long?c=abcdef&cs={ghi}", &[], None, 200, json!("abcdefghi")),
        ("GET", "/rpc/bad_status", &[], None, 500, json!({"code": "PT40A"})),
        ("POST", "/rpc/add", &[("content-type", "text/plain")], None, 404, raw),
        ("POST", "/rpc/two", &[], Some(json!({"x": 1})), 300, both),
        ("GET", "/rpc/add?x=1&y=2", &[], None, 404, near),
    ];
    meets(&Api::undoing().await, &cases).await;
}
