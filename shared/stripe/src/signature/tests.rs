//! Forged and damaged headers, and genuine deliveries that must pass.

use super::*;

const NOW: i64 = 1_800_000_000;
const BODY: &[u8] = br#"{"id":"evt_1","object":"event"}"#;
const SECRET: &str = "whsec_current_0001";
const OLD: &str = "whsec_previous_0002";

fn secrets(list: &str) -> Secrets {
    Secrets::new("STRIPE_WEBHOOK_SECRET", list).unwrap()
}

fn sign(secret: &str, at: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex::encode(hmac::sign(&key, &[at.as_bytes(), b".", body].concat()))
}

fn good() -> String {
    format!("t={NOW},v1={}", sign(SECRET, &NOW.to_string(), BODY))
}

fn verdict(header: &[u8]) -> Result<(), Forged> {
    secrets(SECRET).verify_header(header, BODY, NOW)
}

#[test]
fn another_implementation_signs_the_same() {
    // Computed with Python's hmac module.
    let header = "t=1800000000,v1=7bb6ee057e81612743757686839ece19deb04ff8198c7546385007ca662e294c";
    assert_eq!(verdict(header.as_bytes()), Ok(()));
}

#[test]
fn one_good_signature_among_several_is_enough() {
    let (current, old) = (sign(SECRET, &NOW.to_string(), BODY), sign(OLD, &NOW.to_string(), BODY));
    let (wrong, legacy) = ("0".repeat(64), "6ffbb5".repeat(4));
    for header in [
        format!("t={NOW},v1={current}"),
        format!("v1={current},t={NOW}"),
        format!("t={NOW},v1={wrong},v1={current}"),
        format!("t={NOW},v1={current},v1={wrong}"),
        format!("t={NOW},v1={old},v1={current},v0={legacy}"),
        format!("t={NOW},v0={legacy},v1={current}"),
        format!("t={NOW},v2={legacy},v1={current}"),
        format!("t={NOW},v1={current},v1={current}"),
    ] {
        assert_eq!(verdict(header.as_bytes()), Ok(()), "{header}");
    }
}

#[test]
fn each_of_several_secrets_is_tried() {
    let both = secrets(&format!("{SECRET}, {OLD}"));
    for secret in [SECRET, OLD] {
        let header = format!("t={NOW},v1={}", sign(secret, &NOW.to_string(), BODY));
        assert_eq!(both.verify_header(header.as_bytes(), BODY, NOW), Ok(()));
    }
    let header = format!("t={NOW},v1={}", sign("whsec_stranger_03", &NOW.to_string(), BODY));
    assert_eq!(both.verify_header(header.as_bytes(), BODY, NOW), Err(Forged::Signature));
}

#[test]
fn three_hundred_seconds_either_way() {
    for (offset, expected) in [
        (0, Ok(())),
        (300, Ok(())),
        (-300, Ok(())),
        (301, Err(Forged::Timestamp)),
        (-301, Err(Forged::Timestamp)),
        (i64::MAX - NOW, Err(Forged::Timestamp)),
        (-NOW, Err(Forged::Timestamp)),
    ] {
        let verdict = secrets(SECRET).verify_header(good().as_bytes(), BODY, NOW + offset);
        assert_eq!(verdict, expected, "{offset}");
    }
}

/// Headers without contents, or in another format: only a broken proxy would send them.
#[test]
fn headers_of_another_grammar_are_refused() {
    let at = NOW.to_string();
    let mac = sign(SECRET, &at, BODY);
    let crafted = [
        // Nothing, or not enough.
        String::new(),
        ",".into(),
        "=".into(),
        "t".into(),
        "v1".into(),
        "t=".into(),
        "v1=".into(),
        format!("t={at}"),
        format!("v1={mac}"),
        format!("t={at},"),
        format!("t={at},v1="),
        format!("t=,v1={mac}"),
        format!("t={at},v0={mac}"),
        format!("t={at},v2={mac}"),
        mac.clone(),
        // Separators.
        format!("t={at};v1={mac}"),
        format!("t={at} v1={mac}"),
        format!("t={at}, v1={mac}"),
        format!(" t={at},v1={mac}"),
        format!("t={at},v1={mac} "),
        format!("t={at},,v1={mac}"),
        format!(",t={at},v1={mac}"),
        format!("t={at},v1={mac},"),
        format!("t:{at},v1:{mac}"),
        format!("t={at}&v1={mac}"),
        format!("t={at}\tv1={mac}"),
        format!("t={at},\nv1={mac}"),
        format!("t={at}\0,v1={mac}"),
        format!("t=\"{at}\",v1=\"{mac}\""),
        // Names.
        format!("T={at},v1={mac}"),
        format!("t={at},V1={mac}"),
        format!("t={at},v1 ={mac}"),
        format!("t ={at},v1={mac}"),
        format!("t={at},v01={mac}"),
        format!("t={at},v1a={mac}"),
        format!("t={at},sig={mac}"),
        format!("t={at},x=1,v1={mac}"),
        format!("t={at},v={mac}"),
    ];
    for header in &crafted {
        assert!(verdict(header.as_bytes()).is_err(), "{header:?}");
    }
    assert_eq!(crafted.len(), 38);
    assert!(verdict(&[&good().into_bytes()[..], &[0xff]].concat()).is_err(), "not UTF-8");
}

