//! Keys that are not set: made once, and stored in the data folder.

use anyhow::{Result, anyhow};
use local_postgres::Folder;
use ring::rand::{SecureRandom, SystemRandom};

use crate::keys::Keys;

impl Keys {
    /// The keys stored in `folder`, made on first use.
    pub fn of_folder(folder: &Folder) -> Result<Self> {
        Self::new(|name| folder.secret(name, || generate(name)))
    }

    /// New keys, which are not stored.
    pub fn fleeting() -> Result<Self> {
        Self::new(generate)
    }
}

fn generate(name: &str) -> Result<String> {
    let prefix = match name {
        "publishable-key" => "sb_publishable_",
        "secret-key" => "sb_secret_",
        _ => "",
    };
    let mut random = [0; 32];
    let filled = SystemRandom::new().fill(&mut random);
    filled.map_err(|_| anyhow!("This machine gives no random numbers."))?;
    Ok(format!("{prefix}{}", hex::encode(random)))
}
