//! Pages, and where they end.

use serde_json::json;
use tests::dialect::{Api, Case, meets};

#[tokio::test]
async fn a_range_beyond_the_page_and_a_method_nobody_has_are_refused() {
    let apart = json!({"code": "PGRST103",
        "details": "Limit should be greater than or equal to zero."});
    let trace = json!({"code": "PGRST117", "message": "Unsupported HTTP method: TRACE"});
    let first = [("range", "0-1")];
    let open = [("range", "1-x")];
    let cases: [Case<'_>; 6] = [
        (
            "GET",
            "/client?select=client_id&client_id=eq.1",
            &open,
            None,
            200,
            json!([{"client_id": 1}]),
        ),
        ("GET", "/client?offset=2", &first, None, 416, apart.clone()),
        ("GET", "/client?limit=-1", &first, None, 416, apart),
        ("GET", "/client?limit=0", &first, None, 200, json!([])),
        ("GET", "/client?select=client_id&offset=1", &first, None, 200, json!([{"client_id": 2}])),
        ("TRACE", "/client", &[], None, 405, trace),
    ];
    meets(&Api::new().await, &cases).await;
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
