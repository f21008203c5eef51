//! The same marketplace as a server of its own: real keys, real money, nothing made up.
//!
//! `CONVENE_ENV=production convene` starts no database, loads no demo and uses no stand-in. Every
//! setting must exist and be safe for the internet; all problems are reported at once.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use environment::optional;
use postgres::Db;
use queue::SqsQueue;
use tokio::net::TcpListener;

use crate::{
    metrics,
    routers::{self, House},
    schedules::Schedules,
    server,
    settings::{Settings, Stripe},
};

/// Serve until `stop` resolves.
pub async fn serve(port: u16, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
    let settings = Settings::from_env(port)?;
    let stripe = Stripe::from_env()?;
    let house = House {
        api: Db::connect(&settings.logins.api, settings.limits)?,
        service: Db::connect(&settings.logins.service, settings.of_the_house)?,
        keys: settings.keys,
        stripe: stripe.clone(),
        site_url: optional("SITE_URL").unwrap_or_default(),
        base_url: optional("API_EXTERNAL_URL").unwrap_or_default(),
    };
    let listener = listen(settings.address).await?;
    let mut schedules = Schedules::default();
    let queue = (SqsQueue::from_env()?, SqsQueue::from_env()?);
    schedules.carry_messages(&house.service, queue, mailer::Settings::from_env()?)?;
    schedules.keep_time(&house.service)?;
    if let Some(stripe) = stripe {
        schedules.keep_paying(&house.service, &stripe.client);
    }
    let routes = web::observed(schedules.nudged_by(routers::all(house.clone())?));
    let (counted, scraped) = metrics::layered(routes, &house);
    tracing::info!(address = %settings.address, "serving");
    if let Some(address) = settings.metrics {
        tokio::spawn(server::until(listen(address).await?, scraped, std::future::pending()));
    }
    server::until(listener, counted, stop).await;
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    web::server::listen(address).await.with_context(|| format!("Cannot listen on {address}"))
}
