//! The form of an answer, and media types that a database makes itself.

use serde_json::json;
use tests::dialect::Api;

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

/// Tab-separated lines of one table, JSON lines of any rows, and one table that accepts every
/// format.
const HANDLERS: &str = r#"
    create domain public."text/tab-separated-values" as text;
    create function public.add_row(state text, next public.unit)
      returns public."text/tab-separated-values" language sql immutable
      as $$ select coalesce(state, '') || next.unit_id || e'\t' || next.name || e'\n' $$;
    create aggregate public.tabs(public.unit)
      (stype = public."text/tab-separated-values", sfunc = public.add_row);

    create domain public."application/x-ndjson" as text;
    create function public.add_line(state text, next anyelement)
      returns public."application/x-ndjson" language sql stable
      as $$ select state || to_json(next) || e'\n' $$;
    create aggregate public.lines(anyelement)
      (stype = public."application/x-ndjson", sfunc = public.add_line, initcond = '');

    create domain public."*/*" as bytea;
    create table public.picture (picture_id int primary key, bytes bytea);
    create function public.add_bytes(state public."*/*", next public.picture)
      returns public."*/*" language sql immutable as 'select state || next.bytes';
    create aggregate public.film(public.picture)
      (stype = public."*/*", sfunc = public.add_bytes, initcond = '');
    insert into public.picture values (1, '\x00ff'), (2, '\x10');
    create function public.units() returns setof public.unit language sql stable
      as 'select * from public.unit where unit_id < 3';
    create function public.three() returns int language sql stable as 'select 3';
    grant all on public.picture to anon"#;

#[tokio::test]
async fn aggregates_make_media_types_of_rows() {
    let api = Api::new().await;
    api.admin.batch_execute(HANDLERS).await.unwrap();
    let (tabs, lines) = ("text/tab-separated-values", "application/x-ndjson");
    let two = "/unit?unit_id=lt.3&order=unit_id";
    let rows = api.ask("GET", two, &[], None).await.json;
    let (one, two_name) = (rows[0]["name"].as_str().unwrap(), rows[1]["name"].as_str().unwrap());
    let tabbed = format!("1\t{one}\n2\t{two_name}\n");
    for (path, accept, kind, body) in [
        (two, tabs, "text/tab-separated-values; charset=utf-8", tabbed.as_str()),
        ("/rpc/units", tabs, "text/tab-separated-values; charset=utf-8", &tabbed),
        // The first format that can be made is used.
        (
            "/unit?select=unit_id&unit_id=eq.1",
            "text/tab-separated-values, text/csv;q=0.5",
            "text/csv; charset=utf-8",
            "unit_id\n1",
        ),
        ("/unit?select=unit_id&unit_id=eq.1", lines, lines, "{\"unit_id\":1}\n"),
        ("/unit?unit_id=eq.77", lines, lines, ""),
        ("/rpc/three", lines, lines, "3\n"),
    ] {
        let reply = api.ask("GET", path, &[("accept", accept)], None).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, kind), "{path}");
        assert_eq!(reply.text, body, "{path}");
    }

    // An aggregate for one table takes the rows unchanged; other columns cannot be selected.
    for path in ["/unit?select=unit_id", "/unit?select=*,parent:unit!parent_id(name)", "/client"] {
        let reply = api.ask("GET", path, &[("accept", tabs)], None).await;
        assert_eq!((reply.status, reply.code()), (406, "PGRST107"), "{path}");
    }

    let body = Some(json!({"unit_id": 70, "name": "n"}));
    let headers = [("accept", tabs), ("prefer", "return=representation")];
    let reply = api.ask("POST", "/unit", &headers, body).await;
    assert_eq!((reply.status, reply.text.as_str()), (201, "70\tn\n"));
    let reply = api.ask("HEAD", two, &[("accept", tabs)], None).await;
    assert_eq!((reply.status, reply.text.as_str()), (200, ""));
}

#[tokio::test]
async fn a_table_may_take_care_of_every_media_type() {
    let api = Api::new().await;
    api.admin.batch_execute(HANDLERS).await.unwrap();
    for accept in ["*/*", "image/png", "application/json", "text/csv"] {
        let reply = api.ask("GET", "/picture?order=picture_id", &[("accept", accept)], None).await;
        assert_eq!(reply.header("content-type"), "application/octet-stream", "{accept}");
        assert_eq!(reply.header("content-length"), "3", "{accept}");
    }
    let one = [("accept", "application/vnd.pgrst.object+json")];
    let reply = api.ask("GET", "/picture?picture_id=eq.2&select=picture_id", &one, None).await;
    assert_eq!(reply.json, json!({"picture_id": 2}), "but not of what only the API understands");
}
