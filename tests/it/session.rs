//! Sessions: many at the same time, and after changes of the marketplace.

use std::time::Duration;

use postgres::{Caller, Db, Limits};
use serde_json::{Value, json};
use tests::World;
use tokio::net::TcpListener;

use crate::auth::{PASSWORD, auth, member, own, said, sign_in};

#[tokio::test]
async fn whoever_is_suspended_is_refused_at_once() {
    let world = World::new().await;
    let id = member(&world, "sus@example.com").await;
    let session = sign_in(&world, "sus@example.com", PASSWORD).await.ok();
    let token = session["access_token"].as_str().expect("a token");
    own(&world, token).await.ok();

    world
        .sql(&format!("update core.person set status = 'suspended' where person_id = '{id}'"))
        .await;

    let refused = own(&world, token).await;
    said(&refused, 403, "session_not_found");
    let refused = sign_in(&world, "sus@example.com", PASSWORD).await;
    said(&refused, 400, "user_banned");
    let wrong = sign_in(&world, "sus@example.com", "not the password").await;
    said(&wrong, 400, "invalid_credentials");
    let body = json!({"refresh_token": session["refresh_token"]});
    let refused = auth(&world, "token?grant_type=refresh_token", body.clone()).await;
    said(&refused, 400, "refresh_token_not_found");

    // After the suspension they can sign in again; their old sessions stay ended.
    let back = format!("update core.person set status = 'active' where person_id = '{id}'");
    world.sql(&back).await;
    said(
        &auth(&world, "token?grant_type=refresh_token", body).await,
        400,
        "refresh_token_not_found",
    );
    sign_in(&world, "sus@example.com", PASSWORD).await.ok();
}

#[tokio::test]
async fn fifty_refreshes_that_wait_for_one_row_get_one_successor() {
    let world = World::new().await;
    member(&world, "race@example.com").await;
    let session = sign_in(&world, "race@example.com", PASSWORD).await.ok();
    let body = json!({"refresh_token": session["refresh_token"]});

    let gun = world.hold("select from identity.session for update").await;
    // A pool of forty connections keeps ten of the fifty waiting.
    let refreshes = (0..50).map(|_| auth(&world, "token?grant_type=refresh_token", body.clone()));
    let (answers, ()) = tokio::join!(futures_util::future::join_all(refreshes), gun.fire_at(30));

    let mut successors: Vec<String> =
        answers.into_iter().map(|answer| answer.ok()["refresh_token"].to_string()).collect();
    successors.sort();
    successors.dedup();
    assert_eq!(successors.len(), 1);
    let counter: i64 = world.value("select refresh_counter from identity.session", &[]).await;
    assert_eq!(counter, 1);
}

#[tokio::test]
async fn a_link_opened_twice_at_once_lets_one_in() {
    let world = World::new().await;
    member(&world, "twice@example.com").await;
    auth(&world, "recover", json!({"email": "twice@example.com"})).await.ok();
    let token: String =
        world.value("select payload ->> 'token_hash' from core.outbox limit 1", &[]).await;
    let body = json!({"type": "recovery", "token_hash": token});

    let gun = world.hold("select from identity.one_time_token for update").await;
    let (one, two, ()) = tokio::join!(
        auth(&world, "verify", body.clone()),
        auth(&world, "verify", body.clone()),
        gun.fire_at(2),
    );
    let mut statuses = [one.status, two.status];
    statuses.sort();
    assert_eq!(statuses, [200, 403]);
}

#[tokio::test]
async fn one_code_shown_twice_at_once_is_good_once() {
    let world = World::new().await;
    let id = member(&world, "factor@example.com").await;
    let session = sign_in(&world, "factor@example.com", PASSWORD).await.ok();
    let session = session["access_token"].as_str().expect("a token").split('.').nth(1);
    let claims = base64::Engine::decode(
        &base64::prelude::BASE64_URL_SAFE_NO_PAD,
        session.expect("a payload"),
    );
    let claims: Value = serde_json::from_slice(&claims.expect("base64")).expect("JSON");
    let session_id = claims["session_id"].as_str().expect("an id");
    world
        .sql(&format!(
            "insert into identity.factor (factor_id, account_id, secret)
             values ('{id}', '{id}', '\\x00');
             insert into identity.factor_challenge (factor_id, session_id, expires_at)
             select '{id}', '{session_id}', now() + interval '1 minute'
             from generate_series(1, 2)"
        ))
        .await;
    let asked = "select factor_challenge_id from identity.factor_challenge";
    let asked: Vec<uuid::Uuid> =
        world.rows(asked, &[]).await.iter().map(|row| row.get(0)).collect();
    // Two challenges and one code, of the seventh step.
    let show = async |challenge: uuid::Uuid| {
        let client = world.connection().await;
        client.batch_execute("set role service_role").await.expect("the house");
        let sql = format!(
            "select api.auth_verify_factor('{id}', '{session_id}', '{id}', '{challenge}', 7,
                                           '\\x01') ->> 'refused' is null"
        );
        client.query_one(&sql, &[]).await.expect("an answer").get::<_, bool>(0)
    };
    let gun = world.hold("select from identity.factor for update").await;
    let (one, two, ()) = tokio::join!(show(asked[0]), show(asked[1]), gun.fire_at(2));
    let mut accepted = [one, two];
    accepted.sort();
    assert_eq!(accepted, [false, true]);
}

/// Another instance of the auth function over the same database, and its address.
async fn instance(world: &World) -> (::auth::Auth, String) {
    let auth_url = tokens::auth_url(&world.url);
    instance_with(world, |config, _| config.auth_url = auth_url).await
}

