//! Databases that are busy, or have unusual old settings.

use serde_json::json;
use tests::dialect::Api;

#[tokio::test]
async fn a_database_that_takes_no_more_connections_is_busy() {
    let mut api = Api::new().await;
    let sql = "create role strange_login login; grant anon to strange_login";
    api.admin.batch_execute(sql).await.unwrap();
    api.sign_in("strange_login").await;
    assert_eq!(api.get("/unit?select=name&unit_id=eq.1").await, json!([{"name": "root"}]));
    // The server starts or stops: it ends existing connections and accepts no new ones.
    let shut = "alter role strange_login nologin; select pg_terminate_backend(pid, 5000) from \
        pg_stat_activity where usename = 'strange_login'";
    api.admin.batch_execute(shut).await.unwrap();
    let reply = api.ask("GET", "/unit", &[], None).await;
    api.admin.batch_execute("drop role strange_login").await.unwrap();
    assert_eq!(reply.status, 503, "{}", reply.text);
    assert!(matches!(reply.header("retry-after"), "1" | "2" | "3"));
}

#[tokio::test]
async fn a_database_may_speak_latin_and_have_settings_of_old() {
    let api = Api::new().await;
    let name = "strange_latin";
    let create = format!("create database {name} encoding 'LATIN1' locale 'C' template template0");
    api.admin.batch_execute(&create).await.unwrap();
    let old = format!("alter database {name} set standard_conforming_strings = off");
    api.admin.batch_execute(&old).await.unwrap();
    let (before, after) = api.database.admin_url.rsplit_once('/').unwrap();
    let place = after.split_once('?').map(|(_, rest)| format!("?{rest}")).unwrap_or_default();
    let url = format!("{before}/{name}{place}");
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let built = data_api::cache::build(&client, &data_api::cache::Schemas::default()).await;
    drop(client);
    connection.await.unwrap().unwrap();
    api.admin.batch_execute(&format!("drop database {name}")).await.unwrap();
    built.unwrap();
}
