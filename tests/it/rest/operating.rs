//! What an operator may switch on: whose pages may ask, what a request costs, what `/` says.

use regex::Regex;
use serde_json::json;

use super::Api;

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
async fn answers_say_what_took_how_long() {
    let silent = Api::new().await;
    assert_eq!(silent.ask("GET", "/client", &[], None).await.header("server-timing"), "");

    let api = Api::with(|settings| {
        settings.server_timing = true;
        settings.trace_header = Some("x-request-id".parse().unwrap());
    })
    .await;
    let all = "jwt;dur=N, parse;dur=N, plan;dur=N, transaction;dur=N, response;dur=N";
    let number = Regex::new(r"\d+\.\d").unwrap();
    for (path, status, phases) in [
        ("/client", 200, all),
        ("/client?client_id=eq.x", 400, all),
        ("/nothing", 404, "jwt;dur=N, parse;dur=N, response;dur=N"),
        ("/client?select=", 200, all),
    ] {
        let reply = api.ask("GET", path, &[("x-request-id", "r-17")], None).await;
        assert_eq!(reply.status, status, "{path}");
        assert_eq!(number.replace_all(reply.header("server-timing"), "N"), phases, "{path}");
        assert_eq!(reply.header("x-request-id"), "r-17");
    }
    assert_eq!(api.ask("GET", "/client", &[], None).await.header("x-request-id"), "");
}

#[tokio::test]
async fn the_root_says_how_to_sign_in_or_what_a_function_says() {
    let plain = Api::new().await.get("/").await;
    assert_eq!(plain.get("securityDefinitions"), None);
    let secured = Api::with(|settings| settings.openapi_security = true).await.get("/").await;
    assert_eq!(secured["securityDefinitions"]["JWT"]["name"], "Authorization");
    assert_eq!(secured["security"], json!([{"JWT": []}]));

    let api = Api::with(|settings| settings.root_function = Some("welcome".into())).await;
    api.admin
        .batch_execute(
            "create function public.welcome(name text default 'you') returns json language sql \
             stable as $$ select json_build_object('hello', name) $$",
        )
        .await
        .unwrap();
    assert_eq!(api.get("/").await, json!({"hello": "you"}));
    assert_eq!(api.get("/?name=Ann").await, json!({"hello": "Ann"}));
}
