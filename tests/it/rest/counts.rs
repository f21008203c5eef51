//! How many rows there are: exact, planned, estimated.

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
        // The planner does not know better.
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
