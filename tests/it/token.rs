//! False tokens at every route that reads a token. The ways to forge one are in
//! shared/tokens/tests/corpus.

use std::fs;

use regex::Regex;
use serde_json::{Value, json};
use tests::World;

use crate::template::reading::root;

/// Every route that asks who calls: the method and the path.
const DOORS: [(&str, &str); 33] = [
    ("GET", "/auth/v1/user"),
    ("PUT", "/auth/v1/user"),
    ("POST", "/auth/v1/logout"),
    ("GET", "/auth/v1/reauthenticate"),
    ("POST", "/auth/v1/reauthenticate"),
    ("POST", "/auth/v1/invite"),
    ("GET", "/auth/v1/admin/users"),
    ("POST", "/auth/v1/admin/users"),
    ("GET", "/auth/v1/admin/users/00000000-0000-4000-8000-000000000000"),
    ("PUT", "/auth/v1/admin/users/00000000-0000-4000-8000-000000000000"),
    ("DELETE", "/auth/v1/admin/users/00000000-0000-4000-8000-000000000000"),
    ("POST", "/auth/v1/factors"),
    ("DELETE", "/auth/v1/factors/00000000-0000-4000-8000-000000000000"),
    ("POST", "/auth/v1/factors/00000000-0000-4000-8000-000000000000/challenge"),
    ("POST", "/auth/v1/factors/00000000-0000-4000-8000-000000000000/verify"),
    ("GET", "/auth/v1/user/identities/authorize"),
    ("DELETE", "/auth/v1/user/identities/00000000-0000-4000-8000-000000000000"),
    ("POST", "/auth/v1/admin/generate_link"),
    ("GET", "/auth/v1/admin/users/00000000-0000-4000-8000-000000000000/factors"),
    (
        "DELETE",
        "/auth/v1/admin/users/00000000-0000-4000-8000-000000000000/factors/00000000-0000-4000-8000-000000000000",
    ),
    ("GET", "/rest/v1/user_profiles?select=*"),
    ("POST", "/rest/v1/rpc/become_customer"),
    ("POST", "/functions/v1/create-booking"),
    ("POST", "/functions/v1/create-order"),
    ("POST", "/functions/v1/pay"),
    ("GET", "/functions/v1/receipt"),
    ("GET", "/functions/v1/statement"),
    ("POST", "/functions/v1/cancel-booking"),
    ("POST", "/functions/v1/accept-booking"),
    ("POST", "/functions/v1/decline-booking"),
    ("POST", "/functions/v1/refund-booking"),
    ("GET", "/functions/v1/payout-account"),
    ("POST", "/functions/v1/payout-account"),
];

/// Stripe's routes: it signs its deliveries instead.
const OF_STRIPE: &str = "/functions/v1/stripe-";
/// Mail and calendar programs open these for their owner, with a key in the address.
const OF_PROGRAMS: [&str; 2] = ["/functions/v1/unsubscribe", "/functions/v1/calendar"];

#[test]
fn no_door_is_forgotten() {
    let route = Regex::new(r#"route\("(/functions/v1/[^"]+)"#).expect("a pattern");
    let mut found = 0;
    for function in fs::read_dir(root().join("functions")).expect("functions/") {
        let library = function.expect("a folder").path().join("src/lib.rs");
        let library = fs::read_to_string(library).expect("a library");
        for path in route.captures_iter(&library).map(|captured| captured[1].to_owned()) {
            found += 1;
            let is_known = DOORS.iter().any(|(_, door)| *door == path);
            let is_open = path.starts_with(OF_STRIPE) || OF_PROGRAMS.contains(&path.as_str());
            assert!(is_known || is_open, "{path} is tried by nobody");
        }
    }
    assert!(found >= 6, "routes are found");
}

fn claims(world: &World, name: &str, value: Value) -> String {
    let mut claims = tokens::user_claims(world.id("alice"));
    claims[name] = value;
    world.mint(&claims)
}

fn lies(world: &World) -> Vec<(&'static str, String)> {
    let honest = world.token("alice");
    let (message, signature) = honest.rsplit_once('.').expect("a token");
    let (header, payload) = message.split_once('.').expect("a token");
    let service = world.mint(&json!({"role": "service_role", "exp": 4_000_000_000_i64}));
    let foreign = tokens::user_claims(world.id("alice"));
    let foreign = tokens::mint("somebody else's secret, 32 bytes", &foreign);
    // {"alg":"none","typ":"JWT"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let now = tokens::user_claims(world.id("alice"))["iat"].as_i64().expect("a number");
    vec![
        ("unsigned", format!("{none}.{payload}.")),
        ("alg none, signed", format!("{none}.{payload}.{signature}")),
        ("signature cut", honest[..honest.len() - 2].into()),
        ("signature of another", format!("{message}.{}", &service[service.len() - 43..])),
        ("payload of another", {
            let other = service.split('.').nth(1).expect("a payload");
            format!("{header}.{other}.{signature}")
        }),
        ("foreign secret", foreign.expect("a token")),
        ("another issuer", claims(world, "iss", json!("https://elsewhere.example/auth/v1"))),
        ("issuer of another port", claims(world, "iss", json!("http://127.0.0.1:54321/auth/v1"))),
        ("no issuer", claims(world, "iss", Value::Null)),
        ("no token", "not-a-token".into()),
        ("too large", claims(world, "x", json!("x".repeat(9_000)))),
        ("expired", claims(world, "exp", json!(now - 60))),
        ("no exp", claims(world, "exp", Value::Null)),
        ("for ever", claims(world, "exp", json!(4_000_000_000_i64))),
        ("not yet", claims(world, "nbf", json!(now + 600))),
        ("from the future", claims(world, "iat", json!(now + 600))),
        ("wrong audience", claims(world, "aud", json!("somebody"))),
        ("owner of the tables", claims(world, "role", json!("convene"))),
        ("definer", claims(world, "role", json!("definer"))),
        ("role and more", claims(world, "role", json!("authenticated; reset role"))),
        ("no uuid", claims(world, "sub", json!("alice"))),
        ("uuid in braces", claims(world, "sub", json!(format!("{{{}}}", world.id("alice"))))),
    ]
}

#[tokio::test]
async fn every_door_refuses_a_token_that_lies() {
    let world = World::new().await;
    world.introduce(&["alice"]).await;
    let http = reqwest::Client::new();
    let mut let_in = Vec::new();
    for (method, path) in DOORS {
        for (lie, token) in lies(&world) {
            let method = method.parse().expect("a method");
            let request = http
                .request(method, format!("{}{path}", world.url))
                .header("apikey", &world.keys.publishable_key)
                .bearer_auth(token)
                .json(&json!({}));
            let answer = world.send(request).await;
            if !matches!(answer.status, 401 | 403) {
                let_in.push(format!("{path} {lie}: {} {}", answer.status, answer.body));
            }
        }
    }
    assert!(let_in.is_empty(), "{let_in:#?}");
}

#[tokio::test]
async fn every_door_knows_an_honest_token() {
    let world = World::new().await;
    world.introduce(&["alice"]).await;
    world.get("alice", "/rest/v1/user_profiles?select=id").await.ok();
    // A session of another issuer: our own routes say so, and do not treat it as a forgery.
    let own = world.get("alice", "/auth/v1/user").await;
    assert_eq!(own.body["error_code"], "session_not_found");
}
