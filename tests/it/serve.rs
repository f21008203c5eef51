//! The process around the routers: how it ends, and what it reports about itself.

use std::{sync::Arc, time::Duration};

use axum::{Router, extract::State, routing::get};
use convene::{
    keys::Keys,
    metrics,
    routers::{self, House},
    server,
};
use postgres::{Db, Limits};
use tokio::{
    net::TcpListener,
    sync::{Notify, oneshot},
    task::JoinHandle,
};

/// An address where nobody listens.
const NOWHERE: &str = "postgres://nobody@127.0.0.1:1/none?sslmode=disable";

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, url)
}

fn house(url: &str) -> House {
    let db = || Db::connect(url, Limits::default()).expect("a connection string");
    House {
        api: db(),
        service: db(),
        keys: Keys::fleeting().expect("random numbers"),
        stripe: None,
        site_url: "https://convene.example".into(),
        base_url: "https://api.convene.example".into(),
    }
}

#[tokio::test]
async fn what_is_under_way_is_finished_and_nothing_new_begun() {
    struct Work {
        begun: Notify,
        go_on: Notify,
    }
    let work = Arc::new(Work { begun: Notify::new(), go_on: Notify::new() });
    let slow = |State(work): State<Arc<Work>>| async move {
        work.begun.notify_one();
        work.go_on.notified().await;
        "finished"
    };
    let routes = Router::new().route("/slow", get(slow)).with_state(work.clone());
    let (listener, url) = listener().await;
    let (stop, stopped) = oneshot::channel::<()>();
    let served: JoinHandle<_> = tokio::spawn(server::until(listener, routes, async move {
        stopped.await.ok();
    }));

    let request = tokio::spawn(reqwest::get(format!("{url}/slow")));
    work.begun.notified().await;
    stop.send(()).expect("it serves");
    // The server accepts nothing new at once, and only then lets the running work end.
    let closed = async {
        while reqwest::get(&url).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), closed).await.expect("the door closes");
    assert!(!served.is_finished(), "somebody still waits for an answer");
    work.go_on.notify_one();
    let answer = request.await.expect("no panic").expect("an answer");
    assert_eq!(answer.text().await.expect("a text"), "finished");
    served.await.expect("no panic");
}

#[tokio::test]
async fn without_a_database_the_process_lives_and_is_not_ready() {
    let house = house(NOWHERE);
    let routes = web::observed(routers::all(house.clone()).expect("settings are good"));
    let (counted, scraped) = metrics::layered(routes, &house);
    let (listener, url) = listener().await;
    tokio::spawn(server::until(listener, counted.merge(scraped), std::future::pending()));

    let alive = reqwest::get(format!("{url}/health")).await.expect("an answer");
    assert_eq!(alive.status(), 200);
    assert!(alive.headers().contains_key("x-request-id"));
    let ready = reqwest::get(format!("{url}/ready")).await.expect("an answer");
    assert_eq!(ready.status(), 503);
    assert!(matches!(ready.headers()["retry-after"].as_bytes(), b"1" | b"2" | b"3"));

    let numbers = reqwest::get(format!("{url}/metrics")).await.expect("an answer");
    let numbers = numbers.text().await.expect("a text");
    for line in [
        r#"convene_http_requests_total{method="GET",status="503",endpoint="/ready"} 1"#,
        r#"convene_database_connections{login="api",state="open"} 0"#,
    ] {
        assert!(numbers.contains(line), "{line} is not in\n{numbers}");
    }
}
