//! The same marketplace as a server of its own: real keys, real money, nothing made up.
//!
//! `CONVENE_ENV=production convene` starts no database, loads no demo and stands in for nobody.
//! Every setting must be there and be fit for the internet; what is wrong is said all at once.

use std::{
    future::Future,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use axum::Router;
use shared::{
    config::{BadSetting, optional, parsed},
    db::{Db, Limits},
    telemetry,
};
use tokio::net::TcpListener;

use crate::{
    deploy::Logins,
    keys::Keys,
    metrics,
    routers::{self, House},
    serve,
    stripe::Stripe,
    timers::Timers,
};

mod settings;

use settings::problems;

/// What the server is told by its environment.
pub struct Settings {
    /// `HOST` and `PORT`.
    pub address: SocketAddr,
    /// `METRICS_ADDRESS`: where Prometheus asks; nowhere unless it is set.
    pub metrics: Option<SocketAddr>,
    /// `API_DATABASE_URL` and `SERVICE_DATABASE_URL`.
    pub logins: Logins,
    /// `JWT_SECRET`, `PUBLISHABLE_KEY`, `SECRET_KEY`.
    pub keys: Keys,
    /// `DATABASE_POOL_SIZE`, `DATABASE_WAIT_MS`, `DATABASE_DEADLINE_MS`.
    pub limits: Limits,
}

impl Settings {
    /// Read the environment, or say everything that is wrong with it.
    pub fn from_env(port: u16) -> Result<Self> {
        let problems = problems(&optional);
        if !problems.is_empty() {
            let sentences: Vec<String> = problems.iter().map(ToString::to_string).collect();
            bail!("These settings are not fit for production:\n  {}", sentences.join("\n  "));
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
        Ok(Self { address: (host, port).into(), metrics, logins, keys, limits: limits()? })
    }
}

/// The limits of each of the two pools.
fn limits() -> Result<Limits, BadSetting> {
    let usual = Limits { connections: 16, ..Limits::default() };
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

/// Serve until `stop` resolves.
pub async fn serve(port: u16, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
    let settings = Settings::from_env(port)?;
    let stripe = Stripe::from_env()?;
    let house = House {
        api: Db::connect(&settings.logins.api, settings.limits)?,
        service: Db::connect(&settings.logins.service, settings.limits)?,
        keys: settings.keys,
        stripe: stripe.clone(),
        site_url: optional("SITE_URL").unwrap_or_default(),
        base_url: optional("API_EXTERNAL_URL").unwrap_or_default(),
    };
    let listener = listen(settings.address).await?;
    // The settings name a queue and a mail server, so nothing is opened with the third argument.
    let mut timers = Timers::start("", &house.service, "").await?;
    if let Some(stripe) = stripe {
        timers.add(stripe.keep_paying(house.service.clone()));
    }
    let routes = telemetry::observed(timers.attach(routers::all(house.clone())?));
    let (counted, scraped) = metrics::layered(routes, &house);
    tracing::info!(address = %settings.address, "serves");
    if let Some(address) = settings.metrics {
        tokio::spawn(answer_metrics(listen(address).await?, scraped));
    }
    serve::until(listener, counted, stop).await
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("{address} cannot be listened on"))
}

async fn answer_metrics(listener: TcpListener, scraped: Router) {
    if let Err(error) = axum::serve(listener, scraped).await {
        tracing::error!(%error, "metrics are not answered any more");
    }
}
