//! Load the model: from the row that a deploy left, or from the catalog itself.

use postgres::{Db, End, Failure, Param, Transaction};
use tokio_postgres::Client;

use super::{build as builder, model::Model, raw};

const CATALOG: &str = include_str!("catalog.sql");
const FINGERPRINT: &str = include_str!("fingerprint.sql");

const STORED: &str = "select body from convene.schema_cache where fingerprint = $1";

/// The version of the stored form. A release never reads a row of another version, because postcard
/// (which reads in a third of the time of JSON) does not describe its own form.
const FORMAT: &str =
    concat!(include_str!("model.rs"), include_str!("custom.rs"), include_str!("name.rs"));

/// What a model depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schemas {
    /// The schemas a request may name.
    pub exposed: Vec<String>,
    /// The schemas in which functions of row types are also looked up.
    pub extra: Vec<String>,
}

/// A model, and the fingerprint of the catalog that it describes.
#[derive(Clone, Debug)]
pub struct SchemaCache {
    /// The model.
    pub model: Model,
    /// The catalog's fingerprint.
    pub fingerprint: String,
}

/// Why a model could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The database refused, or cannot be reached.
    #[error("the catalog cannot be read: {0}")]
    Database(#[from] tokio_postgres::Error),
    /// The same, from the connection that serves requests.
    #[error("the catalog cannot be read: {0}")]
    Failed(#[from] Failure),
    /// The catalog has a form that this release does not expect.
    #[error("the catalog is not understood: {0}")]
    Form(#[from] serde_json::Error),
    /// The model cannot be stored.
    #[error("the schema cache cannot be written: {0}")]
    Unwritten(#[from] postcard::Error),
}

/// The fingerprint of the catalog now, for these schemas.
async fn fingerprint(client: &Client, schemas: &Schemas) -> Result<String, CacheError> {
    Ok(client.query_one(FINGERPRINT, &[&purpose(schemas)]).await?.get(0))
}

/// The settings of the model are part of the fingerprint. Unusual characters are escaped, because
/// the encoding of the database may lack them.
fn purpose(schemas: &Schemas) -> String {
    format!("{} {:?} {:?}", FORMAT.escape_default(), schemas.exposed, schemas.extra)
}

/// Build the model from the catalog.
pub async fn build(client: &Client, schemas: &Schemas) -> Result<SchemaCache, CacheError> {
    let fingerprint = fingerprint(client, schemas).await?;
    // Compiling such a wide query (jit) takes Postgres longer than running it.
    // With an empty path, every type is written with its schema, whatever path a request has.
    client
        .batch_execute(
            "begin read only; set local jit = off; select set_config('search_path', '', true)",
        )
        .await?;
    let row = client.query_one(CATALOG, &[&schemas.exposed, &schemas.extra]).await;
    client.batch_execute("rollback").await?;
    Ok(SchemaCache { model: model_of(row?.get(0))?, fingerprint })
}

fn model_of(catalog: &str) -> Result<Model, CacheError> {
    Ok(builder::model(serde_json::from_str::<raw::Catalog>(catalog)?))
}

/// The same over a connection that serves requests.
async fn rebuild(db: &Db, schemas: &Schemas) -> Result<SchemaCache, CacheError> {
    let fingerprint = current(db, schemas).await?;
    let (exposed, extra) = (schemas.exposed.text(), schemas.extra.text());
    let settings = [("transaction_read_only", "on"), ("jit", "off"), ("search_path", "")];
    let read = Transaction {
        begin: None,
        settings: &settings,
        first: None,
        sql: CATALOG,
        params: &[exposed.as_deref(), extra.as_deref()],
        then: None,
        writes: false,
        prepared: false,
        end: End::Commit,
    };
    let outcome = db.transact(&read).await?;
    let catalog = outcome.rows.first().and_then(|row| row.text(0)).unwrap_or_default();
    Ok(SchemaCache { model: model_of(&catalog)?, fingerprint })
}

/// The model: the row that a deploy left if it fits the catalog; otherwise built from the catalog.
pub async fn load(db: &Db, schemas: &Schemas) -> Result<SchemaCache, CacheError> {
    if let Some(loaded) = stored(db, schemas).await? {
        return Ok(loaded);
    }
    rebuild(db, schemas).await
}

/// The fingerprint of the catalog now, over the connection that serves requests.
pub async fn current(db: &Db, schemas: &Schemas) -> Result<String, CacheError> {
    let rows = db.look_up(FINGERPRINT, &[Some(&purpose(schemas))]).await?;
    Ok(rows.first().and_then(|row| row.text(0)).unwrap_or_default())
}

/// The row a deployment left, if it fits the catalog.
async fn stored(db: &Db, schemas: &Schemas) -> Result<Option<SchemaCache>, CacheError> {
    let fingerprint = current(db, schemas).await?;
    match db.look_up(STORED, &[Some(&fingerprint)]).await {
        Ok(rows) => {
            let body = rows.first().and_then(|row| row.bytes(0));
            let model = body.and_then(|body| postcard::from_bytes(&body).ok());
            Ok(model.map(|model| SchemaCache { model, fingerprint }))
        }
        // There was no deploy here.
        Err(Failure::Refused(_)) => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

/// Whether a deploy left a row that fits the present catalog.
pub async fn is_published(client: &Client, schemas: &Schemas) -> bool {
    let Ok(fingerprint) = fingerprint(client, schemas).await else { return false };
    client.query_opt(STORED, &[&fingerprint]).await.is_ok_and(|row| row.is_some())
}

/// The table of stored models, and the lists of schemas that models were stored for and that are
/// all still there.
const TABLE: &str = "\
    create schema if not exists convene; \
    create table if not exists convene.schema_cache \
      (fingerprint text primary key, body bytea not null); \
    alter table convene.schema_cache add column if not exists exposed text[], \
      add column if not exists extra text[]; \
    comment on table convene.schema_cache is \
      'What the data API knows of the catalog, so that a cold start need not ask: one row for \
       each list of schemas.'";
const LISTS: &str = "\
    select distinct c.exposed, c.extra from convene.schema_cache as c \
    where c.exposed <@ array(select n.nspname::text from pg_catalog.pg_namespace as n)";

/// Build the model and leave it as a row for cold starts, at the end of a deployment, and so for
/// every other list of schemas that has such a row. `readers` are the logins that will load it.
pub async fn publish(
    client: &Client,
    schemas: &Schemas,
    readers: &[&str],
) -> Result<SchemaCache, CacheError> {
    client.batch_execute(TABLE).await?;
    for reader in readers {
        let reader = super::name::identifier(reader);
        client
            .batch_execute(&format!(
                "grant usage on schema convene to {reader}; \
                 grant select on convene.schema_cache to {reader}"
            ))
            .await?;
    }
    let lists = client.query(LISTS, &[]).await?;
    client.batch_execute("delete from convene.schema_cache").await?;
    for list in lists {
        let other = Schemas { exposed: list.get(0), extra: list.get(1) };
        if other != *schemas {
            store(client, &other).await?;
        }
    }
    store(client, schemas).await
}

async fn store(client: &Client, schemas: &Schemas) -> Result<SchemaCache, CacheError> {
    let loaded = build(client, schemas).await?;
    let body = postcard::to_allocvec(&loaded.model)?;
    let insert = "insert into convene.schema_cache (fingerprint, body, exposed, extra) \
                  values ($1, $2, $3, $4)";
    let (exposed, extra) = (&schemas.exposed, &schemas.extra);
    client.execute(insert, &[&loaded.fingerprint, &body, exposed, extra]).await?;
    Ok(loaded)
}
