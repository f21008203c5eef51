//! The whole marketplace on a developer's machine, with stand-ins for missing services: database,
//! queue, mail server, Stripe.
//!
//! Only with the feature `local`: a production build contains nothing of this module.

pub mod demo;
mod keys;
mod mail;
mod pages;
mod site;
pub mod stripe;

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
};

use anyhow::{Context, Result, anyhow, bail};
use environment::optional;
use local_postgres::{Account, Folder, Keep, Server};
use postgres::{Db, Limits};
use serde_json::{Value, json};
use stripe_double::StripeDouble;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    deploy::{self, Logins, Outcome},
    keys::Keys,
    routers::{self, House},
    schedules::Schedules,
    server,
    server_version::ServerVersion,
    settings::{OF_THE_HOUSE, Options, Stripe, connections},
};
use demo::{Cast, Expert, Learner, Staff};
use site::Pages;

/// Role and database on the private server.
const OWNER: &str = "convene";

/// Serve until `stop` resolves, then end everything that was started.
pub async fn serve(
    options: Options,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    // Bind the port first: if it is taken, nothing is started or reset.
    let listener = listen(options.port).await?;
    let account = Account::unprivileged()?;
    let wanted = match options.data {
        Some(data) => data,
        None => Folder::usual(&account)?,
    };
    let folder = Folder::open(&wanted)?;
    // A bad key is reported before anything is started.
    let keys = Keys::of_folder(&folder)?;
    // npm works while the database starts.
    let pages = options.pages.then(|| tokio::spawn(site::build()));
    let (owner_url, server) = database(&account, &folder, options.reset).await?;
    let demo = options.demo.unwrap_or(server.is_some());
    let served = serve_on(listener, &owner_url, (&folder, keys), (demo, pages), stop).await;
    // Whatever happened, stop everything that was started.
    let stopped = server.map_or(Ok(()), |server| tokio::task::block_in_place(|| server.stop()));
    served.and(stopped)
}

async fn serve_on(
    listener: TcpListener,
    owner_url: &str,
    (folder, keys): (&Folder, Keys),
    (demo, pages): (bool, Option<JoinHandle<Pages>>),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    warn_of_old_server(owner_url).await?;
    let outcome = deploy::deploy(owner_url).await?;
    tracing::info!(?outcome, "database deployed");
    let logins = logins(owner_url).await?;
    let limits = Limits { connections: connections(), queues: true, ..Limits::default() };
    let of_the_house = Limits { connections: OF_THE_HOUSE, ..limits.of_the_house() };
    let address = listener.local_addr().context("The port has no address")?;
    let base_url = format!("http://{address}");
    let (stripe, double) = payments(folder, &base_url).await?;
    let house = House {
        api: Db::connect(&logins.api, limits)?,
        service: Db::connect(&logins.service, of_the_house)?,
        keys: keys.clone(),
        stripe: Some(stripe.clone()),
        site_url: optional("SITE_URL").unwrap_or_else(|| base_url.clone()),
        base_url: base_url.clone(),
    };
    // `convene token` has to use the same issuer.
    folder.note("base-url", &base_url)?;
    if demo && outcome == Outcome::Installed {
        let owner = deploy::connect(owner_url).await?;
        let loaded = demo::load(&house, &owner, &mut Cast::read()?, double.as_ref()).await;
        loaded.context("The demo cannot be loaded; --no-demo --reset starts without it")?;
    }
    let mut schedules = Schedules::default();
    let mailbox = mail::carry(&mut schedules, owner_url, &house.service, &base_url).await?;
    schedules.keep_time(&house.service)?;
    schedules.keep_paying(&house.service, &stripe.client);
    let routes = routers::all(house)?;
    let cast = Cast::read()?;
    let loaded = demo::is_loaded(&routes, &keys, &cast.experts[0].email).await?;
    let mut routes = schedules.nudged_by(routes);
    let has_mailbox = mailbox.is_some();
    if let Some(mailbox) = mailbox {
        routes = routes.merge(mailbox.router());
    }
    if optional("SITE_URL").is_none() {
        routes = routes.merge(pages::routes());
    }
    let pages = match pages {
        Some(building) => Some(building.await.context("Building the pages was interrupted")?),
        None => None,
    };
    if let Some(Ok(folder)) = &pages {
        routes = site::before(routes, folder, config(&keys, double.as_ref(), has_mailbox));
    }
    let routes = web::observed(routes);
    announce(address, owner_url, &keys, double.as_ref());
    announce_pages(address, pages.as_ref());
    match (loaded, demo) {
        (true, _) => announce_demo(&cast),
        (false, true) => println!("\nNo demo: it is loaded only when a database is new."),
        (false, false) => {}
    }
    println!("\nCtrl-C ends it.");
    server::until(listener, routes, stop).await;
    Ok(())
}

/// The real Stripe of the settings, or a stand-in, which ends when the second value is dropped.
async fn payments(folder: &Folder, base_url: &str) -> Result<(Stripe, Option<StripeDouble>)> {
    match Stripe::from_env()? {
        Some(stripe) => Ok((stripe, None)),
        None => {
            let file = folder.path().join("stripe.jsonl");
            let (stripe, double) = stripe::start(Some(file), base_url).await?;
            Ok((stripe, Some(double)))
        }
    }
}

