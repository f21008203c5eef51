//! How many rows there are: exact, planned, estimated.

use serde_json::Value;
use tests::dialect::Api;

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
async fn an_estimate_without_a_greatest_page_is_the_greater_of_two() {
    let api = Api::with(|settings| settings.max_rows = None).await;
    let many = "create table many as select n from generate_series(1, 100) as n; analyze many; \
                grant select on many to anon";
    api.admin.batch_execute(many).await.unwrap();
    let estimated = [("prefer", "count=estimated")];
    for (path, status, range) in [
        ("/many?limit=2", 206, "0-1/100"),
        ("/many?n=not.in.(1,2)&limit=2", 206, "0-1/98"),
        // The planner has no better estimate.
        ("/many?or=(n.lt.0,n.gt.1000)&limit=2", 206, "*/1"),
    ] {
        let reply = api.ask("GET", path, &estimated, None).await;
        assert_eq!((reply.status, reply.header("content-range")), (status, range), "{path}");
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

/// How many times the plan of a counted request reads a table.
async fn reads(api: &Api, path: &str, table: &str) -> usize {
    fn within(plan: &Value, table: &str) -> usize {
        let here = plan["Relation Name"] == table && plan["Actual Loops"] != 0;
        let below = plan["Plans"].as_array().into_iter().flatten();
        usize::from(here) + below.map(|plan| within(plan, table)).sum::<usize>()
    }
    let plan = "application/vnd.pgrst.plan+json; options=analyze";
    let reply = api.ask("GET", path, &[("prefer", "count=exact"), ("accept", plan)], None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    within(&reply.json[0]["Plan"], table)
}

/// A page that is not full shows where the rows end, so they are not read a second time.
#[tokio::test]
async fn a_page_that_is_not_full_is_not_counted_again() {
    for max_rows in [None, Some(1000)] {
        let api = Api::with(|settings| settings.max_rows = max_rows).await;
        let exact = [("prefer", "count=exact")];
        for (path, range, times) in [
            ("/letter?select=body", "0-1/2", 1),
            ("/letter?select=body&offset=1", "1-1/2", 1),
            ("/project?limit=5", "0-3/4", 1),
            ("/project?limit=5&offset=3", "3-3/4", 1),
            ("/project?select=name,client(name)&project_id=gt.1", "0-2/3", 1),
            ("/project?select=name,person(name)", "0-3/4", 1),
            // A full page may not be all rows, and an empty page does not say where the rows end.
            ("/project?limit=2", "0-1/4", 2),
            ("/project?limit=4", "0-3/4", 2),
            ("/project?limit=0", "*/4", 1),
            ("/project?offset=4", "*/4", 2),
            // Groups are not rows, and an embedding may hide some.
            ("/project?select=client_id,count()", "0-2/4", 2),
            ("/project?select=name,client!inner(name)", "0-2/3", 2),
            ("/project?select=name,person()&person=not.is.null", "0-1/2", 2),
        ] {
            let reply = api.ask("GET", path, &exact, None).await;
            assert_eq!(reply.header("content-range"), range, "{path}: {}", reply.text);
            let table = path[1..].split('?').next().unwrap();
            assert_eq!(reads(&api, path, table).await, times, "{path}");
        }
    }
}
