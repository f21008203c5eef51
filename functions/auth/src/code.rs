//! Links and codes: made here, stored as digests, mailed through the outbox.

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

/// The PKCE challenge of a client that asked for a link.
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
    /// A new link and a new code for `to`, in the form the database takes. They are made even if
    /// there is no account: the time of an answer must not show whether there is one.
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

    /// The digest of a mailed code. It includes the address, so a code works for one address only.
    pub fn code_hash(&self, to: &str, code: &str) -> Vec<u8> {
        let code = code.trim();
        self.keyring.digest("code", &format!("{}\n{code}", to.trim().to_lowercase()))
    }

    /// The form in which attempts of an address are counted, without storing the address.
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

/// The digest of a secret of 256 bits. It needs no key, because nobody can try all secrets.
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
        // Numbers above the last multiple of a million are drawn again; otherwise small codes would
        // be more likely.
        if drawn < 4_294_000_000 {
            return Ok(format!("{:06}", drawn % 1_000_000));
        }
    }
}
