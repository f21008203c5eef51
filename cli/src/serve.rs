//! `convene serve`: with real services in production, with stand-ins on a developer's machine.

use anyhow::{Result, bail};
use environment::Environment;

#[cfg(feature = "local")]
use crate::local;
use crate::{production, settings::Options};

/// Serve until `stop` resolves, then end everything that was started.
pub async fn serve(
    options: Options,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    match Environment::from_env()? {
        Environment::Production if options.reset || options.demo == Some(true) => {
            bail!("CONVENE_ENV is production: --reset and --demo are not allowed there.")
        }
        Environment::Production => production::serve(options.port, stop).await,
        Environment::Development => local::serve(options, stop).await,
    }
}

/// The error of a production build, which has no stand-ins to start.
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
