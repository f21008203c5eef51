//! Passwords: hashed with argon2id, a few at a time. Imported bcrypt hashes are understood.

use std::{sync::Arc, thread::available_parallelism, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::SaltString,
};
use errors::Error;
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zxcvbn::zxcvbn;

use crate::{
    Config,
    error::{Refusal, Result},
};

/// The longest password. A longer one is refused and never cut off: the work of hashing needs a
/// bound.
const MAX_CHARS: usize = 128;
/// The second choice of OWASP: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
/// How long a sign-in waits for its turn to hash before the client is told to try again.
const PATIENCE: Duration = Duration::from_secs(8);
/// A hash that fits no password, at today's cost. It is checked if there is no account, so that
/// both cases take the same time.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZHVtbXkgZHVtbXkgZHVtbQ\
    $QlGQbdJ3hQnQJyDhzwm1bR2mQ1mE1mXn0q5oT3n9H7Y";

/// Hashes and checks passwords on all processors but one, which stays free for other requests. Each
/// hash takes 19 MiB and 20 ms; a hundred at once would block everything else.
#[derive(Clone)]
pub struct Hasher {
    turns: Arc<Semaphore>,
    patience: Duration,
}

/// The result of checking a password.
pub struct Checked {
    /// The password fits.
    pub fits: bool,
    /// A hash by today's rules, if the stored one is older.
    pub new_hash: Option<String>,
}

impl Hasher {
    pub fn new() -> Self {
        let processors: usize = available_parallelism().map_or(1, Into::into);
        let turns = processors.saturating_sub(1).max(1);
        Self { turns: Arc::new(Semaphore::new(turns)), patience: PATIENCE }
    }

    /// The hash of a new password.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        Ok(self.in_turn(move || hash(&password)).await??)
    }

    /// Whether `password` fits `hash`. If there is no hash, a dummy takes the same time.
    pub async fn check(&self, password: &str, hash: Option<&str>) -> Result<Checked> {
        // Longer passwords fit no hash of ours. Cutting them first keeps the time bounded.
        let password: String = password.chars().take(MAX_CHARS + 1).collect();
        let known = hash.is_some();
        let hash = hash.unwrap_or(DUMMY).to_owned();
        let checked = self.in_turn(move || check(&password, &hash)).await??;
        Ok(Checked { fits: checked.fits && known, ..checked })
    }

    /// Do `work` on a thread of its own when its turn comes.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let turn = self.turn().await?;
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            // The permit is released here and not earlier: the work goes on even if the caller
            // hangs up.
            drop(turn);
            done
        });
        Ok(working.await.map_err(Error::internal)?)
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        match tokio::time::timeout(self.patience, self.turns.clone().acquire_owned()).await {
            Ok(turn) => Ok(turn.map_err(Error::internal)?),
            Err(_) => Err(Error::unavailable("53000", "Too many sign-ins at once").into()),
        }
    }
}

fn argon2() -> errors::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> errors::Result<String> {
    let mut salt = [0; 16];
    SystemRandom::new().fill(&mut salt).map_err(Error::internal)?;
    let salt = SaltString::encode_b64(&salt).map_err(Error::internal)?;
    let hash = argon2()?.hash_password(password.as_bytes(), &salt).map_err(Error::internal)?;
    Ok(hash.to_string())
}

fn check(password: &str, stored: &str) -> errors::Result<Checked> {
    let wrong = Checked { fits: false, new_hash: None };
    if stored.starts_with("$2") {
        let fits = bcrypt::verify(password, stored).unwrap_or(false);
        return match fits {
            true => Ok(Checked { fits, new_hash: Some(hash(password)?) }),
            false => Ok(wrong),
        };
    }
    let parsed = PasswordHash::new(stored).map_err(Error::internal)?;
    if argon2()?.verify_password(password.as_bytes(), &parsed).is_err() {
        return Ok(wrong);
    }
    let params = Params::try_from(&parsed).map_err(Error::internal)?;
    let is_current = (params.m_cost(), params.t_cost()) == (MEMORY_KIB, PASSES);
    let new_hash = if is_current { None } else { Some(hash(password)?) };
    Ok(Checked { fits: true, new_hash })
}

/// Refuse a password that is longer than the limit.
pub fn must_be_short(password: &str) -> Result<()> {
    match password.chars().count() <= MAX_CHARS {
        true => Ok(()),
        false => {
            let message = format!("Password cannot be longer than {MAX_CHARS} characters");
            Err(Refusal::validation(message))
        }
    }
}

/// Refuse to import a hash that no password could be checked against.
pub fn must_be_hash(hash: &str) -> Result<()> {
    let understood = match hash.starts_with("$2") {
        true => hash.parse::<bcrypt::HashParts>().is_ok_and(|parts| parts.get_cost() <= 14),
        false => PasswordHash::new(hash).is_ok_and(|parsed| {
            // The importer decides how much every sign-in of that account costs this server, so the
            // cost is limited.
            let params = Params::try_from(&parsed).ok();
            hash.starts_with("$argon2id$")
                && params.is_some_and(|p| p.m_cost() <= 131_072 && p.t_cost() <= 10)
        }),
    };
    match understood {
        true => Ok(()),
        false => Err(Refusal::validation("The hash is neither bcrypt nor argon2id")),
    }
}

