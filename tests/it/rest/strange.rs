//! Schemas of strangers: names and shapes that nobody here would have chosen.

use serde_json::{Value, json};

use super::Api;

/// Columns called as the statement calls its own parts.
const OUR_NAMES: &str = r#"
  create table parent (t0 int primary key, e1 text, _t text, p text, pgrst_target text);
  create table child (id int primary key, t0 int references parent, t1 text, e1 int, e1l text);
  insert into parent values (1, null, 'under', 'row', 'x'), (2, 'two', null, null, null);
  insert into child values (10, 1, 'one', null, 'l'), (11, null, 'none', 5, 'm');
  create function shout(parent) returns text language sql stable return upper($1._t);
  create function kids(parent) returns setof child language sql stable
    as 'select * from child where t0 = $1.t0';
  grant all on parent, child to anon;
"#;

/// Paths, and what they return.
async fn returns(api: &Api, cases: &[(&str, Value)]) {
    for (path, expected) in cases {
        assert_eq!(api.get(path).await, *expected, "{path}");
    }
}

#[tokio::test]
async fn columns_may_be_called_as_parts_of_the_statement() {
    let api = Api::new().await;
    api.admin.batch_execute(OUR_NAMES).await.unwrap();
    let cases = [
        ("/parent?select=_t&order=t0", json!([{"_t": "under"}, {"_t": null}])),
        (
            "/parent?select=t0,shout&order=t0",
            json!([{"t0": 1, "shout": "UNDER"},
            {"t0": 2, "shout": null}]),
        ),
        ("/parent?select=t0,kids(id)&t0=eq.1", json!([{"t0": 1, "kids": [{"id": 10}]}])),
        ("/parent?select=t0,child(e1l)&t0=eq.1", json!([{"t0": 1, "child": [{"e1l": "l"}]}])),
        ("/parent?select=t0,child()&child=not.is.null", json!([{"t0": 1}])),
        ("/child?select=id,parent()&parent=is.null", json!([{"id": 11}])),
        ("/child?select=id,parent()&parent=not.is.null", json!([{"id": 10}])),
        (
            "/child?select=id,parent(e2:child(id)),e3:parent()&e3=not.is.null",
            json!([{"id": 10, "parent": {"e2": [{"id": 10}]}}]),
        ),
    ];
    returns(&api, &cases).await;

    let csv = api.ask("GET", "/parent?select=_t,p&t0=eq.1", &[("accept", "text/csv")], None).await;
    assert_eq!(csv.text, "_t,p\nunder,row");
    let returned = [("prefer", "return=representation")];
    let path = "/parent?select=t0,shout&t0=eq.1";
    let reply = api.ask("PATCH", path, &returned, Some(json!({"_t": "low"}))).await;
    assert_eq!(reply.json, json!([{"t0": 1, "shout": "LOW"}]), "{}", reply.text);
}

#[tokio::test]
async fn rows_are_sorted_by_what_the_embedding_shows() {
    let api = Api::new().await;
    // The project of Best is not shown, so its row counts as one without a client.
    let path = "/project?select=name,client(name)&client.or=(name.eq.Acme,name.eq.None)\
        &order=client(name).desc.nullslast,name.desc";
    let expected = json!([
        {"name": "Beta", "client": {"name": "Acme"}}, {"name": "Alpha", "client": {"name": "Acme"}},
        {"name": "Gamma", "client": null}, {"name": "Delta", "client": null}]);
    returns(&api, &[(path, expected)]).await;
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

#[tokio::test]
async fn what_is_no_method_of_a_relation_is_refused_before_its_body() {
    let api = Api::new().await;
    for method in ["TRACE", "PURGE"] {
        let reply = api.ask(method, "/unit", &[], None).await;
        assert_eq!((reply.status, reply.code()), (405, "PGRST117"), "{}", reply.text);
    }
}

#[tokio::test]
async fn a_form_of_no_quality_is_not_wanted() {
    let api = Api::new().await;
    let accept = |value| [("accept", value)];
    let reply =
        api.ask("GET", "/unit", &accept("text/csv;q=0, application/json;q=0.1"), None).await;
    assert!(reply.header("content-type").starts_with("application/json"), "{}", reply.text);
    let reply = api.ask("GET", "/unit", &accept("text/csv;q=0"), None).await;
    assert_eq!((reply.status, reply.code()), (406, "PGRST107"), "{}", reply.text);
}

#[tokio::test]
async fn a_database_that_takes_no_more_connections_is_busy() {
    let mut api = Api::new().await;
    let sql = "create role strange_login login; grant anon to strange_login";
    api.admin.batch_execute(sql).await.unwrap();
    api.sign_in("strange_login").await;
    assert_eq!(api.get("/unit?select=name&unit_id=eq.1").await, json!([{"name": "root"}]));
    // As while it starts or stops: whoever is connected is sent away, nobody else is let in.
    let shut = "alter role strange_login nologin; select pg_terminate_backend(pid, 5000) from \
        pg_stat_activity where usename = 'strange_login'";
    api.admin.batch_execute(shut).await.unwrap();
    let reply = api.ask("GET", "/unit", &[], None).await;
    api.admin.batch_execute("drop role strange_login").await.unwrap();
    assert_eq!((reply.status, reply.header("retry-after")), (503, "1"), "{}", reply.text);
}

#[tokio::test]
async fn a_database_may_speak_latin_and_have_settings_of_old() {
    let api = Api::new().await;
    let name = "strange_latin";
    let create = format!("create database {name} encoding 'LATIN1' locale 'C' template template0");
    api.admin.batch_execute(&create).await.unwrap();
    let old = format!("alter database {name} set standard_conforming_strings = off");
    api.admin.batch_execute(&old).await.unwrap();
    let (before, after) = api.database.admin_url.rsplit_once('/').unwrap();
    let place = after.split_once('?').map(|(_, rest)| format!("?{rest}")).unwrap_or_default();
    let url = format!("{before}/{name}{place}");
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let built = data_api::cache::build(&client, &data_api::cache::Schemas::default()).await;
    drop(client);
    connection.await.unwrap().unwrap();
    api.admin.batch_execute(&format!("drop database {name}")).await.unwrap();
    built.unwrap();
}
