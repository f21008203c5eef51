//! Refusals, with PostgREST's sentences.

use data_api::settings::Verbosity;
use serde_json::json;
use tests::dialect::Api;

#[tokio::test]
async fn what_cannot_be_answered_is_refused_in_postgrests_words() {
    let api = Api::new().await;
    let cases = [
        ("/nope", 404, "PGRST205"),
        ("/project?select=nope", 400, "42703"),
        ("/project?select=nope(name)", 400, "PGRST200"),
        ("/letter?select=person(name)", 300, "PGRST201"),
        ("/project?select=name&client.name=eq.x", 400, "PGRST108"),
        ("/project?name=nope.1", 400, "PGRST100"),
        ("/project?project_id=eq.x", 400, "22P02"),
        ("/client?select=name,project(name)&order=project(name)", 400, "PGRST118"),
        ("/rpc/nope", 404, "PGRST202"),
        ("/rpc/add?c=1", 404, "PGRST202"),
        ("/rpc/twice?a=1", 300, "PGRST203"),
        ("/secret", 401, "42501"),
        ("/a/b/c", 404, "PGRST125"),
        ("/project?limit=-1", 416, "PGRST103"),
    ];
    for (path, status, code) in cases {
        assert_eq!(api.refused(path).await, (status, code.to_owned()), "{path}");
    }
    let object = [("accept", "application/vnd.pgrst.object+json")];
    let reply = api.ask("GET", "/client", &object, None).await;
    assert_eq!((reply.status, reply.code()), (406, "PGRST116"));
    assert_eq!(reply.json["details"], "The result contains 2 rows");
    let reply = api.ask("GET", "/client", &[("accept-profile", "x")], None).await;
    assert_eq!((reply.status, reply.code()), (406, "PGRST106"));
    let reply = api.ask("GET", "/client", &[("accept", "image/png")], None).await;
    assert_eq!((reply.status, reply.code()), (406, "PGRST107"));
    let reply = api.ask("PATCH", "/rpc/add", &[], Some(json!({}))).await;
    assert_eq!((reply.status, reply.code()), (405, "PGRST101"));
}

#[tokio::test]
async fn a_refusal_can_be_told_in_two_members() {
    let api = Api::with(|settings| settings.verbosity = Verbosity::Minimal).await;
    let message = "Could not find the table 'public.clientx' in the schema cache";
    let reply = api.ask("GET", "/clientx", &[], None).await;
    assert_eq!(reply.json, json!({"code": "PGRST205", "message": message}));
    let reply = api.ask("GET", "/client?client_id=eq.x", &[], None).await;
    let message = "invalid input syntax for type integer: \"x\"";
    assert_eq!((reply.status, reply.json), (400, json!({"code": "22P02", "message": message})));
}

#[tokio::test]
async fn what_is_no_method_of_a_relation_is_refused_before_its_body() {
    let api = Api::new().await;
    for method in ["TRACE", "PURGE"] {
        let reply = api.ask(method, "/unit", &[], None).await;
        assert_eq!((reply.status, reply.code()), (405, "PGRST117"), "{}", reply.text);
    }
}

/// A request beyond a limit of the database is the caller's fault, and not ours.
#[tokio::test]
async fn what_is_too_much_for_the_database_is_the_callers() {
    let raise = "create function too_deep() returns int language plpgsql as $$
        begin raise exception 'too deep' using errcode = '54001'; end $$";
    for (api, status) in [(Api::new().await, 413), (Api::of_the_marketplace().await, 400)] {
        api.admin.batch_execute(raise).await.unwrap();
        let reply = api.ask("POST", "/rpc/too_deep", &[], None).await;
        assert_eq!((reply.status, reply.code()), (status, "54001"), "{}", reply.text);
    }
}
