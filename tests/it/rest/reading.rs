//! Reads and calls.

use serde_json::json;

use super::Api;

/// Paths, and what they return.
#[tokio::test]
async fn what_is_selected_filtered_and_sorted_comes_back() {
    let api = Api::new().await;
    let cases = [
        (
            "/project?select=project_id,name&order=name.desc&limit=2",
            json!([{"project_id": 3, "name": "Gamma"}, {"project_id": 4, "name": "Delta"}]),
        ),
        (
            "/project?select=n:name,loud,data-%3Ea-%3E%3Eb&project_id=eq.1",
            json!([{"n": "Alpha", "loud": "ALPHA", "b": "5"}]),
        ),
        (
            "/project?select=project_id&or=(project_id.eq.1,and(project_id.gt.2,name.like.D*))",
            json!([{"project_id": 1}, {"project_id": 4}]),
        ),
        ("/project?select=project_id&tags=cs.{x}", json!([{"project_id": 1}])),
        ("/project?select=project_id&period=sl.[5,9)", json!([{"project_id": 1}])),
        (
            "/project?select=project_id&mood=in.(happy,%22sad%22)&order=project_id",
            json!([{"project_id": 1}, {"project_id": 2}]),
        ),
        (
            "/project?select=project_id&mood=not.in.(happy,sad)&order=project_id",
            json!([{"project_id": 3}, {"project_id": 4}]),
        ),
        (
            "/project?select=project_id&name=ilike(any).{al*,be*}",
            json!([{"project_id": 1}, {"project_id": 2}]),
        ),
        ("/project?select=project_id&name=fts.gamma", json!([{"project_id": 3}])),
        ("/project?select=project_id&client_id=is.null", json!([{"project_id": 4}])),
        (
            "/project?select=project_id&client_id=isdistinct.1&order=project_id",
            json!([{"project_id": 3}, {"project_id": 4}]),
        ),
        ("/project?select=project_id&data-%3Ea-%3Eb=eq.6", json!([{"project_id": 3}])),
        ("/project?select=project_id&loud=eq.BETA", json!([{"project_id": 2}])),
        ("/project?select=id:project_id::text&project_id=eq.1", json!([{"id": "1"}])),
        (
            "/project?select=client_id,project_id.sum(),count()&client_id=eq.1",
            json!([{"client_id": 1, "sum": 3, "count": 2}]),
        ),
        ("/noted_view", json!([])),
    ];
    for (path, expected) in cases {
        assert_eq!(api.get(path).await, expected, "{path}");
    }
}

