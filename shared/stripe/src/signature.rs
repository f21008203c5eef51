//! Checks that a delivery comes from Stripe: HMAC-SHA256 over the raw bytes, parsed strictly.

use std::time::Duration;

use http::{HeaderMap, HeaderName};
use ring::hmac;

use environment::BadSetting;

/// The header that carries the time and the signatures.
pub const HEADER: HeaderName = HeaderName::from_static("stripe-signature");

/// How far the time of a delivery may be from our clock, in either direction.
pub const TOLERANCE: Duration = Duration::from_secs(300);

/// Longer than any header of Stripe, which contains one signature per active secret.
const HEADER_LIMIT: usize = 1024;

/// The signing secrets of one endpoint: several while one is being replaced.
pub struct Secrets(Vec<hmac::Key>);

/// Why a delivery was refused. The reason is logged and not told to the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forged {
    /// There is no header, there are two, or it does not have the form `t=…,v1=…`.
    Header,
    /// Too old, or from the future.
    Timestamp,
    /// No signature fits any secret.
    Signature,
}

impl Secrets {
    /// The secrets in `list`, separated by commas; `name` is the variable it came from.
    ///
    /// An empty secret would accept what anybody can sign, so it is refused. So is everything that
    /// does not look like a signing secret: people often paste API keys here by mistake.
    pub fn new(name: &'static str, list: &str) -> Result<Self, BadSetting> {
        let key = |secret: &str| {
            let random = secret.strip_prefix("whsec_").unwrap_or_default();
            let fits = random.len() >= 8 && random.bytes().all(|b| b.is_ascii_graphic());
            fits.then(|| hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
        };
        let keys: Option<Vec<_>> = list.split(',').map(|secret| key(secret.trim())).collect();
        match keys {
            Some(keys) => Ok(Self(keys)),
            None => {
                Err(BadSetting::new(name, "must be signing secrets (whsec_…), comma-separated."))
            }
        }
    }

    /// Accept the delivery, or return why not. `body` is exactly what arrived.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8], now: i64) -> Result<(), Forged> {
        let mut values = headers.get_all(HEADER).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => self.verify_header(value.as_bytes(), body, now),
            _ => Err(Forged::Header),
        }
    }

    fn verify_header(&self, header: &[u8], body: &[u8], now: i64) -> Result<(), Forged> {
        let Header { timestamp, signatures } = Header::read(header).ok_or(Forged::Header)?;
        // The signature is checked first, so that a forger learns nothing about our clock.
        let payload = [timestamp.as_bytes(), b".", body].concat();
        let fits =
            |signature| self.0.iter().any(|key| hmac::verify(key, &payload, signature).is_ok());
        if !signatures.iter().any(|signature| fits(signature.as_slice())) {
            return Err(Forged::Signature);
        }
        let at: i64 = timestamp.parse().map_err(|_| Forged::Header)?;
        match now.abs_diff(at) <= TOLERANCE.as_secs() {
            true => Ok(()),
            false => Err(Forged::Timestamp),
        }
    }
}

/// The contents of `t=1700000000,v1=5257a8…,v0=6ffbb5…`.
struct Header<'a> {
    timestamp: &'a str,
    signatures: Vec<[u8; 32]>,
}

impl<'a> Header<'a> {
    /// `None` for everything that Stripe would not write. Schemes other than `v1` are skipped and
    /// never trusted, so that Stripe can introduce a new one.
    fn read(header: &'a [u8]) -> Option<Self> {
        let header = std::str::from_utf8(header).ok().filter(|text| text.len() <= HEADER_LIMIT)?;
        let mut timestamp = None;
        let mut signatures = Vec::new();
        for element in header.split(',') {
            match element.split_once('=')? {
                ("t", value) => {
                    let digits = value.bytes().all(|b| b.is_ascii_digit());
                    if timestamp.is_some() || !digits || !matches!(value.len(), 1..=11) {
                        return None;
                    }
                    timestamp = Some(value);
                }
                ("v1", value) => signatures.push(signature(value)?),
                (scheme, value) if is_scheme(scheme) && is_token(value) => {}
                _ => return None,
            }
        }
        (!signatures.is_empty()).then_some(Self { timestamp: timestamp?, signatures })
    }
}

/// 32 bytes in lower-case hexadecimal.
fn signature(text: &str) -> Option<[u8; 32]> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

fn is_scheme(name: &str) -> bool {
    name.strip_prefix('v').is_some_and(|number| {
        matches!(number.len(), 1..=3) && number.bytes().all(|b| b.is_ascii_digit())
    })
}

fn is_token(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests;
