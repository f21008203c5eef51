//! The schema cache: a model of the catalog, built at deploy time, kept as one row, loaded by
//! a cold start, and rebuilt when the catalog's fingerprint says that it no longer fits.

mod build;
pub mod custom;
mod load;
pub mod model;
pub mod name;
mod named;
mod raw;
mod related;
mod view;

pub use load::{CacheError, SchemaCache, Schemas, build, current, is_published, load, publish};
