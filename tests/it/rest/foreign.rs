//! Expectations of PostgREST's own specification that this API once did not meet.

use serde_json::{Value, json};

use super::Api;

const FIXTURE: &str = r#"
  create function a_record() returns record language sql stable
    as 'select client_id, name from client where client_id = 1';
  create function long(c char(4), cs char(4)[]) returns text language sql return c || cs[1];
  create function bad_status() returns void language plpgsql
    as 'begin raise sqlstate ''PT40A'' using message = ''Wrong''; end';
  create domain "text/plain" as text;
  create function plain() returns "text/plain" language sql return 'a';
  create function plains() returns setof "text/plain" language sql as 'select ''a''';
  create function only_text(text) returns text language sql return $1;
  create function two(json) returns int language sql return 1;
  create function two(jsonb) returns int language sql return 2;
  create table late (n int unique deferrable initially deferred);
  insert into late values (1);
  grant all on late to anon;
"#;

async fn api() -> Api {
    let api = Api::with(|settings| settings.tx_end = data_api::settings::TxEnd::Rollback).await;
    api.admin.batch_execute(FIXTURE).await.unwrap();
    api
}

/// Method, path, headers, body; status, JSON or what is in it.
pub(super) type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], Option<Value>, u16, Value);

pub(super) async fn meets(api: &Api, cases: &[Case<'_>]) {
    for (method, path, headers, body, status, expected) in cases {
        let reply = api.ask(method, path, headers, body.clone()).await;
        assert_eq!(reply.status, *status, "{path}: {}", reply.text);
        match expected.as_object() {
            Some(members) => {
                for (name, value) in members {
                    assert_eq!(reply.json[name], *value, "{path}: {}", reply.text);
                }
            }
            None => assert_eq!(reply.json, *expected, "{path}"),
        }
    }
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
    meets(&api().await, &cases).await;
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
    let api = api().await;
    meets(&api, &cases).await;
    let reply = api.ask("HEAD", "/client", &[("range", "1-1")], None).await;
    assert_eq!(reply.header("content-range"), "0-1/*", "a range is for GET alone");
}

/// One request that fails where everything is rolled back must not spoil the next one.
#[tokio::test]
async fn a_refused_transaction_leaves_a_clean_connection() {
    let api = api().await;
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
    meets(&api().await, &cases).await;
}

#[tokio::test]
async fn the_document_is_all_there_is_at_the_root() {
    let api = api().await;
    let csv = [("accept", "text/csv")];
    let reply = api.ask("GET", "/", &csv, None).await;
    assert_eq!((reply.status, reply.code()), (406, "PGRST107"));
    let openapi = [("accept", "application/openapi+json")];
    assert_eq!(api.ask("GET", "/client", &openapi, None).await.status, 406);
    let document = api.ask("GET", "/", &openapi, None).await.json;
    let parameters = document["paths"]["/client"]["get"]["parameters"].as_array().unwrap().clone();
    for parameter in parameters {
        let name = parameter["$ref"].as_str().unwrap().trim_start_matches("#/parameters/");
        assert!(document["parameters"][name].is_object(), "{name} is described");
    }
    assert!(document["parameters"]["range"].is_object());
}

#[tokio::test]
async fn spreads() {
    let two = "/letter?select=person!sender(name),person!receiver(name)";
    let twice = json!({"code": "42712",
        "message": "table name \"letter_person_1\" specified more than once"});
    let missing = json!({"message": "column client_1.nope does not exist"});
    let cases: [Case<'_>; 7] = [
        (
            "GET",
            "/client?select=name,...project(title:name)&client_id=eq.1&project.order=name.desc",
            &[],
            None,
            200,
            json!([{"name": "Acme", "title": ["Beta", "Alpha"]}]),
        ),
        (
            "GET",
            "/person?select=...member(...project(name,client(name)))&person_id=eq.2",
            &[],
            None,
            200,
            json!([{"name": ["Alpha"], "client": [{"name": "Acme"}]}]),
        ),
        (
            "GET",
            "/project?select=project_id,..client(who:name)&project_id=eq.1",
            &[],
            None,
            200,
            json!([{"project_id": 1, "who": "Acme"}]),
        ),
        (
            "GET",
            "/project?select=count(),...client(*)&client_id=eq.1",
            &[],
            None,
            200,
            json!([{"count": 2, "client_id": 1, "name": "Acme"}]),
        ),
        (
            "GET",
            "/project?select=count(),...client(name)&client_id=not.is.null&order=client(name).desc",
            &[],
            None,
            200,
            json!([{"count": 1, "name": "Best"}, {"count": 2, "name": "Acme"}]),
        ),
        ("GET", two, &[], None, 400, twice),
        ("GET", "/project?select=client(nope)", &[], None, 400, missing),
    ];
    meets(&api().await, &cases).await;
}

#[tokio::test]
async fn what_is_written_comes_back_in_the_order_asked_for_and_has_an_address() {
    let api = api().await;
    let two = json!([{"client_id": 8, "name": "H"}, {"client_id": 9, "name": "I"}]);
    let written = [("prefer", "return=representation")];
    let path = "/client?select=client_id&order=client_id.desc";
    let reply = api.ask("POST", path, &written, Some(two)).await;
    assert_eq!(reply.json, json!([{"client_id": 9}, {"client_id": 8}]));

    let headers = [("prefer", "return=headers-only")];
    let reply = api.ask("POST", "/project_view", &headers, Some(json!({"id": 9}))).await;
    assert_eq!((reply.status, reply.header("location")), (201, "/project_view?id=eq.9"));

    let several = json!([{"client_id": 18, "name": "H"}, {"client_id": 19, "name": "I"}]);
    let reply = api.ask("POST", "/client", &headers, Some(several)).await;
    assert_eq!((reply.status, reply.header("location")), (201, ""), "several have no one address");

    let same = [("prefer", "resolution=merge-duplicates,return=representation")];
    let reply = api.ask("POST", "/client", &same, Some(json!({"client_id": 1, "name": "A"}))).await;
    assert_eq!(reply.status, 200, "nothing was made");
}

#[tokio::test]
async fn a_header_that_carries_no_token_is_not_taken_for_nobody() {
    let reply = api().await.ask("GET", "/client", &[("authorization", "Bearer")], None).await;
    assert_eq!((reply.status, reply.code()), (500, "PGRST300"));
}

#[tokio::test]
async fn bodies_are_rows_of_json_csv_or_a_form() {
    let api = api().await;
    let raw = async |path: &str, kind: &str, body: &'static str| {
        let request = reqwest::Client::new().post(format!("{}{path}", api.url));
        let reply = request.header("content-type", kind).body(body).send().await.unwrap();
        (reply.status().as_u16(), reply.text().await.unwrap())
    };
    let form = "application/x-www-form-urlencoded";
    assert_eq!(raw("/rpc/add", "text/csv", "a,b\n1,2").await, (200, "3".into()));
    assert_eq!(raw("/rpc/add", form, "a=1&b=3").await, (200, "4".into()));
    let csv = "client_id,name\n8,NULL\n";
    let (status, text) = raw("/client", "text/csv", csv).await;
    assert_eq!((status, text.contains("23502")), (400, true), "NULL is null: {text}");
    assert_eq!(raw("/client", "text/csv", "client_id,name\n8,\"H, I\"\n").await.0, 201);
    assert_eq!(raw("/client", form, "client_id=8&name=H").await.0, 201);
    for rows in ["[1, 2]", "[{\"client_id\": 8}, []]", "[\"x\"]"] {
        let (status, text) = raw("/client", "application/json", rows).await;
        assert_eq!((status, text.contains("All object keys must match")), (400, true), "{text}");
    }
    assert_eq!(raw("/client", "application/xml", "<a/>").await.0, 415);
}

#[tokio::test]
async fn what_is_applied_of_a_preference_is_said() {
    let api = api().await;
    api.admin
        .batch_execute("create table loose (n int); grant all on loose to anon")
        .await
        .unwrap();
    let merge = "resolution=merge-duplicates";
    let cases = [
        ("/loose", json!({"n": 1}), ""),
        ("/client", json!({"client_id": 8, "name": "H"}), merge),
        ("/client?on_conflict=client_id", json!({"client_id": 8, "name": "H"}), merge),
    ];
    for (path, row, applied) in cases {
        let reply = api.ask("POST", path, &[("prefer", merge)], Some(row)).await;
        assert_eq!((reply.status, reply.header("preference-applied")), (201, applied), "{path}");
    }
}
