//! Tokens with a valid signature and false claims.

use serde_json::{Value, json};

use super::{Key, SUB, honest, with};

type Add<'a> = &'a mut dyn FnMut(String, String);

pub fn attacks(key: &Key, now: i64, add: Add<'_>) {
    let missing = ["exp", "iat", "aud", "iss", "sub", "role"];
    for name in missing {
        add(format!("no {name}"), key.says(&with(now, name, None)));
    }
    for (name, values) in wrong(now) {
        for value in values {
            let short: String = value.to_string().chars().take(40).collect();
            add(format!("{name} {short}"), key.says(&with(now, name, Some(value))));
        }
    }
    repeated(key, now, add);
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let mut claims = honest(now).to_string();
    claims.insert_str(1, &format!("\"x\":{deep},"));
    add("deep".into(), key.token(key.header().to_string().as_bytes(), claims.as_bytes()));
}

fn wrong(now: i64) -> Vec<(&'static str, Vec<Value>)> {
    let others = vec![
        ("role", roles()),
        ("sub", subjects()),
        ("session_id", vec![json!(1), json!("x"), json!(null), json!([SUB])]),
        ("is_anonymous", vec![json!("false"), json!(0), json!(null)]),
        ("email", vec![json!("a\u{0}b@example.com")]),
        ("user_metadata", vec![json!({"a\u{0}": 1}), json!("x".repeat(9_000))]),
    ];
    [wrong_times(now), wrong_names(), others].concat()
}

fn wrong_times(now: i64) -> Vec<(&'static str, Vec<Value>)> {
    let times = |more: Vec<Value>| {
        let never = vec![json!(null), json!("1"), json!(true), json!([now]), json!({}), json!(-1)];
        [never, more].concat()
    };
    vec![
        (
            "exp",
            times(vec![
                json!((now + 600).to_string()),
                json!(now - 31),
                json!(0),
                json!(now as f64 + 600.5),
                json!(1e10),
                json!(1e300),
                json!(9_007_199_254_740_993_i64),
                json!(i64::MAX),
                json!(u64::MAX),
                json!(now + 8 * 86_400),
                json!(now + 315_360_000),
            ]),
        ),
        (
            "iat",
            times(vec![
                json!(now + 61),
                json!(now + 3_600),
                json!(now as f64 + 0.5),
                json!(0),
                json!(now - 30 * 86_400),
                json!(now.to_string()),
                json!(u64::MAX),
            ]),
        ),
        (
            "nbf",
            times(vec![
                json!(now + 31),
                json!(now + 3_600),
                json!(now as f64 + 0.5),
                json!((now + 3_600).to_string()),
                json!(i64::MAX),
            ]),
        ),
    ]
}

fn wrong_names() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        (
            "aud",
            vec![
                json!(null),
                json!(""),
                json!("other"),
                json!("Authenticated"),
                json!("authenticated "),
                json!("authenticatedx"),
                json!([]),
                json!(["other"]),
                json!(["authenticated", 1]),
                json!([["authenticated"]]),
                json!({"authenticated": true}),
                json!(1),
            ],
        ),
        (
            "iss",
            vec![
                json!(null),
                json!(""),
                json!("https://evil.example"),
                json!("http://127.0.0.1:54321/auth/v1/"),
                json!(["http://127.0.0.1:54321/auth/v1"]),
                json!(1),
            ],
        ),
    ]
}

fn roles() -> Vec<Value> {
    let names = [
        "",
        "admin",
        "postgres",
        "definer",
        "authenticator",
        "service_authenticator",
        "supabase_admin",
        "Authenticated",
        "SERVICE_ROLE",
        " authenticated",
        "authenticated ",
        "authenticated; reset role",
        "authenticated\"; reset role; --",
        "authenticated'",
        "authenticated\u{0}",
        "аuthenticated",
        "none",
        "public",
        "pg_read_all_data",
    ];
    let mut roles: Vec<Value> = names.iter().map(|name| json!(name)).collect();
    roles.extend([
        json!(null),
        json!(1),
        json!(true),
        json!(["authenticated"]),
        json!({"authenticated": 1}),
        json!("a".repeat(65)),
    ]);
    roles
}

fn subjects() -> Vec<Value> {
    let mut subjects: Vec<Value> = [
        "",
        "alice",
        "1",
        "00000000-0000-0000-0000-000000000000",
        "9b2f1a523a0e4f6e8a560d8c8f6f2a11",
        "' or 1=1",
        "9b2f1a52-3a0e-4f6e-8a56-0d8c8f6f2a1",
        "9b2f1a52-3a0e-4f6e-8a56-0d8c8f6f2a111",
    ]
    .iter()
    .map(|text| json!(text))
    .collect();
    subjects.extend([
        json!(format!("{{{SUB}}}")),
        json!(format!("urn:uuid:{SUB}")),
        json!(SUB.to_uppercase()),
        json!(format!(" {SUB}")),
        json!(format!("{SUB}\u{0}")),
        json!(null),
        json!(1),
        json!([SUB]),
        json!({"id": SUB}),
    ]);
    subjects
}

fn repeated(key: &Key, now: i64, add: Add<'_>) {
    let header = key.header().to_string();
    for (name, value) in [
        ("role", json!("service_role")),
        ("sub", json!("11111111-1111-4111-8111-111111111111")),
        ("exp", json!(now + 60)),
        ("aud", json!("authenticated")),
        ("iat", json!(now)),
        ("user_metadata", json!({})),
    ] {
        let member = format!("\"{name}\":{value},");
        let mut first = honest(now).to_string();
        first.insert_str(1, &member);
        add(format!("{name} twice, first"), key.token(header.as_bytes(), first.as_bytes()));
        let honest = honest(now).to_string();
        let last = format!("{},{}}}", &honest[..honest.len() - 1], member.trim_end_matches(','));
        add(format!("{name} twice, last"), key.token(header.as_bytes(), last.as_bytes()));
    }
    let escaped = honest(now).to_string().replacen('{', "{\"r\\u006fle\":\"service_role\",", 1);
    add("role twice, escaped".into(), key.token(header.as_bytes(), escaped.as_bytes()));
    let nested = honest(now).to_string();
    let nested = nested.replacen("{\"provider\"", "{\"provider\":\"x\",\"provider\"", 1);
    add("a nested member twice".into(), key.token(header.as_bytes(), nested.as_bytes()));
}
