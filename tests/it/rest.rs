//! The data API over a schema it was not written for. The modules have the names that PostgREST's
//! own specification gives to its features.

use data_api::{cache::Schemas, settings::Settings};
use postgres::{Db, Limits};
use serde_json::json;
use tests::dialect::Api;

mod auth;
mod bounded;
mod cors;
mod counts;
mod database;
mod domains;
mod embedding;
mod errors;
mod filters;
mod geojson;
mod headers;
mod insert;
mod media_types;
mod openapi;
mod pages;
mod preferences;
mod query;
mod ranges;
mod rollback;
mod root;
mod rpc;
mod schemas;
mod spread;
mod supabase_js;
mod typescript;
mod update;
mod upsert;

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
async fn every_list_of_schemas_keeps_its_own_cache() {
    let api = Api::new().await;
    let list = |exposed: &str| Schemas { exposed: vec![exposed.into()], extra: Vec::new() };
    let publish = async |exposed| {
        data_api::cache::publish(&api.admin, &list(exposed), &["anon"]).await.unwrap();
    };
    let is_published =
        async |exposed| data_api::cache::is_published(&api.admin, &list(exposed)).await;
    api.admin.batch_execute("create schema other; create schema third").await.unwrap();
    publish("public").await;
    publish("other").await;
    assert!(is_published("public").await && is_published("other").await);
    assert!(!is_published("third").await);
    // A deployment of one list keeps the other fresh, and forgets what is gone.
    api.admin.batch_execute("create table other.more (n int)").await.unwrap();
    publish("third").await;
    assert!(is_published("public").await && is_published("other").await);
    api.admin.batch_execute("drop schema third").await.unwrap();
    publish("public").await;
    let rows = "select count(*) from convene.schema_cache";
    assert_eq!(api.admin.query_one(rows, &[]).await.unwrap().get::<_, i64>(0), 2);
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
    // Fifty people share six connections, and most of them one.
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
