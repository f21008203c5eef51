//! The key that signs access tokens: made once, stored sealed in the database, rotated.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use errors::{Error, Result};
use postgres::{Caller, Db};
use serde::Deserialize;
use serde_json::Value;
use tokens::SigningKey;

use crate::keyring::Keyring;

/// How long the key is used before the database is asked again: another Lambda may have rotated it.
/// Verifiers know the next key long before.
const FRESH: Duration = Duration::from_secs(60);

/// Signs access tokens with the current key. Cheap to clone.
#[derive(Clone)]
pub struct Signer {
    db: Db,
    keyring: Arc<Keyring>,
    known: Arc<RwLock<Option<(Instant, SigningKey)>>>,
}

/// The result of a rotation.
#[derive(Debug)]
pub struct Rotation {
    /// The key that signs now.
    pub current: String,
    /// The key that will sign after the next rotation; at the very first rotation it is the same
    /// key.
    pub standby: String,
}

impl fmt::Display for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.current == self.standby {
            true => write!(f, "{} is the first key, and signs now.", self.current),
            false => write!(f, "{} signs now; {} stands by.", self.current, self.standby),
        }
    }
}

#[derive(Deserialize)]
struct Stored {
    kid: String,
    private_key: String,
}

impl Signer {
    pub(crate) fn new(db: Db, keyring: Arc<Keyring>) -> Self {
        Self { db, keyring, known: Arc::default() }
    }

    /// A signed token with these `claims`.
    pub(crate) async fn sign(&self, claims: &Value) -> Result<String> {
        self.current().await?.sign(claims)
    }

    /// Rotate: the standby key signs from now on, the old key only verifies, and a new standby key
    /// is made.
    pub async fn rotate(&self) -> Result<Rotation> {
        let (standby, stored) = self.offer(false).await?;
        let current = self.remember(&stored)?;
        Ok(Rotation { current: current.kid().into(), standby })
    }

    /// Make the first key, unless there is one.
    pub async fn ensure(&self) -> Result<()> {
        self.current().await.map(drop)
    }

    async fn current(&self) -> Result<SigningKey> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((since, key)) = known
            && since.elapsed() < FRESH
        {
            return Ok(key);
        }
        let sql = "select api.auth_signing_key()";
        let stored: Option<Stored> = self.db.json(Caller::SERVICE, sql, &[]).await?;
        match stored {
            Some(stored) => self.remember(&stored),
            None => self.remember(&self.offer(true).await?.1),
        }
    }

    /// Make a key and store it in the database, which answers which key signs now.
    async fn offer(&self, only_first: bool) -> Result<(String, Stored)> {
        let private = SigningKey::generate()?;
        let key = SigningKey::from_pkcs8(&private)?;
        let sealed = self.keyring.seal(key.kid(), &private)?;
        let sql = "select api.auth_rotate_signing_keys($1, $2, $3, $4)";
        let params: postgres::Params = &[&key.kid(), &key.public_jwk()?, &sealed, &only_first];
        Ok((key.kid().to_owned(), self.db.json(Caller::SERVICE, sql, params).await?))
    }

    fn remember(&self, stored: &Stored) -> Result<SigningKey> {
        let sealed = hex::decode(&stored.private_key).map_err(Error::internal)?;
        let private = self.keyring.open(&stored.kid, &sealed).ok_or_else(|| {
            Error::internal("AUTH_SECRET is not the one the signing key was sealed with")
        })?;
        let key = SigningKey::from_pkcs8(&private)?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *known = Some((Instant::now(), key.clone()));
        Ok(key)
    }
}
