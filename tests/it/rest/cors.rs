//! Which origins may call, and with which headers.

use tests::dialect::Api;

const OURS: (&str, &str) = ("origin", "https://ours.example");

const THEIRS: (&str, &str) = ("origin", "https://theirs.example");

#[tokio::test]
async fn pages_of_the_listed_origins_may_ask() {
    let everybody = Api::new().await;
    let reply = everybody.ask("GET", "/client", &[THEIRS], None).await;
    assert_eq!(reply.header("access-control-allow-origin"), "*");

    let api = Api::with(|settings| {
        settings.cors_origins = Some(vec!["https://ours.example".into()]);
    })
    .await;
    let preflight = ("access-control-request-method", "GET");
    for (method, headers) in [("GET", &[OURS][..]), ("OPTIONS", &[OURS, preflight])] {
        let reply = api.ask(method, "/client", headers, None).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("access-control-allow-origin"), "https://ours.example");
        assert_eq!(reply.header("access-control-allow-credentials"), "true");
        assert!(reply.headers.get_all("vary").iter().any(|value| value == "Origin"));
    }
    for (method, headers) in [("GET", &[THEIRS][..]), ("OPTIONS", &[THEIRS, preflight])] {
        let reply = api.ask(method, "/client", headers, None).await;
        assert_eq!(reply.header("access-control-allow-origin"), "");
        assert!(reply.headers.get_all("vary").iter().any(|value| value == "Origin"));
    }
}

#[tokio::test]
async fn a_browser_may_send_the_headers_of_supabase_js_and_read_the_count() {
    let api = Api::new().await;
    let headers = [
        ("origin", "https://shop.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "apikey,prefer,x-client-info,x-own"),
    ];
    let reply = api.ask("OPTIONS", "/client", &headers, None).await;
    assert_eq!(reply.status, 200);
    let allowed = reply.header("access-control-allow-headers").to_lowercase();
    for name in ["authorization", "apikey", "prefer", "x-client-info", "x-own"] {
        assert!(allowed.contains(name), "{name}: {allowed}");
    }
    let origin = [("origin", "https://shop.example")];
    let reply = api.ask("GET", "/client", &origin, None).await;
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert!(reply.header("access-control-expose-headers").contains("Content-Range"));
}
