//! The data API over a schema it was not written for, as a stranger would use it.

// In test code, a failure should end the test.
#![allow(clippy::unwrap_used)]

use std::{sync::Arc, time::Duration};

use data_api::{
    DataApi, Profile,
    identity::{Identity, JwtRules},
    settings::{Settings, TxEnd},
};
use postgres::{Db, Limits};
use serde_json::Value;
use tokio_postgres::NoTls;

use crate::EmptyDatabase;

/// A database with the fixture, and the API that serves it.
pub struct Api {
    /// The address of the API.
    pub url: String,
    /// A superuser's way into the database.
    pub admin: tokio_postgres::Client,
    http: reqwest::Client,
    /// The database.
    pub database: EmptyDatabase,
}

/// An answer.
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body, if it is JSON.
    pub json: Value,
    /// The body as text.
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

/// Serve `api`, and return its address.
async fn served(api: DataApi) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(data_api::standalone(listener, api));
    url
}

impl Api {
    /// The API with at most 1,000 rows per page and all features on.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same, with other settings.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let plain = JwtRules::from_env().unwrap();
        Self::open(Identity::Jwt(Arc::new(plain)), change).await
    }

    /// The same, with an extended schema; every request is rolled back after its answer.
    pub async fn undoing() -> Self {
        let api = Self::with(|settings| settings.tx_end = TxEnd::Rollback).await;
        api.admin.batch_execute(include_str!("dialect/more.sql")).await.unwrap();
        api
    }

    /// The same, with the settings of the marketplace.
    pub async fn of_the_marketplace() -> Self {
        let identity = Identity::Jwt(Arc::new(JwtRules::from_env().unwrap()));
        Self::open_as(rest::profile(None), identity, |_| {}).await
    }

    /// The same, with other rules for callers.
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
        admin.batch_execute(include_str!("dialect/fixture.sql")).await.unwrap();

        let mut settings = Settings::from_env().unwrap();
        settings.anonymous_role = Some("anon".into());
        settings.max_rows = Some(1000);
        settings.aggregates_enabled = true;
        settings.plan_enabled = true;
        settings.tx_end = TxEnd::CommitAllowOverride;
        change(&mut settings);
        // So much is brief that reads share connections in a build without optimizations, too.
        let brief = Duration::from_millis(10);
        let limits = Limits { connections: 6, brief, ..Limits::default() };
        let db = Db::connect(&database.admin_url, limits).unwrap();
        let url = served(DataApi::new(db, identity, settings, profile)).await;
        Self { url, admin, http: reqwest::Client::new(), database }
    }

    /// Send `method path` with headers and a body.
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

    /// The result of a plain GET of `path`, which must succeed.
    pub async fn get(&self, path: &str) -> Value {
        let reply = self.ask("GET", path, &[], None).await;
        assert!(reply.status < 300, "{path}: {} {}", reply.status, reply.text);
        reply.json
    }

    /// From now on serve as `login`, which can become `anon`.
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

/// Method, path, headers, body; then the status and the JSON, or a part of it.
pub type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], Option<Value>, u16, Value);

/// Every case must be answered as it says.
pub async fn meets(api: &Api, cases: &[Case<'_>]) {
    for (method, path, headers, body, status, expected) in cases {
        let reply = api.ask(method, path, headers, body.clone()).await;
        assert_eq!(reply.status, *status, "{path}: {}", reply.text);
        match expected.as_object() {
            Some(members) => {
                for (name, value) in members {
                    assert_eq!(reply.json[name], *value, "{path}: {}", reply.text);
                }
            }
            None => assert_eq!(reply.json, *expected, "{path}"),
        }
    }
}

/// Every path must be answered with the text beside it.
pub async fn returns(api: &Api, cases: &[(&str, Value)]) {
    for (path, expected) in cases {
        assert_eq!(api.get(path).await, *expected, "{path}");
    }
}
