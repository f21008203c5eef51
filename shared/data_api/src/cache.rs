//! The schema cache: a model of the catalog. A deploy builds it and stores it as one row; a cold
//! start loads that row, or rebuilds the model if the fingerprint of the catalog has changed.

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
