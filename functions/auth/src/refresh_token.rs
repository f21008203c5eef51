//! Refresh tokens: a session, a counter and a MAC. No row per token is stored, and a forged token
//! is detected without asking the database.
//!
//! base64url of: version 0, the session's uuid, the counter (unsigned LEB128), 16 bytes of
//! HMAC-SHA256 over these, 4 bytes of SHA-256 over everything (to tell a typo from a forgery).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;
use uuid::Uuid;

use crate::keyring::Keyring;

const VERSION: u8 = 0;
const MAC_BYTES: usize = 16;
const CHECKSUM_BYTES: usize = 4;
/// A counter of 63 bits takes nine bytes.
const MAX_CHARS: usize = 64;

/// The session, and which of its refreshes the token belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    pub session_id: Uuid,
    pub counter: i64,
}

impl RefreshToken {
    /// The token as text.
    pub fn seal(self, keyring: &Keyring) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(self.session_id.as_bytes());
        let mut rest = self.counter.unsigned_abs();
        while rest >= 0x80 {
            bytes.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
        let mac = keyring.refresh_mac(&bytes);
        bytes.extend_from_slice(&mac.as_ref()[..MAC_BYTES]);
        let checksum = digest::digest(&digest::SHA256, &bytes);
        bytes.extend_from_slice(&checksum.as_ref()[..CHECKSUM_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The token in `text`, if it is one of ours.
    pub fn open(text: &str, keyring: &Keyring) -> Option<Self> {
        if text.len() > MAX_CHARS {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_BYTES)?)?;
        if &digest::digest(&digest::SHA256, body).as_ref()[..CHECKSUM_BYTES] != checksum {
            return None;
        }
        let (message, mac) = body.split_at_checked(body.len().checked_sub(MAC_BYTES)?)?;
        if !keyring.is_refresh_mac(message, mac) {
            return None;
        }
        let (&[VERSION], rest) = message.split_first_chunk::<1>()? else { return None };
        let (session_id, counter) = rest.split_first_chunk::<16>()?;
        Some(Self { session_id: Uuid::from_bytes(*session_id), counter: read_counter(counter)? })
    }
}

fn read_counter(bytes: &[u8]) -> Option<i64> {
    if bytes.is_empty() || bytes.len() > 9 {
        return None;
    }
    let last = bytes.len() - 1;
    let mut counter = 0_i64;
    for (place, byte) in bytes.iter().enumerate() {
        if (byte & 0x80 != 0) != (place < last) {
            return None;
        }
        counter |= i64::from(byte & 0x7f) << (7 * place);
    }
    Some(counter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring() -> Keyring {
        Keyring::new("a secret that is long enough to be one").unwrap()
    }

    #[test]
    fn a_token_survives_the_way_there_and_back() {
        for counter in [0, 1, 127, 128, 16_384, i64::MAX] {
            let token = RefreshToken { session_id: Uuid::new_v4(), counter };
            let text = token.seal(&keyring());
            assert!(text.len() <= MAX_CHARS, "{text}");
            assert_eq!(RefreshToken::open(&text, &keyring()), Some(token));
        }
    }

    #[test]
    fn a_changed_token_is_none_of_ours() {
        let token = RefreshToken { session_id: Uuid::new_v4(), counter: 300 };
        let bytes = URL_SAFE_NO_PAD.decode(token.seal(&keyring())).unwrap();
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes[..bytes.len() - CHECKSUM_BYTES].to_vec();
                match changed.get_mut(place) {
                    Some(byte) => *byte ^= 1 << bit,
                    None => continue,
                }
                // The checksum is not secret: a forger can compute it.
                let checksum = digest::digest(&digest::SHA256, &changed);
                changed.extend_from_slice(&checksum.as_ref()[..CHECKSUM_BYTES]);
                let text = URL_SAFE_NO_PAD.encode(changed);
                assert_eq!(RefreshToken::open(&text, &keyring()), None, "byte {place}");
            }
        }
    }

    #[test]
    fn a_former_secret_is_still_accepted_and_no_longer_used() {
        let old = "an older secret that was long enough too";
        let both = format!("a secret that is long enough to be one,{old}");
        let both = Keyring::new(&both).unwrap();
        let token = RefreshToken { session_id: Uuid::new_v4(), counter: 7 };
        let of_old = token.seal(&Keyring::new(old).unwrap());
        assert_eq!(RefreshToken::open(&of_old, &both), Some(token));
        assert_eq!(token.seal(&both), token.seal(&keyring()));
        assert_eq!(RefreshToken::open(&of_old, &keyring()), None);
    }

    #[test]
    fn what_is_no_token_is_refused_without_a_panic() {
        for text in ["", "a", "AAAA", "not base64!", &"A".repeat(54), &"A".repeat(9_000)] {
            assert_eq!(RefreshToken::open(text, &keyring()), None, "{text}");
        }
    }
}
