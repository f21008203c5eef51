//! Every forged or false token is refused, and no mutation of an honest one is accepted.

#![allow(clippy::unwrap_used)]

use std::time::Instant;

use serde_json::json;
use tokens::{Settings, TokenError, Verifier};

mod corpus;

use corpus::{ISSUER, Keys, SECRET, attacks, controls, honest, with};

const NOW: i64 = 1_800_000_000;

fn verifier(keys: &Keys) -> Verifier {
    let mut settings = Settings {
        jwt_secret: Some(SECRET.into()),
        jwks: Some(keys.jwks.clone()),
        ..Settings::default()
    };
    settings.policy.issuer = Some(ISSUER.into());
    // One of the honest tokens is a service_role's, signed by a published key.
    settings.policy.service_by_keys = true;
    Verifier::new(&settings, Vec::new()).unwrap()
}

#[tokio::test]
async fn honest_tokens_are_believed() {
    let keys = Keys::new();
    let verifier = verifier(&keys);
    for (name, token) in controls(&keys, NOW) {
        let claims = verifier.verify_at(&token, NOW).await;
        claims.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[tokio::test]
async fn every_attack_is_refused() {
    let keys = Keys::new();
    let verifier = verifier(&keys);
    // A verifier that remembers honest tokens must not let an attack in through its memory.
    for (_, token) in controls(&keys, NOW) {
        verifier.verify_at(&token, NOW).await.unwrap();
    }
    let attacks = attacks(&keys, NOW);
    let mut believed = Vec::new();
    for (name, token) in &attacks {
        if verifier.verify_at(token, NOW).await.is_ok() {
            believed.push(name);
        }
    }
    println!("{} attacks", attacks.len());
    assert!(attacks.len() >= 2 * 177, "{} attacks are too few", attacks.len());
    assert!(believed.is_empty(), "believed: {believed:#?}");
}

#[tokio::test]
async fn a_remembered_token_still_expires() {
    let keys = Keys::new();
    let verifier = verifier(&keys);
    let token = keys.all[1].says(&honest(NOW));
    verifier.verify_at(&token, NOW).await.unwrap();
    let hour = NOW + 3_540;
    assert!(verifier.verify_at(&token, hour + 29).await.is_ok());
    assert_eq!(verifier.verify_at(&token, hour + 30).await.unwrap_err(), TokenError::EXPIRED);
    assert!(verifier.verify_at(&token, NOW).await.is_ok());
}

#[tokio::test]
async fn without_keys_nothing_is_believed() {
    let keys = Keys::new();
    let verifier = Verifier::new(&Settings::default(), Vec::new()).unwrap();
    for (name, token) in controls(&keys, NOW) {
        let refused = verifier.verify_at(&token, NOW).await;
        assert_eq!(refused.unwrap_err(), TokenError::NoKeys, "{name}");
    }
}

#[tokio::test]
async fn an_issuer_of_another_kind_is_believed_when_the_house_is_told_to() {
    let keys = Keys::new();
    let mut settings = Settings { jwks: Some(keys.jwks.clone()), ..Settings::default() };
    settings.policy.strict = false;
    settings.policy.audience = None;
    settings.policy.default_role = Some("authenticated".into());
    let verifier = Verifier::new(&settings, Vec::new()).unwrap();
    let claims = json!({"sub": "auth0|17", "exp": NOW + 60});
    let claims = verifier.verify_at(&keys.all[1].says(&claims), NOW).await.unwrap();
    assert_eq!((&*claims.role, claims.user_id), ("authenticated", None));
    assert!(claims.json.contains(r#""role":"authenticated""#), "{}", claims.json);
    let other = json!({"sub": "x", "exp": NOW + 60, "role": "postgres"});
    assert!(verifier.verify_at(&keys.all[1].says(&other), NOW).await.is_err());
}

#[tokio::test]
async fn an_issuer_is_text_even_where_nobody_asks_for_one() {
    let keys = Keys::new();
    let settings = Settings { jwks: Some(keys.jwks.clone()), ..Settings::default() };
    let verifier = Verifier::new(&settings, Vec::new()).unwrap();
    for (iss, believed) in [(json!("https://any.example"), true), (json!(["x"]), false)] {
        let token = keys.all[1].says(&with(NOW, "iss", Some(iss)));
        assert_eq!(verifier.verify_at(&token, NOW).await.is_ok(), believed);
    }
}

/// 20,000 here; `MUTATIONS=1000000` runs a million. A failure prints the seed.
#[tokio::test]
async fn no_mutation_of_a_token_is_believed() {
    let count: u64 = std::env::var("MUTATIONS").map_or(20_000, |text| text.parse().unwrap());
    let keys = Keys::new();
    let verifier = verifier(&keys);
    let honest: Vec<String> = controls(&keys, NOW).into_iter().map(|(_, token)| token).collect();
    let others: Vec<String> = attacks(&keys, NOW).into_iter().map(|(_, token)| token).collect();
    let began = Instant::now();
    for seed in 0..count {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let from = if seed % 2 == 0 { &honest } else { &others };
        let base = &from[random.below(from.len())];
        let token = mutated(base, &honest, &mut random);
        if honest.contains(&token) {
            continue;
        }
        let verdict = verifier.verify_at(&token, NOW).await;
        assert!(verdict.is_err(), "seed {seed}: {token}");
    }
    println!("{count} mutations in {:?}", began.elapsed());
}

fn mutated(base: &str, honest: &[String], random: &mut Random) -> String {
    const LETTERS: &[u8] = b"ABCxyz019-_.= {}\"\\\x00\x7f+/";
    let mut bytes = base.as_bytes().to_vec();
    for _ in 0..=random.below(3) {
        if bytes.is_empty() {
            break;
        }
        let place = random.below(bytes.len());
        match random.below(7) {
            0 => bytes[place] = LETTERS[random.below(LETTERS.len())],
            1 => bytes[place] ^= 1 << random.below(7),
            2 => drop(bytes.remove(place)),
            3 => bytes.insert(place, LETTERS[random.below(LETTERS.len())]),
            4 => bytes.truncate(place),
            5 => {
                let end = (place + random.below(16)).min(bytes.len());
                let copy = bytes[place..end].to_vec();
                bytes.splice(place..place, copy);
            }
            // Parts of two tokens: each part is valid, together they are not.
            _ => {
                let other = honest[random.below(honest.len())].as_bytes();
                let mut parts: Vec<Vec<u8>> = bytes.split(|b| *b == b'.').map(Into::into).collect();
                let given: Vec<&[u8]> = other.split(|b| *b == b'.').collect();
                let which = random.below(parts.len());
                parts[which] = given[which.min(given.len() - 1)].to_vec();
                bytes = parts.join(&b'.');
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// xorshift64*: the seed alone reproduces a failure.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end.max(1)
    }
}
