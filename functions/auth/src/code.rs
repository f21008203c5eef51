//! Links and codes: drawn here, kept as digests, mailed through the outbox.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use errors::Error;
use ring::{
    digest,
    rand::{SecureRandom, SystemRandom},
};
use serde_json::{Value, json};

use crate::{
    Auth,
    error::{Refusal, Result},
};

/// What somebody with PKCE asked for a link with.
#[derive(Clone, Default, serde::Deserialize)]
pub struct Challenge {
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
}

impl Challenge {
    /// The challenge and its method, if there is one.
    pub fn checked(&self) -> Result<Option<(&str, String)>> {
        match (self.code_challenge.as_deref(), self.code_challenge_method.as_deref()) {
            (None | Some(""), None | Some("")) => Ok(None),
            (Some(challenge), Some(method)) if (43..=128).contains(&challenge.len()) => {
                match method.to_ascii_lowercase() {
                    method if method == "s256" || method == "plain" => {
                        Ok(Some((challenge, method)))
                    }
                    _ => Err(Refusal::validation("Invalid code challenge method")),
                }
            }
            _ => Err(Refusal::validation(
                "PKCE flow requires code_challenge_method and code_challenge",
            )),
        }
    }
}

impl Auth {
    /// A new link and a new code for `to`, as the database takes them. Drawn whether or not
    /// there is an account: the work must not tell.
    pub fn new_mail(
        &self,
        to: &str,
        redirect_to: Option<&str>,
        challenge: &Challenge,
    ) -> Result<Value> {
        let challenge = challenge.checked()?;
        let token = random_text()?;
        let code = random_code()?;
        Ok(json!({
            "token": token,
            "redirect_to": self.config.redirect_target(redirect_to),
            "code": code,
            "link_hash": hex::encode(secret_hash(&token)),
            "code_hash": hex::encode(self.code_hash(to, &code)),
            "lifetime_s": self.config.mail_lifetime_s,
            "code_challenge": challenge.as_ref().map(|(challenge, _)| challenge),
            "code_challenge_method": challenge.as_ref().map(|(_, method)| method),
        }))
    }

    /// The digest of a mailed code. Bound to the address: no code is good for another.
    pub fn code_hash(&self, to: &str, code: &str) -> Vec<u8> {
        let code = code.trim();
        self.keyring.digest("code", &format!("{}\n{code}", to.trim().to_lowercase()))
    }

    /// How an address is counted without being kept.
    pub fn account_key(&self, email: &str) -> Vec<u8> {
        self.keyring.digest("account", &email.trim().to_lowercase())
    }
}

/// 256 bits, as text.
pub fn random_text() -> Result<String> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(Error::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The digest of a secret of 256 bits, which needs no key: nobody can try them all.
pub fn secret_hash(secret: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, secret.as_bytes()).as_ref().to_vec()
}

/// Six digits, each as likely as any other.
fn random_code() -> Result<String> {
    let random = SystemRandom::new();
    let mut bytes = [0; 4];
    loop {
        random.fill(&mut bytes).map_err(Error::internal)?;
        let drawn = u32::from_be_bytes(bytes);
        // The last multiple of a million: above it, small codes would come up more often.
        if drawn < 4_294_000_000 {
            return Ok(format!("{:06}", drawn % 1_000_000));
        }
    }
}
