//! Signing in: every call of an unmodified supabase-js, and cases with more than one caller.

use std::sync::Arc;

use axum::{Router, extract::State, http::StatusCode, routing::post};
use serde_json::{Value, json};
use tests::{Answer, Who, World};
use tokio::net::TcpListener;
use uuid::Uuid;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Lets a story in another process read mail and move time: it runs SQL that comes by HTTP on the
/// loopback address, for this test's own database.
pub(crate) async fn window(world: &World) -> String {
    let client = Arc::new(world.connection().await);
    let rows = |State(client): State<Arc<tokio_postgres::Client>>, sql: String| async move {
        let sql = format!("select coalesce(json_agg(t), '[]')::text from ({sql}) as t");
        match client.query_one(&sql, &[]).await {
            Ok(row) => (StatusCode::OK, row.get::<_, String>(0)),
            Err(error) => (StatusCode::BAD_REQUEST, format!("{error:?}")),
        }
    };
    let run = |State(client): State<Arc<tokio_postgres::Client>>, sql: String| async move {
        match client.batch_execute(&sql).await {
            Ok(()) => (StatusCode::OK, String::new()),
            Err(error) => (StatusCode::BAD_REQUEST, format!("{error:?}")),
        }
    };
    let routes = Router::new().route("/rows", post(rows)).route("/run", post(run));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, routes.with_state(client)).await });
    url
}

pub(crate) async fn auth(world: &World, path: &str, body: Value) -> Answer {
    world.post(Who::Anonymous, &format!("/auth/v1/{path}"), body).await
}

