//! Texts that are not tokens, or not quite.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE},
};

use super::{Key, encode, honest};

type Add<'a> = &'a mut dyn FnMut(String, String);

pub fn attacks(key: &Key, now: i64, add: Add<'_>) {
    let token = key.honest(now);
    let parts: Vec<&str> = token.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    for (name, text) in [
        ("nothing", String::new()),
        ("a dot", ".".into()),
        ("two dots", "..".into()),
        ("four dots", "....".into()),
        ("one part", header.into()),
        ("four parts", format!("{token}.{signature}")),
        ("five parts, as a JWE", format!("{token}..{signature}")),
        ("no header", format!(".{payload}.{signature}")),
        ("no payload", format!("{header}..{signature}")),
        ("no signature", format!("{header}.{payload}.")),
        ("parts swapped", format!("{payload}.{header}.{signature}")),
        ("a space before", format!(" {token}")),
        ("a newline after", format!("{token}\n")),
        ("a space within", format!("{header}. {payload}.{signature}")),
        ("a NUL after", format!("{token}\0")),
        ("Bearer before", format!("Bearer {token}")),
        ("quotes around", format!("\"{token}\"")),
        ("signature cut", token[..token.len() - 1].into()),
        ("signature cut by four", token[..token.len() - 4].into()),
        ("signature longer", format!("{token}AAAA")),
        ("payload cut", format!("{header}.{}.{signature}", &payload[4..])),
        ("padding", format!("{header}=.{payload}.{signature}")),
        ("padded signature", format!("{header}.{payload}.{}", padded(signature))),
        ("JSON serialisation", format!("{{\"payload\":\"{payload}\"}}")),
        ("large", format!("{header}.{}.{signature}", encode("x".repeat(9_000)))),
        ("not base64", format!("{header}.{payload}.!!!!")),
        ("not ASCII", format!("{header}.{payload}.é")),
    ] {
        add(name.into(), text);
    }
    let standard = STANDARD_NO_PAD.encode([251, 255, 254]);
    add("the other base64".into(), format!("{header}.{payload}.{standard}{}", &signature[4..]));
    loose_bits(key, token, add);
    let honest = honest(now).to_string();
    for (name, payload) in [
        ("an array", b"[]".to_vec()),
        ("a string", b"\"x\"".to_vec()),
        ("null", b"null".to_vec()),
        ("a number", b"1".to_vec()),
        ("no JSON", b"{".to_vec()),
        ("two objects", format!("{honest}{honest}").into_bytes()),
        ("a comma too many", honest.replacen('}', ",}", 1).into_bytes()),
        ("a comment", honest.replacen('{', "{/**/", 1).into_bytes()),
        ("a byte order mark", [b"\xef\xbb\xbf", honest.as_bytes()].concat()),
        ("broken UTF-8", [&honest.as_bytes()[..honest.len() - 2], b"\xff\"}"].concat()),
        ("UTF-16", honest.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("empty", Vec::new()),
    ] {
        let header = key.header().to_string();
        add(format!("payload is {name}"), key.token(header.as_bytes(), &payload));
        if name != "two objects" {
            add(format!("header is {name}"), key.token(&payload, honest.as_bytes()));
        }
    }
}

/// The last character of base64 contains unused bits, so two texts mean the same signature.
fn loose_bits(key: &Key, token: &str, add: Add<'_>) {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = token.as_bytes()[token.len() - 1];
    let place = ALPHABET.iter().position(|c| *c == last).unwrap();
    let other = ALPHABET[place ^ 1] as char;
    add(format!("loose bits of {}", key.name), format!("{}{other}", &token[..token.len() - 1]));
}

fn padded(part: &str) -> String {
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap();
    URL_SAFE.encode(bytes)
}
