//! Expectations that PostgREST's specification gained, or changed, in its later versions.

use std::sync::Arc;

use data_api::{
    identity::{Identity, JwtRules},
    settings::Verbosity,
};
use serde_json::{Value, json};
use tokens::mint;

use super::{
    Api,
    foreign::{Case, meets},
};

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
async fn a_range_beyond_the_page_and_a_method_nobody_has_are_refused() {
    let apart = json!({"code": "PGRST103",
        "details": "Limit should be greater than or equal to zero."});
    let trace = json!({"code": "PGRST117", "message": "Unsupported HTTP method: TRACE"});
    let first = [("range", "0-1")];
    let open = [("range", "1-x")];
    let cases: [Case<'_>; 6] = [
        (
            "GET",
            "/client?select=client_id&client_id=eq.1",
            &open,
            None,
            200,
            json!([{"client_id": 1}]),
        ),
        ("GET", "/client?offset=2", &first, None, 416, apart.clone()),
        ("GET", "/client?limit=-1", &first, None, 416, apart),
        ("GET", "/client?limit=0", &first, None, 200, json!([])),
        ("GET", "/client?select=client_id&offset=1", &first, None, 200, json!([{"client_id": 2}])),
        ("TRACE", "/client", &[], None, 405, trace),
    ];
    meets(&Api::new().await, &cases).await;
}

#[tokio::test]
async fn a_profile_is_named_in_the_answer_to_who_names_one() {
    let api = Api::new().await;
    for (method, header, profile) in [
        ("GET", "accept-profile", "public"),
        ("OPTIONS", "accept-profile", "public"),
        ("DELETE", "content-profile", "public"),
        ("GET", "content-profile", ""),
    ] {
        let reply = api.ask(method, "/client?client_id=eq.0", &[(header, "public")], None).await;
        assert_eq!(reply.header("content-profile"), profile, "{method} {header}");
    }
    let reply = api.ask("OPTIONS", "/client", &[("accept-profile", "nowhere")], None).await;
    assert_eq!((reply.status, reply.code()), (406, "PGRST106"));
}

#[tokio::test]
async fn an_embedding_with_an_alias_goes_by_it() {
    let by_name = "/client?select=name,theirs:project(name)&project.name=eq.Beta&limit=1";
    let by_alias = by_name.replace("&project.", "&theirs.");
    let twice = "/client?select=project(name),theirs:project(name)&project.limit=0\
                 &theirs.name=eq.Beta&limit=1";
    let beta = json!([{"name": "Acme", "theirs": [{"name": "Beta"}]}]);
    let apart = json!([{"project": [], "theirs": [{"name": "Beta"}]}]);

    let api = Api::new().await;
    let warned = "Update `project` to `theirs` in query string filters, orders or limits.";
    for (path, rows, warns) in
        [(by_name, &beta, true), (&by_alias, &beta, false), (twice, &apart, false)]
    {
        let reply = api.ask("GET", path, &[], None).await;
        assert_eq!(reply.json, *rows, "{path}");
        let warning = reply.header("warning");
        assert_eq!(warning.starts_with("299 ") && warning.contains(warned), warns, "{warning}");
    }

    let strict = Api::with(|settings| settings.legacy_names = false).await;
    let refused = json!({"code": "PGRST108",
        "message": "'project' is not an embedded resource in this request",
        "details": "Target names are not allowed in filters if they have an alias",
        "hint": "Change 'project' to 'theirs' in filters, orders or limits."});
    let cases: [Case<'_>; 3] = [
        ("GET", by_name, &[], None, 400, refused),
        ("GET", &by_alias, &[], None, 200, beta),
        ("GET", twice, &[], None, 200, apart),
    ];
    meets(&strict, &cases).await;
}

