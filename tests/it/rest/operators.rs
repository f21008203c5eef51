//! Operators, names and preferences, each at least once.

use serde_json::json;

use super::Api;

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
async fn what_is_embedded_is_sorted_limited_and_filtered_on_its_own() {
    let api = Api::new().await;
    let path = "/client?select=project(n:project_id)&client_id=eq.1&project.";
    let cases = [
        ("order=project_id.desc&project.limit=1", 2),
        ("order=project_id.desc&project.offset=1", 1),
        ("or=(name.eq.Beta,name.eq.Gamma)", 2),
        ("name=eq.Alpha", 1),
    ];
    for (rest, expected) in cases {
        let found = api.get(&format!("{path}{rest}")).await;
        assert_eq!(found, json!([{"project": [{"n": expected}]}]), "{rest}");
    }
    let path = "/project?select=name,client(name)&order=client(client_id).desc.nullslast&limit=1";
    let last = json!([{"name": "Gamma", "client": {"name": "Best"}}]);
    assert_eq!(api.get(path).await, last, "sorted by what is embedded");
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

#[tokio::test]
async fn preferences_are_heeded_and_unknown_ones_ignored() {
    let api = Api::new().await;
    let lenient = [("prefer", "handling=lenient, anything=goes")];
    assert_eq!(api.ask("GET", "/client", &lenient, None).await.status, 200);

    let counted = [("prefer", "count=exact")];
    let reply = api.ask("HEAD", "/rpc/projects", &counted, None).await;
    assert_eq!((reply.header("content-range"), reply.text.as_str()), ("0-3/4", ""));

    api.admin
        .batch_execute("create function zone() returns text return current_setting('timezone')")
        .await
        .unwrap();
    let lima = [("prefer", "timezone=America/Lima")];
    assert_eq!(api.ask("GET", "/rpc/zone", &lima, None).await.json, json!("America/Lima"));
    let nowhere = [("prefer", "timezone=Nowhere/City")];
    assert_ne!(api.ask("GET", "/rpc/zone", &nowhere, None).await.json, json!("Nowhere/City"));
}

#[tokio::test]
async fn a_browser_may_send_the_headers_of_supabase_js_and_read_the_count() {
    let api = Api::new().await;
    let headers = [
        ("origin", "https://shop.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "apikey,prefer,x-client-info,x-own"),
    ];
    let reply = api.ask("OPTIONS", "/client", &headers, None).await;
    assert_eq!(reply.status, 200);
    let allowed = reply.header("access-control-allow-headers").to_lowercase();
    for name in ["authorization", "apikey", "prefer", "x-client-info", "x-own"] {
        assert!(allowed.contains(name), "{name}: {allowed}");
    }
    let origin = [("origin", "https://shop.example")];
    let reply = api.ask("GET", "/client", &origin, None).await;
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert!(reply.header("access-control-expose-headers").contains("Content-Range"));
}
