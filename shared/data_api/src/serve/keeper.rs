//! The schema cache in memory: loaded once, replaced as a whole, checked if something is missing.

use std::{
    sync::{Arc, RwLock},
    time::Instant,
};

use environment::BadSetting;
use postgres::{Db, tls};
use tokio::sync::Mutex;
use tokio_postgres::AsyncMessage;

use crate::{
    cache::{self, CacheError, SchemaCache, Schemas},
    refusal::Refusal,
};

/// The model that all requests of this process use.
pub(crate) struct CacheKeeper {
    schemas: Schemas,
    current: RwLock<Option<Arc<SchemaCache>>>,
    /// Allows one load at a time; contains when the last check of the catalog began.
    looked: Mutex<Option<Instant>>,
}

impl CacheKeeper {
    pub(crate) fn new(schemas: Schemas) -> Self {
        Self { schemas, current: RwLock::default(), looked: Mutex::default() }
    }

    fn current(&self) -> Option<Arc<SchemaCache>> {
        self.current.read().ok()?.clone()
    }

    fn replace(&self, loaded: SchemaCache) -> Arc<SchemaCache> {
        let loaded = Arc::new(loaded);
        if let Ok(mut current) = self.current.write() {
            *current = Some(loaded.clone());
        }
        loaded
    }

    /// The model; loaded first if there is none yet.
    pub(crate) async fn get(&self, db: &Db) -> Result<Arc<SchemaCache>, Refusal> {
        if let Some(loaded) = self.current() {
            return Ok(loaded);
        }
        let mut looked = self.looked.lock().await;
        if let Some(loaded) = self.current() {
            return Ok(loaded);
        }
        let began = Instant::now();
        let loaded = self.load(db).await.map_err(|error| {
            tracing::error!(%error, "the schema cache cannot be loaded");
            Refusal::busy(
                "PGRST002",
                "Could not query the database for the schema cache. Retrying.",
            )
        })?;
        *looked = Some(began);
        Ok(self.replace(loaded))
    }

    async fn load(&self, db: &Db) -> Result<SchemaCache, CacheError> {
        let began = Instant::now();
        let loaded = cache::load(db, &self.schemas).await?;
        let relations: usize = loaded.model.relations.values().map(|r| r.len()).sum();
        tracing::info!(relations, took = ?began.elapsed(), "schema cache loaded");
        Ok(loaded)
    }

    /// Load the model again, even if there is one.
    pub(crate) async fn reload(&self, db: &Db) -> Result<(), CacheError> {
        let mut looked = self.looked.lock().await;
        let began = Instant::now();
        let loaded = self.load(db).await?;
        *looked = Some(began);
        self.replace(loaded);
        Ok(())
    }

    /// A newer model than `known`, if the catalog has changed since. If many requests miss
    /// something at once, one check of the catalog serves all that arrived before it began.
    pub(crate) async fn refresh(
        &self,
        db: &Db,
        known: &Arc<SchemaCache>,
        arrived: Instant,
    ) -> Option<Arc<SchemaCache>> {
        let mut looked = self.looked.lock().await;
        let current = self.current()?;
        if current.fingerprint != known.fingerprint {
            return Some(current);
        }
        if looked.is_some_and(|began| began > arrived) {
            return None;
        }
        let began = Instant::now();
        let fingerprint = cache::current(db, &self.schemas).await.ok()?;
        *looked = Some(began);
        if fingerprint == known.fingerprint {
            return None;
        }
        // If the new model cannot be loaded, the old one stays in use.
        self.load(db).await.ok().map(|loaded| self.replace(loaded))
    }
}

/// Reload at every `notify pgrst`, until the connection ends.
pub(crate) async fn listen(keeper: &CacheKeeper, db: &Db, url: &str) -> Result<(), BadSetting> {
    let (config, tls) = tls::parse(url)?;
    let bad = |error: tokio_postgres::Error| BadSetting::new("PGRST_DB_URI", error.to_string());
    let (client, mut connection) = config.connect(tls).await.map_err(bad)?;
    let (notified, mut notifications) = tokio::sync::mpsc::channel::<()>(1);
    let messages = async {
        while let Some(message) =
            std::future::poll_fn(|context| connection.poll_message(context)).await
        {
            match message {
                // If the channel is full, a reload is due anyway.
                Ok(AsyncMessage::Notification(_)) => drop(notified.try_send(())),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        drop(notified);
    };
    let reloads = async {
        if client.batch_execute("listen pgrst").await.is_err() {
            return;
        }
        while notifications.recv().await.is_some() {
            if let Err(error) = keeper.reload(db).await {
                tracing::error!(%error, "the schema cache cannot be reloaded");
            }
        }
    };
    tokio::join!(messages, reloads);
    Ok(())
}