#[tokio::test]
async fn a_spread_of_many_is_an_array_for_each_field() {
    let api = Api::with(|settings| settings.aggregates_enabled = false).await;
    let nested = "/client?select=name,...project(...member(person_id))&client_id=eq.1\
                  &project.order=project_id";
    let sorted = "/project?select=name,...client(who:name)&client_id=not.is.null\
                  &order=client(who).desc&limit=1";
    let grouped = json!({"code": "PGRST127", "message": "Feature not implemented"});
    let cases: [Case<'_>; 2] = [
        ("GET", nested, &[], None, 200, json!([{"name": "Acme", "person_id": [[1, 2], []]}])),
        ("GET", sorted, &[], None, 200, json!([{"name": "Gamma", "who": "Best"}])),
    ];
    meets(&api, &cases).await;

    let counts = json!([{"client_id": 1, "count": 2}, {"client_id": 2, "count": 1}]);
    let counted = "/project?select=client_id,...client(count())&client_id=not.is.null\
                   &order=client_id";
    let listed = "/client?select=count(),...project(...member(person_id))&client_id=eq.2";
    let below = "/project?select=count(),...client(...project(n:name))&client_id=eq.2";
    let stars = "/member?select=count(),...project(...client(*),c:client(name))&person_id=eq.2";
    let star = json!([{"count": 1, "client_id": 1, "name": "Acme", "c": {"name": "Acme"}}]);
    let cases: [Case<'_>; 5] = [
        ("GET", stars, &[], None, 200, star),
        ("GET", listed, &[], None, 200, json!([{"count": 1, "person_id": [[1]]}])),
        ("GET", below, &[], None, 200, json!([{"count": 1, "n": ["Gamma"]}])),
        ("GET", "/client?select=...project(project_id.sum())", &[], None, 400, grouped),
        ("GET", counted, &[], None, 200, counts),
    ];
    meets(&Api::new().await, &cases).await;
}

