//! What embeddings multiply has a limit, in every format of the answer.

use tests::dialect::Api;

/// Stand-ins for PostGIS, and for an aggregate of the database's owner.
const FORMS: &str = "
    create function st_asgeojson(record) returns text language plpgsql immutable
      as $$ begin return row_to_json($1)::text; end $$;
    create domain \"text/lines\" as text;
    create function add_line(\"text/lines\", anyelement) returns \"text/lines\" language plpgsql
      as $$ begin return coalesce($1, '') || to_json($2)::text || e'\\n'; end $$;
    create aggregate lines(anyelement) (sfunc = add_line, stype = \"text/lines\");
    insert into project (project_id, name, client_id)
      select n, 'p', 1 from generate_series(100, 199) as n";

#[tokio::test]
async fn rows_with_embeddings_are_bounded_in_every_form() {
    let path = "/project?select=name,client(name,project(name,data))";
    let one = format!("{path}&project_id=eq.3");
    for (accept, seen) in [
        ("application/json", "\"client\":{\"name\":\"Best\""),
        ("application/vnd.pgrst.array+json;nulls=stripped", "\"client\":{\"name\":\"Best\""),
        ("text/csv", "name,client\nGamma,\"{"),
        ("application/geo+json", "\"client\":{\"name\":\"Best\""),
        ("text/lines", "{\"name\":\"Gamma\",\"client\":{"),
    ] {
        let api = Api::with(|settings| settings.bounds.answer = Some(20_000)).await;
        api.admin.batch_execute(FORMS).await.unwrap();
        let headers = [("accept", accept)];
        let small = api.ask("GET", &one, &headers, None).await;
        assert_eq!(small.status, 200, "{accept}: {}", small.text);
        assert!(small.text.contains(seen), "{accept}: {}", small.text);
        let large = api.ask("GET", path, &headers, None).await;
        assert_eq!((large.status, large.code()), (400, "54000"), "{accept}: {}", large.text.len());
    }
}
