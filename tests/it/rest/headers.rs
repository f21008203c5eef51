//! Headers of an answer: the times of the phases, and what the answer depends on.

use regex::Regex;
use tests::dialect::Api;

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
async fn what_an_answer_depends_on_is_said_unless_a_function_says_it() {
    let api = Api::new().await;
    let varies = "create function varies() returns void language sql as $$
        select set_config('response.headers', '[{\"Vary\": \"X-Mine\"}]', true) $$";
    api.admin.batch_execute(varies).await.unwrap();
    for (path, vary) in [
        ("/client", "Accept, Authorization, Prefer, Range"),
        ("/rpc/add?a=1", "Accept, Authorization, Prefer, Range"),
        ("/rpc/varies", "X-Mine"),
        ("/nothing", ""),
    ] {
        let method = if path == "/rpc/varies" { "POST" } else { "GET" };
        let reply = api.ask(method, path, &[], None).await;
        assert_eq!(reply.header("vary"), vary, "{path}: {}", reply.text);
    }
}