#[tokio::test]
async fn what_an_answer_depends_on_is_said_unless_a_function_says_it() {
    let api = Api::new().await;
    let varies = "create function varies() returns void language sql as $$
        select set_config('response.headers', '[{\"Vary\": \"X-Mine\"}]', true) $$";
    api.admin.batch_execute(varies).await.unwrap();
    for (path, vary) in [
        ("/client", "Accept, Authorization, Prefer, Range"),
        ("/rpc/add?a=1", "Accept, Authorization, Prefer, Range"),
        ("/rpc/varies", "X-Mine"),
        ("/nothing", ""),
    ] {
        let method = if path == "/rpc/varies" { "POST" } else { "GET" };
        let reply = api.ask(method, path, &[], None).await;
        assert_eq!(reply.header("vary"), vary, "{path}: {}", reply.text);
    }
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
async fn a_time_zone_may_be_an_offset() {
    let api = Api::new().await;
    let moment =
        "create function moment() returns timestamptz return timestamptz '2020-06-01T12:00:00Z'";
    api.admin.batch_execute(moment).await.unwrap();
    for (preference, shown, applied) in [
        ("timezone=-4", "2020-06-01T08:00:00-04:00", true),
        ("timezone=+05:30", "2020-06-01T06:30:00-05:30", true),
        ("timezone=+15", "2020-06-01T12:00:00+00:00", false),
        ("timezone=05:30:15", "2020-06-01T12:00:00+00:00", false),
    ] {
        let reply = api.ask("GET", "/rpc/moment", &[("prefer", preference)], None).await;
        assert_eq!(reply.json, json!(shown), "{preference}");
        let expected = if applied { preference } else { "" };
        assert_eq!(reply.header("preference-applied"), expected);
    }
}

#[tokio::test]
async fn an_estimate_without_a_greatest_page_is_the_greater_of_two() {
    let api = Api::with(|settings| settings.max_rows = None).await;
    let many = "create table many as select n from generate_series(1, 100) as n; analyze many; \
                grant select on many to anon";
    api.admin.batch_execute(many).await.unwrap();
    let estimated = [("prefer", "count=estimated")];
    for (path, status, range) in [
        ("/many?limit=2", 206, "0-1/100"),
        ("/many?n=not.in.(1,2)&limit=2", 206, "0-1/98"),
        // The planner does not know better.
        ("/many?or=(n.lt.0,n.gt.1000)&limit=2", 206, "*/1"),
    ] {
        let reply = api.ask("GET", path, &estimated, None).await;
        assert_eq!((reply.status, reply.header("content-range")), (status, range), "{path}");
    }
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

#[tokio::test]
async fn what_a_function_returns_is_counted_and_not_planned() {
    for max_rows in [None, Some(2)] {
        let api = Api::with(|settings| settings.max_rows = max_rows).await;
        let shown = max_rows.map_or("0-3", |_| "0-1");
        for (preference, total) in [("planned", "*"), ("estimated", "4"), ("exact", "4")] {
            let count = format!("count={preference}");
            let reply = api.ask("GET", "/rpc/projects", &[("prefer", &count)], None).await;
            let range = format!("{shown}/{total}");
            assert_eq!(reply.header("content-range"), range, "{preference}: {}", reply.text);
            assert_eq!(reply.header("preference-applied"), count);
        }
    }
}

const SECRET: &str = "a secret that is long enough for HS256";

#[tokio::test]
async fn tokens_are_refused_in_the_words_of_postgrest() {
    let plain = JwtRules::new(Some(SECRET), None, ".role").unwrap();
    let api = Api::open(Identity::Jwt(Arc::new(plain)), |_| {}).await;
    let forged = mint("another secret, of some 32 characters", &json!({"role": "anon"})).unwrap();
    let good = mint(SECRET, &json!({"role": "anon"})).unwrap();
    let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJyb2xlIjoiYW5vbiJ9.";
    let none = "JWT is unsecured but expected 'alg' was not 'none'";
    let undecoded = "None of the keys was able to decode the JWT";
    assert_eq!(bearing(&api, &good).await.0, 200);
    for (token, message, details) in [
        (forged.as_str(), "No suitable key or wrong key type", json!(undecoded)),
        (unsigned, "Wrong or unsupported encoding algorithm", json!(none)),
        ("a.b.c", "JWT cryptographic operation failed", Value::Null),
        ("a.b", "Expected 3 parts in JWT; got 2", Value::Null),
    ] {
        let (status, body) = bearing(&api, token).await;
        let expected = json!({"code": "PGRST301", "message": message, "details": details,
            "hint": null});
        assert_eq!((status, body), (401, expected));
    }
}

async fn bearing(api: &Api, token: &str) -> (u16, Value) {
    let header = format!("Bearer {token}");
    let reply = api.ask("GET", "/client?limit=0", &[("authorization", &header)], None).await;
    (reply.status, reply.json)
}

#[tokio::test]
async fn the_role_is_where_the_path_leads() {
    let role = |path: &str, claims: Value| {
        let plain = JwtRules::new(Some(SECRET), None, path).unwrap();
        async move {
            let identity = Identity::Jwt(Arc::new(plain));
            let mut headers = reqwest::header::HeaderMap::new();
            let token = format!("Bearer {}", mint(SECRET, &claims).unwrap());
            headers.insert("authorization", token.parse().unwrap());
            identity.identify(&headers, None).await.map(|caller| caller.role.to_string()).ok()
        }
    };
    let named = json!({"https://app/role": "ann", "app": {"roles": ["bob", "cid"], "a.b": "dan"}});
    for (path, expected) in [
        (".app.roles[1]", Some("cid")),
        ("$.app.roles[0]", Some("bob")),
        ("$['https://app/role']", Some("ann")),
        (".\"https://app/role\"", Some("ann")),
        (".app.\"a.b\"", Some("dan")),
        (".app.nothing", None),
    ] {
        assert_eq!(role(path, named.clone()).await.as_deref(), expected, "{path}");
    }
    for bad in ["$['open", "$.roles[?(@ == \"ann\")]", "$.roles[*]", "$"] {
        assert!(JwtRules::new(None, None, bad).is_err(), "{bad}");
    }
}
