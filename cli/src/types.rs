//! `convene types`: TypeScript for front ends.

use anyhow::{Result, bail};
use data_api::{cache, types::typescript};

use crate::deploy;

/// The types of the schemas that the data API exposes.
pub async fn types(url: &str) -> Result<String> {
    let settings = rest::settings()?;
    let client = deploy::connect(url).await?;
    let loaded = cache::build(&client, &settings.schemas()).await?;
    let known = &loaded.model.schemas;
    if !settings.profiles.iter().any(|(_, schema)| known.contains_key(schema)) {
        let names: Vec<_> = settings.schemas().exposed;
        bail!("This database has no schema that is exposed ({}).", names.join(", "));
    }
    Ok(typescript(&loaded.model, &settings.profiles))
}
