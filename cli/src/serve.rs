//! `convene serve`: with real services in production, with stand-ins on a developer's machine.

use std::path::PathBuf;

use anyhow::{Result, bail};
use environment::Environment;

#[cfg(feature = "local")]
use crate::local;
use crate::production;

/// What `convene serve` is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port; 0 takes a free one.
    pub port: u16,
    /// The data folder, instead of the usual one.
    pub data: Option<PathBuf>,
    /// Forget all data first.
    pub reset: bool,
    /// Whether a new database gets the demo; if nobody says, one of our own does.
    pub demo: Option<bool>,
}

/// Serve until `stop` resolves, then end everything that was started.
pub async fn serve(
    options: Options,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    match Environment::from_env()? {
        Environment::Production if options.reset || options.demo == Some(true) => {
            bail!("CONVENE_ENV is production: nothing is reset there, and no demo is loaded.")
        }
        Environment::Production => production::serve(options.port, stop).await,
        Environment::Development => local::serve(options, stop).await,
    }
}

/// What a production build says instead of starting stand-ins.
#[cfg(not(feature = "local"))]
mod local {
    pub(super) async fn serve(_: super::Options, _: impl Future<Output = ()>) -> super::Result<()> {
        super::bail!(
            "This convene was built without the feature `local`, so it has no database, queue, \
             mailbox or Stripe of its own: set CONVENE_ENV=production and the settings of \
             docs/operations.md, or build it with default features."
        )
    }
}