/// Create a person with a confirmed address and [`PASSWORD`].
pub(crate) async fn member(world: &World, email: &str) -> Uuid {
    let body = json!({"email": email, "password": PASSWORD, "email_confirm": true});
    let made = world.post(Who::Service, "/auth/v1/admin/users", body).await.ok();
    made["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

pub(crate) async fn sign_in(world: &World, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    auth(world, "token?grant_type=password", body).await
}

/// The test fails unless the answer is this refusal.
#[track_caller]
pub(crate) fn said(answer: &Answer, status: u16, code: &str) {
    let refusal = (answer.status, answer.body["error_code"].as_str());
    assert_eq!(refusal, (status, Some(code)), "{answer:?}");
}

pub(crate) async fn own(world: &World, access_token: &str) -> Answer {
    let request = reqwest::Client::new().get(format!("{}/auth/v1/user", world.url));
    let request = request.header("apikey", &world.keys.anon_key).bearer_auth(access_token);
    world.send(request).await
}

#[tokio::test]
async fn supabase_js_signs_people_up_in_and_out() {
    let world = World::new().await;
    let window = window(&world).await;
    world.story_with("auth", &[], &[("WINDOW_URL", &window)]).await;

    let parts = "select coalesce(string_agg(r.name, ' ' order by r.name), '')
                 from identity.account as a
                 join core.person_role as pr on pr.person_id = a.account_id
                 join core.role as r using (role_id)
                 where a.email = $1";
    let parts = async |email: &str| world.value::<String>(parts, &[&email]).await;
    assert_eq!(parts("tara@example.com").await, "customer provider");
    assert_eq!(parts("known@example.com").await, "customer");
}

#[tokio::test]
async fn supabase_js_manages_accounts_and_is_a_way_out() {
    let world = World::new().await;
    let window = window(&world).await;
    world.story_with("account", &[], &[("WINDOW_URL", &window)]).await;
}

#[tokio::test]
async fn gotrues_clients_find_what_they_expect() {
    let world = World::new().await;
    let window = window(&world).await;
    world.story_with("gotrue", &[], &[("WINDOW_URL", &window)]).await;
}

#[tokio::test]
async fn supabase_js_asks_for_a_second_factor() {
    let world = World::new().await;
    let window = window(&world).await;
    world.story_with("factor", &[], &[("WINDOW_URL", &window)]).await;
}

#[tokio::test]
async fn supabase_js_signs_people_in_by_another_provider() {
    let world = World::new().await;
    let window = window(&world).await;
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let provider = json!({
        "client_id": "ours", "secret": "hush", "issuer": format!("http://127.0.0.1:{port}"),
    });
    let providers = json!({"issuer": provider, "github": provider}).to_string();
    let (_, url) = crate::session::instance_with(&world, |config, url| {
        config.auth_url = tokens::auth_url(url);
        config.providers = Some(providers);
    })
    .await;
    let port = port.to_string();
    let told = [("WINDOW_URL", &*window), ("CONVENE_URL", &*url), ("ISSUER_PORT", &*port)];
    world.story_with("external", &[], &told).await;
}

#[tokio::test]
async fn there_is_a_key_before_there_is_a_token() {
    let world = World::new().await;
    let published = world.get(Who::Anonymous, "/auth/v1/.well-known/jwks.json").await.ok();
    assert_eq!(published["keys"].as_array().map(Vec::len), Some(1), "{published}");
}

#[tokio::test]
async fn a_mail_to_a_stranger_carries_nothing_that_somebody_typed() {
    let world = World::new().await;
    let data = json!({"full_name": "Your account is locked, call 555-1234"});
    let body = json!({"email": "victim@example.com", "password": PASSWORD, "data": data});
    auth(&world, "signup", body).await.ok();
    let message: Value = world
        .value(
            "select internal.message_of(o, d)
             from core.outbox as o
             cross join (select null::core.delivery as d) as none
             where o.topic = 'auth.email'",
            &[],
        )
        .await;
    assert_eq!(message["recipient"]["name"], "", "{message}");
    assert!(!message.to_string().contains("locked"), "{message}");
}

#[tokio::test]
async fn every_system_can_ask_for_its_roles_and_none_for_staff() {
    let world = World::new().await;
    for (word, parts) in [
        ("learner", "customer"),
        ("client", "customer"),
        ("owner", "customer"),
        ("USER", "customer"),
        ("customer", "customer"),
        ("expert", "customer provider"),
        ("trainer", "customer provider"),
        ("TRAINER", "customer provider"),
        ("healer", "customer provider"),
        ("provider", "customer provider"),
        ("admin", "customer"),
        ("ADMIN", "customer"),
        ("staff", "customer"),
        ("service_role", "customer"),
    ] {
        let email = format!("{word}@roles.example");
        let data = json!({"role": word, "first_name": "Rosa", "timezone": "Europe/Copenhagen"});
        let body = json!({"email": email, "password": PASSWORD, "data": data});
        let user = auth(&world, "signup", body).await.ok();
        assert_eq!(user["role"], "authenticated", "{word}");
        let held: String = world
            .value(
                "select string_agg(r.name, ' ' order by r.name)
                 from identity.account as a
                 join core.person as p on p.person_id = a.account_id
                 join core.person_private as pp using (person_id)
                 join core.person_role as pr using (person_id)
                 join core.role as r using (role_id)
                 where a.email = $1 and p.timezone = 'Europe/Copenhagen'
                   and p.display_name = 'Rosa' and pp.contact_email = $1",
                &[&email.to_lowercase()],
            )
            .await;
        assert_eq!(held, parts, "{word}");
    }
}

#[tokio::test]
async fn wrong_passwords_cost_time_and_the_right_one_forgets_them() {
    let world = World::new().await;
    member(&world, "slow@example.com").await;
    for address in ["slow@example.com", "nobody@example.com"] {
        for _ in 0..6 {
            let wrong = sign_in(&world, address, "not the password").await;
            said(&wrong, 400, "invalid_credentials");
        }
        // Even the right password has to wait now, and an unknown address is treated the same.
        let blocked = sign_in(&world, address, PASSWORD).await;
        said(&blocked, 429, "over_request_rate_limit");
    }
    world.sql("update identity.failed_attempt set blocked_until = now()").await;
    sign_in(&world, "slow@example.com", PASSWORD).await.ok();
    let left: i64 = world.value("select count(*) from identity.failed_attempt", &[]).await;
    assert_eq!(left, 1, "only the address of nobody is remembered");
}

#[tokio::test]
async fn one_address_signs_up_thirty_people_whatever_it_claims_to_be() {
    let world = World::new().await;
    let sign_up = async |name: &str| {
        let body = json!({"email": format!("{name}@example.com"), "password": PASSWORD});
        let request = world.request(Who::Anonymous, reqwest::Method::POST, "/auth/v1/signup");
        world.send(request.header("x-forwarded-for", name).json(&body)).await
    };
    sign_up("first").await.ok();
    // The server knows the address of its peer, as `convene serve` does, and counts by it.
    let counted = "update identity.rate_limit set uses = 30 where action = 'sign_up'";
    assert_eq!(world.execute(counted, &[]).await, 1);
    said(&sign_up("another").await, 429, "over_request_rate_limit");
}

#[tokio::test]
async fn mails_to_one_address_are_few() {
    let world = World::new().await;
    member(&world, "mailed@example.com").await;
    for address in ["mailed@example.com", "nobody@example.com"] {
        for _ in 0..5 {
            auth(&world, "recover", json!({"email": address})).await.ok();
        }
        let sixth = auth(&world, "recover", json!({"email": address})).await;
        said(&sixth, 429, "over_email_send_rate_limit");
    }
}

#[tokio::test]
async fn an_imported_hash_is_replaced_at_the_first_sign_in() {
    let world = World::new().await;
    let id = member(&world, "imported@example.com").await;
    // The form in which PHP writes it.
    let bcrypt = bcrypt::hash(PASSWORD, 5).expect("a hash").replacen("$2b$", "$2y$", 1);
    let body = json!({"password_hash": bcrypt});
    let path = format!("/auth/v1/admin/users/{id}");
    let request = world.request(Who::Service, reqwest::Method::PUT, &path).json(&body);
    world.send(request).await.ok();

    sign_in(&world, "imported@example.com", PASSWORD).await.ok();
    let hash: String = world.value("select password_hash from identity.account", &[]).await;
    assert!(hash.starts_with("$argon2id$"), "{hash}");
    sign_in(&world, "imported@example.com", PASSWORD).await.ok();
}

#[tokio::test]
async fn a_password_set_in_anothers_name_does_not_survive_their_coming() {
    let world = World::new().await;
    let attacker = json!({"email": "victim@example.com", "password": "the attacker's own phrase"});
    auth(&world, "signup", attacker).await.ok();
    // The owner of the address signs in with a magic link; they never knew that password.
    auth(&world, "otp", json!({"email": "victim@example.com"})).await.ok();
    let token: String = world
        .value(
            "select payload ->> 'token_hash' from core.outbox
             where payload ->> 'template' = 'magic_link'",
            &[],
        )
        .await;
    let body = json!({"type": "magiclink", "token_hash": token});
    auth(&world, "verify", body).await.ok();
    let refused = sign_in(&world, "victim@example.com", "the attacker's own phrase").await;
    said(&refused, 400, "invalid_credentials");
}

#[tokio::test]
async fn no_request_role_reads_logins() {
    let world = World::new().await;
    member(&world, "secret@example.com").await;
    for (login, role) in [
        (&world.logins.api, "anon"),
        (&world.logins.api, "authenticated"),
        (&world.logins.service, "service_role"),
    ] {
        let client = convene::deploy::connect(login).await.expect("a login");
        client.batch_execute(&format!("set role {role}")).await.expect("a role");
        for table in ["account", "session", "one_time_token", "signing_key", "failed_attempt"] {
            let refused = client.query(&format!("select from identity.{table}"), &[]).await;
            let code = refused.expect_err("refused").code().map(|code| code.code().to_owned());
            assert_eq!(code.as_deref(), Some("42501"), "{role} {table}");
        }
        if role != "service_role" {
            let refused = client.query("select api.auth_password('x', null, null)", &[]).await;
            assert!(refused.is_err(), "{role}");
        }
    }
}
