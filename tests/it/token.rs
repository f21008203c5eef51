//! Tokens that lie, at every door. How many ways there are to lie: shared/tests/corpus.

use serde_json::{Value, json};
use tests::World;

/// A door, and what is said there.
const DOORS: [(&str, &str); 7] = [
    ("GET", "/auth/v1/user"),
    ("PUT", "/auth/v1/user"),
    ("POST", "/auth/v1/logout"),
    ("POST", "/auth/v1/reauthenticate"),
    ("GET", "/auth/v1/admin/users"),
    ("GET", "/rest/v1/user_profiles?select=*"),
    ("POST", "/rest/v1/rpc/become_customer"),
];

fn claims(world: &World, name: &str, value: Value) -> String {
    let mut claims = shared::auth::user_claims(world.id("alice"));
    claims[name] = value;
    world.mint(&claims)
}

fn lies(world: &World) -> Vec<(&'static str, String)> {
    let honest = world.token("alice");
    let (message, signature) = honest.rsplit_once('.').expect("a token");
    let (header, payload) = message.split_once('.').expect("a token");
    let service = world.mint(&json!({"role": "service_role", "exp": 4_000_000_000_i64}));
    let foreign = shared::auth::user_claims(world.id("alice"));
    let foreign = shared::auth::mint("somebody else's secret, 32 bytes", &foreign);
    // {"alg":"none","typ":"JWT"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let now = shared::auth::user_claims(world.id("alice"))["iat"].as_i64().expect("a number");
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
    // A session of another issuer: the house's own doors say so, and do not call it a lie.
    let own = world.get("alice", "/auth/v1/user").await;
    assert_eq!(own.body["error_code"], "session_not_found");
}
