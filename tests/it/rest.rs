//! The data API over a schema it was not written for, as a stranger would point it at one.

use std::sync::Arc;

use data_api::{
    DataApi, Profile,
    identity::{Identity, JwtRules},
    settings::{Settings, TxEnd},
};
use postgres::{Db, Limits};
use serde_json::{Value, json};
use tests::EmptyDatabase;
use tokio_postgres::NoTls;

mod custom;
mod described;
mod foreign;
mod geography;
mod newer;
mod operating;
mod operators;
mod reading;
mod stories;
mod strange;
mod types;
mod writing;

/// A database with the fixture in it, and the API before it.
pub struct Api {
    /// Where it listens.
    pub url: String,
    /// A superuser's way into the database.
    pub admin: tokio_postgres::Client,
    http: reqwest::Client,
    database: EmptyDatabase,
}

/// What came back.
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body, if it is JSON.
    pub json: Value,
    /// The body.
    pub text: String,
}

impl Reply {
    /// A header's value, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The code of a refusal.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }
}

/// Where `api` listens from now on.
async fn served(api: DataApi) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(data_api::standalone(listener, api));
    url
}

impl Api {
    /// The API with a page of at most 1,000 rows and everything switched on.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with other settings.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let plain = JwtRules::from_env().unwrap();
        Self::open(Identity::Jwt(Arc::new(plain)), change).await
    }

    /// The same as the marketplace serves it.
    pub async fn of_the_marketplace() -> Self {
        let identity = Identity::Jwt(Arc::new(JwtRules::from_env().unwrap()));
        Self::open_as(rest::profile(None), identity, |_| {}).await
    }

    /// The same with other callers.
    pub async fn open(identity: Identity, change: impl FnOnce(&mut Settings)) -> Self {
        Self::open_as(Profile::default(), identity, change).await
    }

    async fn open_as(
        profile: Profile,
        identity: Identity,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let database = EmptyDatabase::new().await;
        let (admin, connection) =
            tokio_postgres::connect(&database.admin_url, NoTls).await.unwrap();
        tokio::spawn(connection);
        admin.batch_execute(include_str!("rest/fixture.sql")).await.unwrap();

        let mut settings = Settings::from_env().unwrap();
        settings.anonymous_role = Some("anon".into());
        settings.max_rows = Some(1000);
        settings.aggregates_enabled = true;
        settings.plan_enabled = true;
        settings.tx_end = TxEnd::CommitAllowOverride;
        change(&mut settings);
        let limits = Limits { connections: 4, ..Limits::default() };
        let db = Db::connect(&database.admin_url, limits).unwrap();
        let url = served(DataApi::new(db, identity, settings, profile)).await;
        Self { url, admin, http: reqwest::Client::new(), database }
    }

    /// Ask for `method path`, with headers and a body.
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let method = method.parse().unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Reply { status, headers, json, text }
    }

    /// What a plain GET of `path` returns, which must be a success.
    pub async fn get(&self, path: &str) -> Value {
        let reply = self.ask("GET", path, &[], None).await;
        assert!(reply.status < 300, "{path}: {} {}", reply.status, reply.text);
        reply.json
    }

    /// Serve from now on as `login`, which can become `anon`.
    pub async fn sign_in(&mut self, login: &str) {
        let (_, place) = self.database.admin_url.split_once('@').unwrap();
        let url = format!("postgres://{login}@{place}");
        let db = Db::connect(&url, Limits::default()).unwrap();
        let mut settings = Settings::from_env().unwrap();
        settings.anonymous_role = Some("anon".into());
        let identity = Identity::Jwt(Arc::new(JwtRules::from_env().unwrap()));
        self.url = served(DataApi::new(db, identity, settings, Profile::default())).await;
    }

    /// The refusal of a plain GET: its status and code.
    pub async fn refused(&self, path: &str) -> (u16, String) {
        let reply = self.ask("GET", path, &[], None).await;
        (reply.status, reply.code().to_owned())
    }
}

#[tokio::test]
async fn a_change_of_the_catalog_is_seen_with_the_first_miss() {
    let api = Api::new().await;
    assert_eq!(api.refused("/later").await, (404, "PGRST205".into()));
    api.admin
        .batch_execute("create table later (n int); grant select on later to anon")
        .await
        .unwrap();
    assert_eq!(api.get("/later").await, json!([]));
    api.admin.batch_execute("alter table later add column more text").await.unwrap();
    assert_eq!(api.get("/later?more=is.null").await, json!([]));
    api.admin.batch_execute("create function soon() returns int return 7").await.unwrap();
    assert_eq!(api.get("/rpc/soon").await, json!(7));
}

#[tokio::test]
async fn the_cache_a_deployment_left_serves_until_the_catalog_changes() {
    let api = Api::new().await;
    let schemas = Settings::from_env().unwrap().schemas();
    let db = Db::connect(&api.database.admin_url, Limits::default()).unwrap();
    let published = data_api::cache::publish(&api.admin, &schemas, &["anon"]).await.unwrap();
    assert!(data_api::cache::is_published(&api.admin, &schemas).await);
    let loaded = data_api::cache::load(&db, &schemas).await.unwrap();
    assert_eq!(loaded.fingerprint, published.fingerprint);
    api.admin.batch_execute("create table another (n int)").await.unwrap();
    assert!(!data_api::cache::is_published(&api.admin, &schemas).await);
    let rebuilt = data_api::cache::load(&db, &schemas).await.unwrap();
    assert!(rebuilt.model.resource("public", "another").is_some());
}

#[tokio::test]
async fn nobody_reads_the_rows_of_another_however_requests_interleave() {
    let api = Api::new().await;
    api.admin
        .batch_execute(
            "create table mine (owner text, note text); alter table mine enable row level security; \
             create policy own on mine using (owner = current_setting('request.headers')::json \
             ->> 'x-agent'); grant select on mine to anon; \
             insert into mine select 'u' || n, 'of u' || n from generate_series(1, 50) as n",
        )
        .await
        .unwrap();
    let total: usize = std::env::var("INTERLEAVED_REQUESTS")
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(2_000);
    // Fifty people over four connections.
    let people = (1..=50).map(|n| {
        let api = &api;
        async move {
            let name = format!("u{n}");
            for _ in 0..total / 50 {
                let reply = api.ask("GET", "/mine", &[("x-agent", &name)], None).await;
                if reply.status == 503 {
                    continue;
                }
                assert_eq!(reply.json, json!([{ "owner": name, "note": format!("of {name}") }]));
            }
        }
    });
    futures_util::future::join_all(people).await;
}
