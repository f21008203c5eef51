//! Codes of authenticator apps: RFC 6238 in the form every app supports (SHA-1, six digits, thirty
//! seconds).

use errors::Error;
use qrcode::{QrCode, render::svg};
use ring::rand::{SecureRandom, SystemRandom};
use totp_rs::{Algorithm, TOTP};

use crate::error::Result;

const DIGITS: usize = 6;
const STEP_S: u64 = 30;
const SECRET_BYTES: usize = 20;
/// The clocks of phones are not exact: the steps before and after are accepted as well.
const SKEW: u64 = 1;

/// A secret shared with one app.
pub struct Shared(TOTP);

impl Shared {
    /// Make a new secret.
    pub fn draw() -> Result<Self> {
        let mut secret = vec![0; SECRET_BYTES];
        SystemRandom::new().fill(&mut secret).map_err(Error::internal)?;
        Self::of(secret)
    }

    /// The stored secret.
    pub fn of(secret: Vec<u8>) -> Result<Self> {
        let totp = TOTP::new(Algorithm::SHA1, DIGITS, 0, STEP_S, secret);
        Ok(Self(totp.map_err(|_| Error::internal("a shared secret that is none"))?))
    }

    /// The bytes to store, sealed.
    pub fn bytes(&self) -> &[u8] {
        &self.0.secret
    }

    /// The secret as text that can be typed into an app.
    pub fn text(&self) -> String {
        self.0.get_secret_base32()
    }

    /// The URI that an app reads from a QR code.
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let encoded =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        // Apps read a plus sign as a plus sign, not as a space.
        let encoded = |text: &str| encoded(text).replace('+', "%20");
        format!(
            "otpauth://totp/{0}:{1}?secret={2}&issuer={0}&algorithm=SHA1&digits={DIGITS}\
             &period={STEP_S}",
            encoded(issuer),
            encoded(account),
            self.text(),
        )
    }

    /// The step that this code belongs to, among the steps around `now` (seconds since 1970).
    pub fn step_of(&self, code: &str, now: u64) -> Option<i64> {
        let code = code.trim();
        let step = now / STEP_S;
        let mut found = None;
        // All steps are compared completely, so that the time reveals nothing.
        for step in step.saturating_sub(SKEW)..=step + SKEW {
            if same(&self.0.generate(step * STEP_S), code) {
                found = i64::try_from(step).ok();
            }
        }
        found
    }
}

fn same(right: &str, given: &str) -> bool {
    let differences = right.bytes().zip(given.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    right.len() == given.len() && differences == 0
}

/// The QR code of a URI, as SVG. It travels in a `data:` URL, where `#` would end the URL, so
/// colours are written by name.
pub fn qr_code(uri: &str) -> Result<String> {
    let code = QrCode::new(uri).map_err(Error::internal)?;
    let colours = (svg::Color("black"), svg::Color("white"));
    Ok(code.render().dark_color(colours.0).light_color(colours.1).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared() -> Shared {
        Shared::of(b"12345678901234567890".to_vec()).unwrap()
    }

    #[test]
    fn the_vectors_of_the_rfc_hold() {
        // RFC 6238, appendix B, the last six of eight digits.
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")]
        {
            assert_eq!(shared().step_of(code, time), Some((time / 30) as i64));
        }
    }

    #[test]
    fn a_code_is_good_a_step_before_and_after_and_no_longer() {
        let found = |time| shared().step_of("081804", time);
        assert_eq!(found(1_111_111_109 + 30), found(1_111_111_109 - 30));
        assert!(found(1_111_111_109 + 60).is_none() && found(1_111_111_109 - 60).is_none());
        for other in ["", "081805", "0818040", "81804", "०८१८०४"] {
            assert_eq!(shared().step_of(other, 1_111_111_109), None, "{other}");
        }
    }

    #[test]
    fn the_code_that_apps_read_survives_a_data_url() {
        let uri = shared().uri("My Market", "a+b@example.com");
        assert_eq!(
            uri,
            "otpauth://totp/My%20Market:a%2Bb%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=My%20Market&algorithm=SHA1&digits=6&period=30"
        );
        let svg = qr_code(&uri).unwrap();
        assert!(svg.contains("<svg") && !svg.contains('#'), "{svg}");
    }
}
