//! Headers that would choose another key, or avoid the check.

use serde_json::{Value, json};

use super::{Key, Keys, SECRET, encode, honest};

type Add<'a> = &'a mut dyn FnMut(String, String);

pub fn attacks(key: &Key, keys: &Keys, now: i64, add: Add<'_>) {
    for (name, values) in [
        ("alg", algorithms(key)),
        ("typ", ["", "at+jwt", "JWE", "JOSE", "application/jwt", "JWT "].map(Value::from).to_vec()),
        ("typ", vec![json!(null), json!(1), json!(["JWT"])]),
        ("kid", key_ids()),
        ("jwk", vec![keys.public.clone(), json!(null)]),
        ("jku", vec![json!("https://evil.example/jwks.json")]),
        ("x5u", vec![json!("https://evil.example/cert.pem")]),
        ("x5c", vec![json!(["MIIB"]), json!([])]),
        ("crit", vec![json!(["exp"]), json!([]), json!(["b64"]), json!("b64")]),
        ("b64", vec![json!(false), json!(true)]),
        ("zip", vec![json!("DEF")]),
        ("enc", vec![json!("A256GCM")]),
        ("cty", vec![json!("JWT")]),
        ("p2c", vec![json!(1_000_000_000)]),
    ] {
        for value in values {
            let short: String = value.to_string().chars().take(40).collect();
            let mut header = key.header();
            header[name] = value;
            add(format!("{name} {short}"), key.headed(&header, now));
        }
    }
    for name in ["alg", "typ", "kid"] {
        let header = key.header().to_string().replacen('{', &format!("{{\"{name}\":\"x\","), 1);
        let header = header.replacen('{', &format!("{{\"{name}\":\"y\","), 1);
        let payload = honest(now).to_string();
        add(format!("{name} twice"), key.token(header.as_bytes(), payload.as_bytes()));
    }
    unsigned(key, now, add);
    confused(key, keys, now, add);
}

fn algorithms(key: &Key) -> Vec<Value> {
    let mut all: Vec<Value> = [
        "none", "None", "NONE", "nOnE", "", "hs256", "HS256 ", "HS384", "HS512", "RS256", "RS384",
        "RS512", "PS256", "ES256", "ES384", "ES512", "ES256K", "EdDSA", "HS256", "dir", "A128KW",
    ]
    .iter()
    .filter(|name| **name != key.name)
    .map(|name| json!(name))
    .collect();
    all.extend([json!(null), json!(256), json!([key.name]), json!({"name": key.name})]);
    all
}

fn key_ids() -> Vec<Value> {
    let mut ids: Vec<Value> = [
        "",
        "another",
        "../../../../dev/null",
        "/dev/null",
        "' union select 'secret' --",
        "https://evil.example/key",
        "\u{0}",
    ]
    .iter()
    .map(|id| json!(id))
    .collect();
    ids.extend([json!(null), json!(0), json!(["x"]), json!({}), json!("k".repeat(300))]);
    ids
}

/// Without a signature, or with a meaningless one.
fn unsigned(key: &Key, now: i64, add: Add<'_>) {
    let payload = encode(honest(now).to_string());
    for alg in ["none", "None", "NONE", "", key.name] {
        let mut header = key.header();
        header["alg"] = alg.into();
        let message = format!("{}.{payload}", encode(header.to_string()));
        for (name, signature) in [
            ("nothing", String::new()),
            ("zeros", encode([0; 64])),
            ("32 zeros", encode([0; 32])),
            ("none", encode("none")),
            ("ones", encode([255; 64])),
        ] {
            add(format!("alg {alg:?} signed by {name}"), format!("{message}.{signature}"));
        }
        add(format!("alg {alg:?} in two parts"), message);
    }
}

/// Signed with the public key or a guess as if it were the shared secret.
fn confused(key: &Key, keys: &Keys, now: i64, add: Add<'_>) {
    let text = |name: &str| keys.public[name].as_str().unwrap_or_default().to_owned();
    let point = [&[4][..], &decode(&text("x")), &decode(&text("y"))].concat();
    let secrets: [(&str, Vec<u8>); 9] = [
        ("nothing", Vec::new()),
        ("the public JWK", keys.public.to_string().into_bytes()),
        ("the JWK set", keys.jwks.clone().into_bytes()),
        ("the point", point.clone()),
        ("the point in base64", encode(point).into_bytes()),
        ("x", text("x").into_bytes()),
        ("the kid", text("kid").into_bytes()),
        ("another secret", b"the secret of the house, 32 bytes at leasT".to_vec()),
        ("half the secret", SECRET.as_bytes()[..21].to_vec()),
    ];
    for (name, secret) in secrets {
        for kid in [key.kid.clone(), None, Some(text("kid"))] {
            let mut header = json!({"alg": "HS256", "typ": "JWT"});
            if let Some(kid) = &kid {
                header["kid"] = kid.clone().into();
            }
            let message =
                format!("{}.{}", encode(header.to_string()), encode(honest(now).to_string()));
            let tag = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
            let signature = encode(ring::hmac::sign(&tag, message.as_bytes()));
            add(format!("secret is {name}, kid {kid:?}"), format!("{message}.{signature}"));
        }
    }
}

fn decode(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    super::URL_SAFE_NO_PAD.decode(text).unwrap()
}