/// Refuse a password that is too short, too long, or easy to guess. `about` holds what the password
/// must not be made of: the address and the name.
pub fn must_be_strong(password: &str, config: &Config, about: &[&str]) -> Result<()> {
    must_be_short(password)?;
    let min_chars = config.password_min_length;
    if password.chars().count() < min_chars {
        let message = format!("Password should be at least {min_chars} characters.");
        return Err(Refusal::weak_password(message, vec!["length"]));
    }
    // A score of 2 means 10^6 guesses with lists of common passwords, names, words, dates and
    // keyboard runs.
    let strength = config.password_strength;
    if strength > 0 && u8::from(zxcvbn(password, about).score()) < strength {
        let message =
            "Password is known to be weak and easy to guess, please choose a different one.";
        return Err(Refusal::weak_password(message, vec!["pwned"]));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str = "correct horse battery staple";

    #[tokio::test]
    async fn the_right_password_fits_and_no_other() {
        let hasher = Hasher::new();
        let hash = hasher.hash(LONG).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let checked = hasher.check(LONG, Some(&hash)).await.unwrap();
        assert!(checked.fits && checked.new_hash.is_none());
        assert!(!hasher.check("correct horse battery stapl", Some(&hash)).await.unwrap().fits);
        assert!(!hasher.check(LONG, None).await.unwrap().fits);
    }

    #[tokio::test]
    async fn nothing_is_cut_off_up_to_128_characters() {
        let hasher = Hasher::new();
        let long =
            format!("{}x", "ab1é".repeat(31).chars().chain("ab1".chars()).collect::<String>());
        assert_eq!(long.chars().count(), 128);
        let hash = hasher.hash(&long).await.unwrap();
        assert!(hasher.check(&long, Some(&hash)).await.unwrap().fits);
        let other = format!("{}y", &long[..long.len() - 1]);
        assert!(!hasher.check(&other, Some(&hash)).await.unwrap().fits);
        assert!(!hasher.check(&format!("{long}z"), Some(&hash)).await.unwrap().fits);
    }

    #[tokio::test]
    async fn an_imported_bcrypt_hash_fits_and_is_replaced() {
        let hasher = Hasher::new();
        let imported = bcrypt::hash(LONG, 4).unwrap();
        let checked = hasher.check(LONG, Some(&imported)).await.unwrap();
        let new_hash = checked.new_hash.unwrap();
        assert!(checked.fits && new_hash.starts_with("$argon2id$"));
        assert!(hasher.check(LONG, Some(&new_hash)).await.unwrap().fits);
        assert!(!hasher.check("another password", Some(&imported)).await.unwrap().fits);
        // The form in which PHP writes it.
        let of_php = imported.replacen("$2b$", "$2y$", 1);
        assert!(hasher.check(LONG, Some(&of_php)).await.unwrap().fits);
    }

    #[tokio::test]
    async fn a_cheaper_argon2_hash_is_replaced() {
        let salt = SaltString::encode_b64(b"0123456789abcdef").unwrap();
        let params = Params::new(8_192, 1, 1, None).unwrap();
        let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let cheap = cheap.hash_password(LONG.as_bytes(), &salt).unwrap().to_string();
        let checked = Hasher::new().check(LONG, Some(&cheap)).await.unwrap();
        assert!(checked.fits && checked.new_hash.unwrap().contains("m=19456"));
    }

    #[tokio::test]
    async fn who_waits_too_long_for_a_turn_is_told_to_come_again() {
        let hasher = Hasher { turns: Arc::new(Semaphore::new(1)), patience: Duration::ZERO };
        let turn = hasher.turn().await.unwrap();
        let refusal = hasher.check(LONG, None).await.err().unwrap();
        assert_eq!(refusal.status, http::StatusCode::SERVICE_UNAVAILABLE);
        drop(turn);
        assert!(hasher.check(LONG, None).await.is_ok());
    }

    #[tokio::test]
    async fn hanging_up_gives_no_turn_to_the_next_before_the_work_is_done() {
        let hasher = Hasher { turns: Arc::new(Semaphore::new(1)), patience: Duration::ZERO };
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let work = hasher.in_turn(move || {
            begun.send(()).unwrap();
            ended.recv().unwrap();
        });
        // The work has begun when its caller goes away.
        tokio::select! {
            _ = work => unreachable!("it has not been told to end"),
            begun = begins => begun.unwrap(),
        }
        assert_eq!(hasher.turns.available_permits(), 0);
        end.send(()).unwrap();
        drop(hasher.turns.acquire().await.unwrap());
    }

    #[test]
    fn common_and_personal_passwords_are_weak() {
        let about = ["alice@example.com", "Alice Wonder"];
        let config = Config::development("a secret that is long enough to be one");
        for weak in ["password1234", "qwertyuiop123", "123456789012", "aaaaaaaaaaaaaaa"] {
            assert_eq!(
                must_be_strong(weak, &config, &about).unwrap_err().code,
                "weak_password",
                "{weak}"
            );
        }
        assert_eq!(must_be_strong("tR4v3rsa-9k", &config, &about).unwrap_err().weak, ["length"]);
        assert!(must_be_strong("alice@example.com", &config, &about).is_err());
        assert!(must_be_strong(LONG, &config, &about).is_ok());
        assert!(must_be_strong(&"é1v".repeat(43), &config, &about).is_err());
    }

    #[test]
    fn how_strong_a_password_must_be_is_for_the_house_to_say() {
        let house = Config::development("a secret that is long enough to be one");
        let config = Config { password_min_length: 6, password_strength: 0, ..house.clone() };
        assert!(must_be_strong("password", &config, &[]).is_ok());
        assert_eq!(must_be_strong("short", &config, &[]).unwrap_err().weak, ["length"]);
        let config = Config { password_strength: 4, ..house };
        assert!(must_be_strong("password password", &config, &[]).is_err());
        assert!(must_be_strong(LONG, &config, &[]).is_ok());
    }
}