#[tokio::test]
async fn embeddings_follow_keys_views_junctions_and_functions() {
    let api = Api::new().await;
    let cases = [
        (
            "/project?select=name,client(name)&project_id=in.(1,4)&order=name",
            json!([{"name": "Alpha", "client": {"name": "Acme"}}, {"name": "Delta", "client": null}]),
        ),
        (
            "/client?select=name,project(name)&project.order=name.desc&project.limit=1&order=name",
            json!([{"name": "Acme", "project": [{"name": "Beta"}]},
                {"name": "Best", "project": [{"name": "Gamma"}]}]),
        ),
        (
            "/client?select=name,project!inner(name)&project.name=eq.Gamma",
            json!([{"name": "Best", "project": [{"name": "Gamma"}]}]),
        ),
        ("/client?select=name,project()&project=is.null", json!([])),
        ("/project?select=name,client()&client=is.null", json!([{"name": "Delta"}])),
        (
            "/project?select=name,person(name)&project_id=eq.3",
            json!([{"name": "Gamma", "person": [{"name": "Ann"}]}]),
        ),
        (
            "/letter?select=body,from:person!sender(name),receiver(name)&letter_id=eq.1",
            json!([{"body": "hi", "from": {"name": "Ann"}, "receiver": {"name": "Ben"}}]),
        ),
        (
            "/unit?select=name,parts:unit(name),parent_id(name)&unit_id=eq.1",
            json!([{"name": "root", "parts": [{"name": "leaf"}, {"name": "twig"}], "parent_id": null}]),
        ),
        (
            "/person?select=name,profile(bio)&person_id=lt.3&order=name",
            json!([{"name": "Ann", "profile": {"bio": "about Ann"}}, {"name": "Ben", "profile": null}]),
        ),
        (
            "/nested_view?select=title,client_name,client(name)&id=eq.1",
            json!([{"title": "Alpha", "client_name": "Acme", "client": {"name": "Acme"}}]),
        ),
        (
            "/client?select=name,nested_view(title)&client_id=eq.2",
            json!([{"name": "Best", "nested_view": [{"title": "Gamma"}]}]),
        ),
        (
            "/project?select=name,owner_of(name)&project_id=eq.1",
            json!([{"name": "Alpha", "owner_of": {"name": "Acme"}}]),
        ),
        (
            "/project?select=name,...client(client:name)&project_id=eq.1",
            json!([{"name": "Alpha", "client": "Acme"}]),
        ),
        (
            "/client?select=name,...project(ids:project_id)&client_id=eq.1",
            json!([{"name": "Acme", "ids": [1, 2]}]),
        ),
        (
            "/client?select=name,project(count)&client_id=eq.1",
            json!([{"name": "Acme", "project": [{"count": 2}]}]),
        ),
        (
            "/project?select=...client(client:name),project_id.sum()&client_id=eq.1",
            json!([{"client": "Acme", "sum": 3}]),
        ),
    ];
    for (path, expected) in cases {
        assert_eq!(api.get(path).await, expected, "{path}");
    }
}

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
async fn pages_are_counted_as_the_client_asks() {
    let api = Api::with(|settings| settings.max_rows = Some(3)).await;
    let exact = [("prefer", "count=exact")];
    let reply = api.ask("GET", "/project?select=name&limit=2&offset=1", &exact, None).await;
    assert_eq!((reply.status, reply.header("content-range")), (206, "1-2/4"));
    assert_eq!(reply.header("preference-applied"), "count=exact");
    let reply = api.ask("HEAD", "/project?project_id=eq.9", &exact, None).await;
    assert_eq!((reply.status, reply.header("content-range")), (200, "*/0"));
    let reply = api.ask("GET", "/project?offset=9", &exact, None).await;
    assert_eq!((reply.status, reply.code()), (416, "PGRST103"));
    let reply = api.ask("GET", "/project", &[], None).await;
    assert_eq!(reply.header("content-range"), "0-2/*");
    assert_eq!(reply.header("x-max-rows"), "3", "the answer says that it was cut");
    let reply = api.ask("GET", "/project", &[("range", "1-2")], None).await;
    assert_eq!(reply.header("content-range"), "1-2/*");
    for count in ["count=planned", "count=estimated"] {
        let reply = api.ask("GET", "/client?select=name", &[("prefer", count)], None).await;
        assert!(reply.header("content-range").starts_with("0-1/"), "{count}");
        assert!(!reply.header("content-range").ends_with('*'), "{count}");
    }
}

#[tokio::test]
async fn answers_have_the_form_that_is_accepted() {
    let api = Api::new().await;
    let csv = api.ask("GET", "/client?order=client_id", &[("accept", "text/csv")], None).await;
    assert_eq!(csv.text, "client_id,name\n1,Acme\n2,Best");
    let stripped = [("accept", "application/vnd.pgrst.array+json;nulls=stripped")];
    let reply = api.ask("GET", "/project?select=name,data&project_id=eq.2", &stripped, None).await;
    assert_eq!(reply.json, json!([{"name": "Beta"}]));
    let plan = [("accept", "application/vnd.pgrst.plan+json")];
    let reply = api.ask("GET", "/client", &plan, None).await;
    assert!(reply.json[0]["Plan"].is_object(), "{}", reply.text);
    let reply = api.ask("GET", "/", &[], None).await;
    assert_eq!(reply.json["swagger"], "2.0");
    assert!(reply.json["definitions"]["project"].is_object());
    assert!(reply.json["definitions"]["secret"].is_null(), "what may not be used is not listed");
}
