//! Keys that are kept elsewhere: fetched when needed, kept for ten minutes, and kept longer if they
//! cannot be fetched again.

use std::{
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::Mutex;

use super::{Key, KeySet, TokenError, fetch};
use postgres::{Caller, Db};

/// How long keys are used before they are fetched again.
const FRESH: Duration = Duration::from_secs(600);
/// The pause between two attempts, so that forged key ids cannot cause a request each.
const PAUSE: Duration = Duration::from_secs(10);

/// Where keys come from.
#[derive(Clone)]
pub enum Source {
    /// A JWK set behind a URL.
    Url(hyper::Uri),
    /// Our own signing keys, as `api.signing_keys()` lists them, with the callers' login.
    Database(Db),
    /// The same, with the service login.
    House(Db),
}

pub(super) struct Remote {
    source: Source,
    known: RwLock<Known>,
    /// Held by the task that fetches; the others wait for its result.
    asking: Mutex<()>,
    generation: AtomicU64,
}

#[derive(Clone, Default)]
struct Known {
    text: String,
    keys: KeySet,
    fetched_at: Option<Instant>,
    tried_at: Option<Instant>,
}

impl Known {
    fn is_fresh(&self) -> bool {
        self.fetched_at.is_some_and(|at| at.elapsed() < FRESH)
    }

    fn may_ask(&self) -> bool {
        self.tried_at.is_none_or(|at| at.elapsed() >= PAUSE)
    }
}

impl Remote {
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            known: RwLock::default(),
            asking: Mutex::default(),
            generation: AtomicU64::new(0),
        }
    }

    /// Increases whenever the keys change.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(super) async fn find(&self, kid: &str, algorithm: &str) -> Result<Option<Key>, TokenError> {
        let mut known = self.known();
        let needs = |known: &Known| {
            known.may_ask()
                && (!known.is_fresh() || known.keys.find(Some(kid), algorithm).is_none())
        };
        if needs(&known) {
            let _turn = self.asking.lock().await;
            known = self.known();
            // Another task may have fetched the keys while this one waited for its turn.
            if needs(&known) {
                known = self.ask(known).await;
            }
        }
        match known.keys.find(Some(kid), algorithm) {
            None if known.fetched_at.is_none() => Err(TokenError::Unavailable),
            key => Ok(key.cloned()),
        }
    }

    async fn ask(&self, mut known: Known) -> Known {
        let answer = match &self.source {
            Source::Url(url) => fetch::text(url).await,
            Source::Database(db) => own_keys(db, Caller::ANON).await,
            Source::House(db) => own_keys(db, Caller::SERVICE).await,
        };
        let now = Instant::now();
        known.tried_at = Some(now);
        match answer.and_then(|text| Ok((KeySet::from_public(&text).map_err(bad_keys)?, text))) {
            Ok((keys, text)) => {
                if known.text != text {
                    self.generation.fetch_add(1, Ordering::AcqRel);
                }
                known = Known { text, keys, fetched_at: Some(now), tried_at: Some(now) };
            }
            // The old keys stay in use: an outage of the issuer must not sign people out here.
            Err(problem) => tracing::warn!(%problem, "cannot fetch signing keys"),
        }
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known.clone();
        known
    }

    fn known(&self) -> Known {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn own_keys(db: &Db, caller: Caller<'_>) -> Result<String, String> {
    let keys = db.text(caller, "select api.signing_keys()", &[]).await;
    keys.map(Option::unwrap_or_default).map_err(|error| error.to_string())
}

fn bad_keys(error: serde_json::Error) -> String {
    format!("not a JWK set: {error}")
}