/// Headers of the right format, or nearly so, that only a forger would send.
#[test]
fn wrong_times_and_signatures_are_refused() {
    let at = NOW.to_string();
    let mac = sign(SECRET, &at, BODY);
    let (half, upper) = (&mac[..32], mac.to_uppercase());
    let other_body = sign(SECRET, &at, br#"{"id":"evt_2"}"#);
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let no_time = hex::encode(hmac::sign(&key, BODY));
    let unprefixed = sign("current_0001", &at, BODY);
    let (empty, later) = (sign("", &at, BODY), (NOW + 1).to_string());
    let crafted = [
        // The time.
        format!("t={at},t={at},v1={mac}"),
        format!("t={at},t={later},v1={mac}"),
        format!("t=+{at},v1={mac}"),
        format!("t=-{at},v1={mac}"),
        format!("t=0{at},v1={mac}"),
        format!("t={at}.0,v1={mac}"),
        format!("t={at}e0,v1={mac}"),
        format!("t=0x6b49d200,v1={mac}"),
        format!("t={later},v1={mac}"),
        format!("t=99999999999999999999,v1={mac}"),
        format!("t=NaN,v1={mac}"),
        format!("t=١٨٠٠,v1={mac}"),
        format!("t={at} ,v1={mac}"),
        // The signature.
        format!("t={at},v1={half}"),
        format!("t={at},v1={mac}00"),
        format!("t={at},v1={upper}"),
        format!("t={at},v1={}", &mac[1..]),
        format!("t={at},v1=0x{mac}"),
        format!("t={at},v1={}", "g".repeat(64)),
        format!("t={at},v1={}", "0".repeat(64)),
        format!("t={at},v1={},v1={mac}", &mac[1..]),
        format!("t={at},v1={mac}={mac}"),
        format!("t={at},v1=={mac}"),
        // Signed in another way.
        format!("t={at},v1={other_body}"),
        format!("t={at},v1={no_time}"),
        format!("t={at},v1={unprefixed}"),
        format!("t={at},v1={empty}"),
        // Too long.
        format!("t={at},v1={mac}{}", format!(",v0={}", "a".repeat(64)).repeat(20)),
    ];
    for header in &crafted {
        assert!(verdict(header.as_bytes()).is_err(), "{header:?}");
    }
    assert_eq!(crafted.len(), 28);
}

#[test]
fn one_header_and_no_other_number() {
    let mut headers = HeaderMap::new();
    assert_eq!(secrets(SECRET).verify(&headers, BODY, NOW), Err(Forged::Header));
    headers.append(HEADER, good().parse().unwrap());
    assert_eq!(secrets(SECRET).verify(&headers, BODY, NOW), Ok(()));
    headers.append(HEADER, good().parse().unwrap());
    assert_eq!(secrets(SECRET).verify(&headers, BODY, NOW), Err(Forged::Header));
}

#[test]
fn a_byte_of_the_body_cannot_change() {
    for at in 0..BODY.len() {
        let mut body = BODY.to_vec();
        body[at] ^= 1;
        let verdict = secrets(SECRET).verify_header(good().as_bytes(), &body, NOW);
        assert_eq!(verdict, Err(Forged::Signature));
    }
}

#[test]
fn what_is_no_signing_secret_is_refused() {
    for list in [
        "",
        " ",
        ",",
        "whsec_",
        "whsec_short",
        "sk_test_51Abcdefgh",
        "secret_0001",
        "WHSEC_current_0001",
        "whsec_current_0001,",
        ",whsec_current_0001",
        "whsec_current_0001,,whsec_previous_0002",
        "whsec_current_0001,sk_test_51Abcdefgh",
        "whsec_cur rent_0001",
        "whsec_cürrent_0001",
    ] {
        assert!(Secrets::new("STRIPE_WEBHOOK_SECRET", list).is_err(), "{list:?}");
    }
}

/// Changes of one to four bytes somewhere in a good header; `WEBHOOK_MUTATIONS` sets how many.
#[test]
fn mutated_headers_are_refused() {
    let rounds = std::env::var("WEBHOOK_MUTATIONS").map_or(100_000, |n| n.parse().unwrap());
    let (secrets, good) = (secrets(SECRET), good().into_bytes());
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % bound as u64).unwrap()
    };
    for _ in 0..rounds {
        let mut header = good.clone();
        for _ in 0..=next(4) {
            let at = next(header.len());
            let byte = b"0123456789abcdefABCDEF,=tv. \0\xff\n-+"[next(33)];
            match next(3) {
                0 => header[at] = byte,
                1 => header.insert(at, byte),
                _ => drop(header.remove(at)),
            }
        }
        if header != good {
            let verdict = secrets.verify_header(&header, BODY, NOW);
            assert!(verdict.is_err(), "{:?}", String::from_utf8_lossy(&header));
        }
    }
}
