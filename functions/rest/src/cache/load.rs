//! Where the model comes from: the row a deployment left, or the catalog itself.

use tokio_postgres::Client;

use super::{build as builder, model::Model, raw};

const CATALOG: &str = include_str!("catalog.sql");
const FINGERPRINT: &str = include_str!("fingerprint.sql");

/// Raised when the form of the model changes: a row written by another release is not read.
const FORMAT: &str = "1";

/// What a model is built for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schemas {
    /// The schemas a request may name.
    pub exposed: Vec<String>,
    /// The schemas functions of row types are looked up in besides.
    pub extra: Vec<String>,
}

/// A model, and the state of the catalog it is true of.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The model.
    pub model: Model,
    /// The catalog's fingerprint.
    pub fingerprint: String,
}

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The database refused, or cannot be reached.
    #[error("the catalog cannot be read: {0}")]
    Database(#[from] tokio_postgres::Error),
    /// There is no connection to be had.
    #[error("the catalog cannot be read: {0}")]
    Connection(String),
    /// The catalog or the stored row is not what this release expects.
    #[error("the catalog is not understood: {0}")]
    Form(#[from] serde_json::Error),
}

/// The fingerprint of the catalog now, for these schemas.
pub async fn fingerprint(client: &Client, schemas: &Schemas) -> Result<String, CacheError> {
    let purpose = format!("{FORMAT} {:?} {:?}", schemas.exposed, schemas.extra);
    Ok(client.query_one(FINGERPRINT, &[&purpose]).await?.get(0))
}

/// Build the model from the catalog.
pub async fn build(client: &Client, schemas: &Schemas) -> Result<Loaded, CacheError> {
    let fingerprint = fingerprint(client, schemas).await?;
    // Compiling so wide a query (jit) takes Postgres longer than running it.
    // With an empty path every type is written with its schema, whatever path a request has.
    client
        .batch_execute(
            "begin read only; set local jit = off; select set_config('search_path', '', true)",
        )
        .await?;
    let row = client.query_one(CATALOG, &[&schemas.exposed, &schemas.extra]).await;
    client.batch_execute("rollback").await?;
    let text: String = row?.get(0);
    let catalog: raw::Catalog = serde_json::from_str(&text)?;
    Ok(Loaded { model: builder::model(catalog), fingerprint })
}

/// The model: the row a deployment left if it fits the catalog, else built anew.
pub async fn load(client: &Client, schemas: &Schemas) -> Result<Loaded, CacheError> {
    match stored(client, schemas).await {
        Some(loaded) => Ok(loaded),
        None => build(client, schemas).await,
    }
}

async fn stored(client: &Client, schemas: &Schemas) -> Option<Loaded> {
    let fingerprint = fingerprint(client, schemas).await.ok()?;
    let row = client
        .query_opt("select body from convene.schema_cache where fingerprint = $1", &[&fingerprint])
        .await
        .ok()??;
    let model = serde_json::from_str(row.get(0)).ok()?;
    Some(Loaded { model, fingerprint })
}

/// Whether a deployment left a row that fits the catalog as it is.
pub async fn is_published(client: &Client, schemas: &Schemas) -> bool {
    stored(client, schemas).await.is_some()
}

/// Build the model and leave it as a row for cold starts, at the end of a deployment.
/// `readers` are the logins that will load it.
pub async fn publish(
    client: &Client,
    schemas: &Schemas,
    readers: &[&str],
) -> Result<Loaded, CacheError> {
    client
        .batch_execute(
            "create schema if not exists convene; \
             create table if not exists convene.schema_cache ( \
               fingerprint text primary key, body text not null); \
             comment on table convene.schema_cache is \
               'What the data API knows of the catalog, so that a cold start need not ask.'",
        )
        .await?;
    for reader in readers {
        let reader = crate::sql::identifier(reader);
        client
            .batch_execute(&format!(
                "grant usage on schema convene to {reader}; \
                 grant select on convene.schema_cache to {reader}"
            ))
            .await?;
    }
    let loaded = build(client, schemas).await?;
    let body = serde_json::to_string(&loaded.model)?;
    client
        .execute(
            "with gone as (delete from convene.schema_cache where fingerprint <> $1) \
             insert into convene.schema_cache (fingerprint, body) values ($1, $2) \
             on conflict (fingerprint) do update set body = excluded.body",
            &[&loaded.fingerprint, &body],
        )
        .await?;
    Ok(loaded)
}
