//! Tokens and roles.

use std::sync::Arc;

use data_api::identity::{Identity, JwtRules};
use serde_json::{Value, json};
use tests::dialect::Api;
use tokens::mint;

#[tokio::test]
async fn a_header_that_carries_no_token_is_not_taken_for_nobody() {
    let reply =
        Api::undoing().await.ask("GET", "/client", &[("authorization", "Bearer")], None).await;
    assert_eq!((reply.status, reply.code()), (500, "PGRST300"));
}

const SECRET: &str = "a secret that is long enough for HS256";

#[tokio::test]
async fn tokens_are_refused_in_the_words_of_postgrest() {
    let plain = JwtRules::new(Some(SECRET), None, ".role").unwrap();
    let api = Api::open(Identity::Jwt(Arc::new(plain)), |_| {}).await;
    let forged = mint("another secret, of some 32 characters", &json!({"role": "anon"})).unwrap();
    let good = mint(SECRET, &json!({"role": "anon"})).unwrap();
    let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJyb2xlIjoiYW5vbiJ9.";
    let none = "JWT is unsecured but expected 'alg' was not 'none'";
    let undecoded = "None of the keys was able to decode the JWT";
    assert_eq!(bearing(&api, &good).await.0, 200);
    for (token, message, details) in [
        (forged.as_str(), "No suitable key or wrong key type", json!(undecoded)),
        (unsigned, "Wrong or unsupported encoding algorithm", json!(none)),
        ("a.b.c", "JWT cryptographic operation failed", Value::Null),
        ("a.b", "Expected 3 parts in JWT; got 2", Value::Null),
    ] {
        let (status, body) = bearing(&api, token).await;
        let expected = json!({"code": "PGRST301", "message": message, "details": details,
            "hint": null});
        assert_eq!((status, body), (401, expected));
    }
}

async fn bearing(api: &Api, token: &str) -> (u16, Value) {
    let header = format!("Bearer {token}");
    let reply = api.ask("GET", "/client?limit=0", &[("authorization", &header)], None).await;
    (reply.status, reply.json)
}

#[tokio::test]
async fn the_role_is_where_the_path_leads() {
    let role = |path: &str, claims: Value| {
        let plain = JwtRules::new(Some(SECRET), None, path).unwrap();
        async move {
            let identity = Identity::Jwt(Arc::new(plain));
            let mut headers = reqwest::header::HeaderMap::new();
            let token = format!("Bearer {}", mint(SECRET, &claims).unwrap());
            headers.insert("authorization", token.parse().unwrap());
            identity.identify(&headers, None).await.map(|caller| caller.role.to_string()).ok()
        }
    };
    let named = json!({"https://app/role": "ann", "app": {"roles": ["bob", "cid"], "a.b": "dan"}});
    for (path, expected) in [
        (".app.roles[1]", Some("cid")),
        ("$.app.roles[0]", Some("bob")),
        ("$['https://app/role']", Some("ann")),
        (".\"https://app/role\"", Some("ann")),
        (".app.\"a.b\"", Some("dan")),
        (".app.nothing", None),
    ] {
        assert_eq!(role(path, named.clone()).await.as_deref(), expected, "{path}");
    }
    for bad in ["$['open", "$.roles[?(@ == \"ann\")]", "$.roles[*]", "$"] {
        assert!(JwtRules::new(None, None, bad).is_err(), "{bad}");
    }
}
