//! Operators, and names of columns in filters.

use serde_json::json;
use tests::dialect::{Api, returns};

#[tokio::test]
async fn every_operator_means_what_postgres_means_by_it() {
    let api = Api::new().await;
    api.admin
        .batch_execute(
            "create table flag (n int, lit bool); grant all on flag to anon;
             insert into flag values (1, true), (2, false), (3, null)",
        )
        .await
        .unwrap();
    let cases: [(&str, &[i32]); 19] = [
        ("project?period=sl.[5,9)", &[1]),
        ("project?period=sr.[1,5)", &[2]),
        ("project?period=nxl.[5,9)", &[2]),
        ("project?period=nxr.[1,5)", &[1]),
        ("project?period=adj.[9,10)", &[2]),
        ("project?tags=cd.{x,y,z}", &[1, 2]),
        ("project?tags=ov.{x,q}", &[1]),
        ("project?name=match.^[AB]", &[1, 2]),
        ("project?name=not.imatch.^[abg]", &[4]),
        ("project?name=like(all).{*a,A*}", &[1]),
        ("project?name=fts.alpha|beta", &[1, 2]),
        ("project?name=plfts.alpha", &[1]),
        ("project?name=phfts(english).beta", &[2]),
        ("project?name=wfts(simple).gamma%20or%20delta", &[3, 4]),
        ("project?client_id=is.not_null", &[1, 2, 3]),
        ("flag?lit=is.true", &[1]),
        ("flag?lit=is.false", &[2]),
        ("flag?lit=is.unknown", &[3]),
        ("flag?lit=not.is.true", &[2, 3]),
    ];
    for (path, expected) in cases {
        let key = if path.starts_with("flag") { "n" } else { "project_id" };
        let path = path.replace('|', "%7C").replace('{', "%7B").replace('}', "%7D");
        let rows = api.get(&format!("/{path}&select=n:{key}&order={key}")).await;
        let found: Vec<_> = rows.as_array().unwrap().iter().map(|row| row["n"].clone()).collect();
        assert_eq!(json!(found), json!(expected), "{path}");
    }
}

#[tokio::test]
async fn names_may_hold_anything_that_is_quoted() {
    let api = Api::new().await;
    api.admin
        .batch_execute(
            r#"create table "odd one" ("a,b" text, "c.d" jsonb, "e""f" int);
               insert into "odd one" values ('x', '{"k k": {"(l)": 5}}', 7);
               grant all on "odd one" to anon"#,
        )
        .await
        .unwrap();
    let cases = [
        ("select=%22a,b%22", json!([{"a,b": "x"}])),
        ("select=%22c.d%22-%3E%22k%20k%22", json!([{"k k": {"(l)": 5}}])),
        ("select=%22e%5C%22f%22&%22a,b%22=eq.x", json!([{"e\"f": 7}])),
        ("select=%22a,b%22&or=(%22a,b%22.eq.y,%22a,b%22.in.(%22x%22,z))", json!([{"a,b": "x"}])),
        ("select=%22a,b%22&%22a,b%22=eq.%22x%22", json!([])),
    ];
    for (query, expected) in cases {
        assert_eq!(api.get(&format!("/odd%20one?{query}")).await, expected, "{query}");
    }
}

/// Columns with the names that the statement uses for its own parts.
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
async fn a_computed_vector_is_searched_as_it_is() {
    let api = Api::new().await;
    let functions = "create function words_of(project) returns tsvector language sql immutable
        return to_tsvector('simple', $1.name); grant all on project to anon;
        create function json_of(project) returns json language sql immutable
        return json_build_object('name', $1.name)";
    api.admin.batch_execute(functions).await.unwrap();
    let alpha = json!([{"project_id": 1}]);
    for path in [
        "/project?select=project_id&words_of=fts(simple).alpha",
        "/project?select=project_id&loud=fts(simple).alpha",
        "/project?select=project_id&json_of->>name=eq.Alpha",
    ] {
        assert_eq!(api.get(path).await, alpha, "{path}");
    }
}
