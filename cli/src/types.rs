//! `convene types`: TypeScript for front ends.

use anyhow::Result;
use data_api::{cache, types::typescript};

use crate::deploy;

/// The types of the schemas that the data API exposes of this database.
pub async fn types(url: &str) -> Result<String> {
    let settings = rest::settings()?;
    let client = deploy::connect(url).await?;
    let loaded = cache::build(&client, &settings.schemas()).await?;
    Ok(typescript(&loaded.model, &settings.profiles))
}
