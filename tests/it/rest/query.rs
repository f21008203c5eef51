//! What is selected, filtered and sorted.

use serde_json::json;
use tests::dialect::{Api, Case, meets, returns};

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
async fn reads() {
    let order = |text: &str, column: usize| {
        let message = format!("\"failed to parse order ({text})\" (line 1, column {column})");
        json!({"code": "PGRST100", "message": message})
    };
    let empty = json!({"message": "invalid input syntax for type integer: \"\""});
    let cases: [Case<'_>; 6] = [
        ("GET", "/client?order=name.ac", &[], None, 400, order("name.ac", 6)),
        ("GET", "/client?order=name.asc.nulls", &[], None, 400, order("name.asc.nulls", 10)),
        ("GET", "/client?client_id=in.(%20%20)", &[], None, 200, json!([])),
        ("GET", "/client?client_id=in.(%20,3)", &[], None, 400, empty),
        ("GET", "/client?select=no,none(id)", &[], None, 400, json!({"code": "PGRST200"})),
        ("GET", "/client?select=no,project(nor)", &[], None, 400, json!({"code": "42703"})),
    ];
    let api = Api::undoing().await;
    meets(&api, &cases).await;
    let reply = api.ask("HEAD", "/client", &[("range", "1-1")], None).await;
    assert_eq!(reply.header("content-range"), "0-1/*", "a range is for GET alone");
}

#[tokio::test]
async fn nothing_selected_is_everything_and_empty_embeddings_are_nothing() {
    let acme = json!({"client_id": 1, "name": "Acme"});
    let written = [("prefer", "return=representation")];
    let name = Some(json!({"name": "Acme"}));
    let cases: [Case<'_>; 5] = [
        ("GET", "/client?select=&client_id=eq.1", &[], None, 200, json!([acme])),
        ("PATCH", "/client?select=&client_id=eq.1", &written, name, 200, json!([acme])),
        ("GET", "/rpc/first_project?select=", &[], None, 200, json!({"name": "Alpha"})),
        ("GET", "/client?select=project()&limit=1", &[], None, 200, json!([{}])),
        ("GET", "/project?select=client(project())&limit=1", &[], None, 200, json!([{}])),
    ];
    meets(&Api::new().await, &cases).await;
}

#[tokio::test]
async fn nothing_of_a_row_may_be_selected() {
    let api = Api::new().await;
    let cases = [
        ("/project?select=client()&client=not.is.null", json!([{}, {}, {}])),
        ("/rpc/projects?select=client()&limit=1", json!([{}])),
    ];
    returns(&api, &cases).await;
    let returned = [("prefer", "return=representation, tx=rollback")];
    let path = "/project?select=client()&project_id=eq.1";
    let reply = api.ask("PATCH", path, &returned, Some(json!({"name": "x"}))).await;
    assert_eq!(reply.json, json!([{}]), "{}", reply.text);
}