async fn listen(port: u16) -> Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    web::server::listen(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            anyhow!("Port {port} is in use: end what listens there, or choose another with --port.")
        }
        ErrorKind::PermissionDenied => {
            anyhow!(
                "Port {port} may not be opened by this user: choose one above 1023 with --port."
            )
        }
        _ => anyhow!("Port {port} cannot be opened ({error}): choose another with --port."),
    })
}

/// The database of `DATABASE_URL`, or one on a private server.
async fn database(
    account: &Account,
    folder: &Folder,
    reset: bool,
) -> Result<(String, Option<Server>)> {
    if let Some(url) = optional("DATABASE_URL") {
        if reset {
            bail!(
                "--reset forgets only data that convene keeps itself: unset DATABASE_URL, or \
                 drop that database and create it again."
            );
        }
        return Ok((url, None));
    }
    if !account.reaches(folder.path()) {
        bail!(
            "PostgreSQL does not run as root, and its user may not enter {}: choose another \
             folder with --data.",
            folder.path().display()
        );
    }
    let (account, home) = (account.clone(), folder.path().to_owned());
    // Starting blocks on files and processes, so it runs off the async executor.
    let started = tokio::task::spawn_blocking(move || start(&account, &home, reset));
    let server = started.await.context("The database server's start was interrupted")??;
    match prepare(&server).await {
        Ok(()) => Ok((server.url(OWNER, OWNER), Some(server))),
        Err(error) => {
            tokio::task::block_in_place(|| server.stop())?;
            Err(error)
        }
    }
}

fn start(account: &Account, home: &Path, reset: bool) -> Result<Server> {
    if reset {
        Server::forget(home)?;
    }
    let binaries = local_postgres::find(account)?;
    Server::start(&binaries, account, home, Keep::Data)
}

/// The owner may create roles and databases, as a deploying user may. It is not a superuser, so
/// nothing here can depend on one.
async fn prepare(server: &Server) -> Result<()> {
    let superuser = deploy::connect(&server.url("postgres", "postgres")).await?;
    let known = superuser
        .query_one(
            "select to_regrole($1) is not null,
                    exists (select from pg_database as d where d.datname = $1)",
            &[&OWNER],
        )
        .await?;
    if !known.get::<_, bool>(0) {
        superuser.batch_execute(&format!("create role {OWNER} login createrole createdb")).await?;
    }
    if !known.get::<_, bool>(1) {
        superuser.batch_execute(&format!("create database {OWNER} owner {OWNER}")).await?;
    }
    Ok(())
}

async fn warn_of_old_server(owner_url: &str) -> Result<()> {
    let version = ServerVersion::of(&deploy::connect(owner_url).await?).await?;
    if version.major < ServerVersion::OLDEST_MAJOR {
        bail!("The database is PostgreSQL {version}: version 15 or newer is needed.");
    }
    if let Some(warning) = version.warning() {
        tracing::warn!("{warning}");
    }
    Ok(())
}

/// The logins of the settings, or logins derived from the deploying user's.
async fn logins(owner_url: &str) -> Result<Logins> {
    match (optional("API_DATABASE_URL"), optional("SERVICE_DATABASE_URL")) {
        (Some(api), Some(service)) => Ok(Logins { api, service }),
        (None, None) => deploy::derive(owner_url).await,
        _ => bail!("Set API_DATABASE_URL and SERVICE_DATABASE_URL both, or neither."),
    }
}

/// Printed on standard output, for people; the log is on standard error.
fn announce(address: SocketAddr, owner_url: &str, keys: &Keys, stripe: Option<&StripeDouble>) {
    println!("Convene is running.\n");
    for (name, value) in [
        ("Base URL", format!("http://{address}").as_str()),
        ("anon key", &keys.anon_key),
        ("service key", &keys.service_key),
        ("publishable key", &keys.publishable_key),
        ("secret key", &keys.secret_key),
    ] {
        println!("{name:>16}  {value}");
    }
    if let Some(double) = stripe {
        println!("{:>16}  {} stands in for it", "Stripe", double.base_url());
    }
    // Whoever set DATABASE_URL knows its password, so the password is not printed.
    if optional("DATABASE_URL").is_none() {
        println!("{:>16}  psql '{owner_url}'", "database");
    }
}

/// What the pages read when they start.
fn config(keys: &Keys, stripe: Option<&StripeDouble>, has_mailbox: bool) -> Value {
    json!({
        "anon_key": keys.anon_key,
        "stripe_stand_in": stripe.map(StripeDouble::base_url),
        "mailbox": has_mailbox.then_some("/_mailbox/page"),
        "lens": optional("DEFAULT_LENS"),
    })
}

fn announce_pages(address: SocketAddr, pages: Option<&Pages>) {
    match pages {
        Some(Ok(_)) => println!("{:>16}  http://{address}/ in a browser", "pages"),
        Some(Err(reason)) => println!("{:>16}  none: {reason}", "pages"),
        None => {}
    }
}

fn announce_demo(cast: &Cast) {
    println!("\nDemo logins, all with the password `{}`:", demo::PASSWORD);
    for Expert { email, timezone, currency, .. } in &cast.experts {
        println!("{email:>24}  expert, {timezone}, {currency}");
    }
    for Learner { email, timezone, .. } in &cast.learners {
        println!("{email:>24}  learner, {timezone}");
    }
    for Staff { email, .. } in &cast.staff {
        println!("{email:>24}  staff");
    }
}