/// The same, with its own settings, which may contain its address.
pub(crate) async fn instance_with(
    world: &World,
    change: impl FnOnce(&mut ::auth::Config, &str),
) -> (::auth::Auth, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let mut config = ::auth::Config::development(&world.keys.jwt_secret);
    change(&mut config, &url);
    let service = Db::connect(&world.logins.service, Default::default()).expect("a url");
    let settings = world.keys.settings().expect("settings");
    let auth = ::auth::Auth::new(service, &settings, config).expect("settings are good");
    let routes = ::auth::router(auth.clone());
    tokio::spawn(convene::server::until(listener, routes, std::future::pending()));
    (auth, url)
}

/// The token of a sign-in at `url`, and the id of the key that signed it.
async fn token_from(world: &World, url: &str, email: &str) -> (String, String) {
    let request = reqwest::Client::new()
        .post(format!("{url}/auth/v1/token?grant_type=password"))
        .header("apikey", &world.keys.publishable_key)
        .json(&json!({"email": email, "password": PASSWORD}));
    let session = world.send(request).await.ok();
    let token = session["access_token"].as_str().expect("a token").to_owned();
    let header = token.split('.').next().expect("a header");
    let header: Value = serde_json::from_slice(
        &base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, header).expect("base64"),
    )
    .expect("JSON");
    (token, header["kid"].as_str().expect("a key's id").to_owned())
}

async fn status_at(world: &World, url: &str, token: &str) -> u16 {
    let request = reqwest::Client::new()
        .get(format!("{url}/auth/v1/user"))
        .header("apikey", &world.keys.publishable_key)
        .bearer_auth(token);
    world.send(request).await.status
}

#[tokio::test]
async fn keys_rotate_and_nobody_notices() {
    let world = World::new().await;
    member(&world, "rotate@example.com").await;
    let (rotating, url) = instance(&world).await;
    let mut signed = vec![token_from(&world, &url, "rotate@example.com").await];
    // The first key was alone: the first rotation only adds a standby key.
    let mut standby = rotating.signer().rotate().await.expect("rotates").standby;
    for _ in 0..2 {
        let rotation = rotating.signer().rotate().await.expect("rotates");
        // The standby key signs now; verifiers have known it since the rotation before.
        assert_eq!(standby, rotation.current);
        let (token, kid) = token_from(&world, &url, "rotate@example.com").await;
        assert_eq!(kid, rotation.current, "the new key signs");
        assert!(signed.iter().all(|(_, earlier)| *earlier != kid), "and did not before");
        signed.push((token, kid));
        for (token, kid) in &signed {
            assert_eq!(status_at(&world, &world.url, token).await, 200, "{kid} still verifies");
        }
        standby = rotation.standby;
    }
    let kept: Vec<String> = world
        .rows("select status from identity.signing_key order by created_at", &[])
        .await
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(kept, ["previous", "previous", "current", "standby"]);
    // The stored private key is sealed: PKCS #8 would begin with a SEQUENCE of version 0.
    let plain: i64 = world
        .value(
            "select count(*) from identity.signing_key
             where position('\\x020100'::bytea in private_key) between 1 and 8",
            &[],
        )
        .await;
    assert_eq!(plain, 0);
}

#[tokio::test]
async fn a_key_that_was_retired_verifies_no_more() {
    let world = World::new().await;
    member(&world, "retire@example.com").await;
    let (rotating, url) = instance(&world).await;
    let (token, kid) = token_from(&world, &url, "retire@example.com").await;
    for _ in 0..2 {
        rotating.signer().rotate().await.expect("rotates");
    }
    // Eight days are longer than the lifetime of any token.
    let age = "update identity.signing_key set changed_at = now() - interval '9 days'
               where kid = $1 and status = 'previous'";
    assert_eq!(world.execute(age, &[&kid]).await, 1);
    assert_eq!(status_at(&world, &instance(&world).await.1, &token).await, 200, "not yet");
    rotating.signer().rotate().await.expect("rotates");
    // An instance that starts now has never seen it.
    assert_eq!(status_at(&world, &instance(&world).await.1, &token).await, 403);
}

#[tokio::test]
async fn a_sign_in_that_waits_too_long_is_ended_in_the_database_too() {
    let world = World::new().await;
    let limits = Limits { deadline: Duration::from_millis(500), ..Limits::default() };
    let service = Db::connect(&world.logins.service, limits).expect("a url");
    let mut held = world.connection().await;
    let transaction = held.transaction().await.expect("a transaction");
    transaction.batch_execute("lock table identity.failed_attempt").await.expect("a lock");
    let sql = "select api.auth_password('a@example.com', '\\x01', null)";
    let failed = service.text(Caller::SERVICE, sql, &[]).await.expect_err("it is locked");
    assert_eq!(failed.status, 503);
    // The lock is still held, so only the server itself can have ended what waited for it.
    let waiting = "select count(*) from pg_stat_activity, pg_sleep(0.1)
                   where wait_event_type = 'Lock' and datname = current_database()";
    let mut left: i64 = world.value(waiting, &[]).await;
    for _ in 0..50 {
        if left == 0 {
            break;
        }
        left = world.value(waiting, &[]).await;
    }
    assert_eq!(left, 0);
}

#[tokio::test]
async fn an_outage_is_no_refusal() {
    let world = World::new().await;
    member(&world, "outage@example.com").await;
    let session = sign_in(&world, "outage@example.com", PASSWORD).await.ok();
    world.sql("alter function api.auth_refresh rename to auth_refresh_gone").await;
    let body = json!({"refresh_token": session["refresh_token"]});
    let failed = auth(&world, "token?grant_type=refresh_token", body).await;
    said(&failed, 500, "unexpected_failure");
}
