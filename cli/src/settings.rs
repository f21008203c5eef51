//! The settings of `convene serve`, read from the environment.

mod problems;
mod stripe;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    num::NonZero,
    path::PathBuf,
    time::Duration,
};

use anyhow::{Result, bail};
use environment::{BadSetting, optional, parsed};
use postgres::Limits;

use crate::{deploy::Logins, keys::Keys};

pub use stripe::Stripe;

use problems::problems;

/// The options of `convene serve`.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port; 0 takes a free one.
    pub port: u16,
    /// The data folder, if not the default.
    pub data: Option<PathBuf>,
    /// Delete all data first.
    pub reset: bool,
    /// Whether a new database gets the demo; if unset, only a private database does.
    pub demo: Option<bool>,
    /// Build the pages of `web/` and serve them.
    pub pages: bool,
}

/// Connections for the callers, if nobody says how many: three for each processor, as if the database
/// had as many as this machine. With more of them, more writers compute at once than there are
/// processors, and whoever only reads waits for a processor (bench/hot_provider.sh).
pub(crate) fn connections() -> usize {
    let processors = std::thread::available_parallelism().map_or(2, NonZero::get);
    (3 * processors).clamp(6, 16)
}

/// Connections for the house itself, if nobody says how many: its schedules take some for long.
pub(crate) const OF_THE_HOUSE: usize = 16;

/// The settings of a server in production.
pub struct Settings {
    /// `HOST` and `PORT`.
    pub address: SocketAddr,
    /// `METRICS_ADDRESS`: the address for Prometheus; none unless it is set.
    pub metrics: Option<SocketAddr>,
    /// `API_DATABASE_URL` and `SERVICE_DATABASE_URL`.
    pub logins: Logins,
    /// `JWT_SECRET`, `PUBLISHABLE_KEY`, `SECRET_KEY`.
    pub keys: Keys,
    /// `DATABASE_POOL_SIZE`, `DATABASE_WAIT_MS`, `DATABASE_DEADLINE_MS`, for the callers.
    pub limits: Limits,
    /// The same for the house itself.
    pub of_the_house: Limits,
}

impl Settings {
    /// Read the environment, or report everything that is wrong with it.
    pub fn from_env(port: u16) -> Result<Self> {
        let problems = problems(&optional);
        if !problems.is_empty() {
            let sentences: Vec<String> = problems.iter().map(ToString::to_string).collect();
            bail!("These settings are not safe for production:\n  {}", sentences.join("\n  "));
        }
        let host: IpAddr = parsed("HOST", Ipv4Addr::LOCALHOST.into())?;
        let metrics = match optional("METRICS_ADDRESS") {
            None => None,
            Some(_) => Some(parsed("METRICS_ADDRESS", SocketAddr::from((host, 0)))?),
        };
        let logins = Logins {
            api: optional("API_DATABASE_URL").unwrap_or_default(),
            service: optional("SERVICE_DATABASE_URL").unwrap_or_default(),
        };
        let keys = Keys::new(|name| bail!("{name} is not set."))?;
        let (limits, house) = (limits(connections())?, limits(OF_THE_HOUSE)?);
        let (address, of_the_house) = ((host, port).into(), house.of_the_house());
        Ok(Self { address, metrics, logins, keys, limits, of_the_house })
    }
}

/// The limits of one of the two pools.
fn limits(connections: usize) -> Result<Limits, BadSetting> {
    let usual = Limits { connections, queues: true, ..Limits::default() };
    let milliseconds =
        |name, usual: Duration| parsed(name, usual.as_millis() as u64).map(Duration::from_millis);
    let connections = parsed("DATABASE_POOL_SIZE", usual.connections)?;
    if connections == 0 {
        return Err(BadSetting::new("DATABASE_POOL_SIZE", "must be 1 or more."));
    }
    Ok(Limits {
        connections,
        wait: milliseconds("DATABASE_WAIT_MS", usual.wait)?,
        deadline: milliseconds("DATABASE_DEADLINE_MS", usual.deadline)?,
        ..usual
    })
}
