//! How many connections a process holds: the documented number for each login, whatever it runs.

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use convene::{
    routers::{self, House},
    server,
};
use futures_util::future::join_all;
use postgres::{Db, Limits};
use reqwest::Client;
use tests::World;
use tokens::{Gateway, Source};
use tokio::net::TcpListener;

use crate::office::named;

/// Connections to this world's database with the application name `name`, by login.
async fn held(world: &World, name: &str) -> BTreeMap<String, i64> {
    let sql = "select usename::text, count(*) from pg_stat_activity
               where datname = current_database() and application_name = $1 group by usename";
    let rows = world.rows(sql, &[&name]).await;
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

fn expected(api: i64, service: i64) -> BTreeMap<String, i64> {
    let logins = [("authenticator", api), ("service_authenticator", service)];
    logins.into_iter().map(|(login, count)| (login.to_owned(), count)).collect()
}

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, url)
}

/// One more server of a world, whose connections are called `name`: where it listens.
pub async fn server_of(world: &World, name: &str, limits: Limits) -> String {
    let db = |url, limits| Db::connect(&named(url, name), limits).expect("a login");
    let house = House {
        api: db(&world.logins.api, limits),
        service: db(&world.logins.service, limits.of_the_house()),
        keys: world.keys.clone(),
        stripe: None,
        site_url: "https://convene.example".into(),
        base_url: world.url.clone(),
    };
    let (listener, url) = listener().await;
    let routes = routers::all(house).expect("settings are good");
    tokio::spawn(server::until(listener, routes, std::future::pending()));
    url
}

/// A token that names an unknown signing key: refusing it makes the process read the published
/// keys.
fn strange_token() -> String {
    let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let header = part(r#"{"alg":"ES256","typ":"JWT","kid":"unknown"}"#);
    format!("{header}.{}.{}", part(r#"{"role":"authenticated"}"#), part("x".repeat(64).as_str()))
}

/// Request each of `paths` sixteen times at once, with each of the keys.
async fn load(url: &str, paths: &[&str], keys: &[&str]) {
    let http = Client::new();
    let mut requests = Vec::new();
    for _ in 0..16 {
        for path in paths {
            for key in keys {
                let request = http.get(format!("{url}{path}")).header("apikey", *key);
                requests.push(request.bearer_auth(key).send());
            }
        }
    }
    for answer in join_all(requests).await {
        let answer = answer.expect("an answer");
        assert!(answer.status().as_u16() < 500, "{}: {}", answer.url(), answer.status());
    }
}

#[tokio::test]
async fn a_server_holds_its_limit_for_each_login_and_no_more() {
    const CONNECTIONS: usize = 3;
    let world = World::new().await;
    let patient = Duration::from_secs(30);
    let limits =
        Limits { connections: CONNECTIONS, wait: patient, deadline: patient, ..Limits::default() };
    let url = server_of(&world, "counted_server", limits).await;

    let paths = ["/rest/v1/sessions?select=id", "/ready", "/auth/v1/settings"];
    let token = strange_token();
    load(&url, &paths, &[&world.keys.anon_key, &world.keys.service_key, &token]).await;
    assert_eq!(held(&world, "counted_server").await, expected(3, 3));
}

#[tokio::test]
async fn a_lambda_holds_one_connection_for_each_login() {
    let world = World::new().await;
    let limits = Limits { wait: Duration::from_secs(30), ..Limits::default() };
    let db = |url| Db::connect(&named(url, "counted_lambda"), limits).expect("a login");
    let (api, service) = (db(&world.logins.api), db(&world.logins.service));
    let settings = world.keys.settings().expect("keys");
    let gateway = Gateway::new(&settings, vec![Source::Database(api.clone())]).expect("a gateway");
    let lambda = rest::marketplace(api, Some(service), gateway).expect("settings are good");
    let (listener, url) = listener().await;
    tokio::spawn(data_api::standalone(listener, lambda));

    let token = strange_token();
    load(&url, &["/sessions?select=id"], &[&world.keys.anon_key, &world.keys.service_key, &token])
        .await;
    assert_eq!(held(&world, "counted_lambda").await, expected(1, 1));
}
