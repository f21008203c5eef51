//! Inserting: one row or many, in every form a body may have.

use serde_json::json;
use tests::dialect::Api;

const WHOLE: (&str, &str) = ("prefer", "return=representation");

const OBJECT: (&str, &str) = ("accept", "application/vnd.pgrst.object+json");

#[tokio::test]
async fn rows_are_inserted_one_or_many() {
    let api = Api::new().await;
    let reply = api.ask("POST", "/client", &[], Some(json!({"client_id": 7, "name": "G"}))).await;
    assert_eq!((reply.status, reply.text.as_str()), (201, ""));
    assert_eq!(reply.header("content-range"), "*/*");

    let one = json!({"project_id": 7, "name": "Seven", "client_id": 7});
    let path = "/project?select=name,loud,client(name)";
    let reply = api.ask("POST", path, &[WHOLE, OBJECT], Some(one)).await;
    assert_eq!(reply.json, json!({"name": "Seven", "loud": "SEVEN", "client": {"name": "G"}}));

    let many = json!([{"name": "X", "email": "x@x"}, {"name": "Y"}]);
    let path = "/person?columns=%22name%22,%22email%22&select=name,email,born";
    let reply = api.ask("POST", path, &[WHOLE], Some(many.clone())).await;
    let rows = json!([{"name": "X", "email": "x@x", "born": 1970},
                      {"name": "Y", "email": null, "born": 1970}]);
    assert_eq!(reply.json, rows);
    let reply = api.ask("POST", "/person", &[], Some(many)).await;
    assert_eq!((reply.status, reply.code()), (400, "PGRST102"), "members must match");

    let headers = [("prefer", "return=headers-only")];
    let reply =
        api.ask("POST", "/client", &headers, Some(json!({"client_id": 8, "name": "H"}))).await;
    assert_eq!(reply.header("location"), "/client?client_id=eq.8");
}

#[tokio::test]
async fn missing_members_are_null_or_the_default() {
    let api = Api::new().await;
    let body = json!([{"name": "A", "born": 1}, {"name": "B"}]);
    let path = "/person?columns=name,born&select=name,born";
    let reply = api.ask("POST", path, &[WHOLE], Some(body.clone())).await;
    assert_eq!(reply.json[1], json!({"name": "B", "born": null}));
    let defaults = ("prefer", "return=representation,missing=default");
    let reply = api.ask("POST", path, &[defaults], Some(body)).await;
    assert_eq!(reply.json[1], json!({"name": "B", "born": 1970}));
}

#[tokio::test]
async fn bodies_are_rows_of_json_csv_or_a_form() {
    let api = Api::undoing().await;
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
async fn what_is_written_comes_back_in_the_order_asked_for_and_has_an_address() {
    let api = Api::undoing().await;
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
async fn a_row_may_have_more_defaults_than_a_function_has_arguments() {
    let api = Api::new().await;
    let columns: Vec<String> = (1..=120).map(|n| format!("c{n} int default {n}")).collect();
    let table =
        format!("create table broad (id int, {}); grant all on broad to anon", columns.join(", "));
    api.admin.batch_execute(&table).await.unwrap();
    let names: Vec<String> = (1..=120).map(|n| format!("c{n}")).collect();
    let path = format!("/broad?columns=id,{}&select=c1,c51,c120", names.join(","));
    let prefer = [("prefer", "missing=default, return=representation")];
    let rows = json!([{"id": 1}, {"id": 2, "c51": 0}]);
    let reply = api.ask("POST", &path, &prefer, Some(rows)).await;
    let expected = json!([{"c1": 1, "c51": 51, "c120": 120}, {"c1": 1, "c51": 0, "c120": 120}]);
    assert_eq!(reply.json, expected, "{}", reply.text);
}
