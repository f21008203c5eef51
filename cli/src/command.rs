//! The command line.

use std::{future::Future, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use environment::Environment;
use postgres::{Caller, Db, Limits};
use telemetry::Format;
use tokens::Settings;
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;

use crate::{
    deploy::{self, Outcome},
    import::{self, Imported},
    serve, settings, token, types,
    verify::{self, Findings},
};

/// Back end of a marketplace where people book people.
///
/// Without a subcommand it serves the whole marketplace and needs no settings: it starts a
/// private PostgreSQL, deploys the database and listens on http://127.0.0.1:54321.
#[derive(Parser)]
#[command(name = "convene", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Subcommand)]
enum Command {
    /// Run the whole marketplace on this machine (the default)
    Serve(Serve),
    /// Bring sql/ into a database, completely or not at all; safe to repeat
    Deploy(Deploy),
    /// Bring people, offerings, hours, bookings and reviews of another system here; safe to repeat
    Import(Import),
    /// Check a deployed database against the rules that every database must keep
    Verify(Database),
    /// Print TypeScript for supabase-js: `createClient<Database>()`
    Types(Database),
    /// Print an access token, to try things out as a person
    Token(Token),
    /// Let the next signing key sign, and publish the one after it
    RotateKeys(House),
    /// Make a person staff or an administrator; makes the first one
    GrantRole(GrantRole),
}

#[derive(clap::Args)]
struct Serve {
    /// Port on 127.0.0.1; 0 picks a free one
    #[arg(long, env = "PORT", default_value_t = 54321)]
    port: u16,
    /// Folder for the data and keys of the private database [default: .convene]
    #[arg(long, env = "CONVENE_DATA", value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Delete all data first
    #[arg(long)]
    reset: bool,
    /// Load the demo marketplace, even if DATABASE_URL names the (new) database
    #[arg(long, conflicts_with = "no_demo")]
    demo: bool,
    /// Do not load the demo marketplace into a new private database
    #[arg(long)]
    no_demo: bool,
    /// Serve the API alone: do not build and serve the pages of web/
    #[arg(long)]
    no_pages: bool,
}

#[derive(clap::Args)]
struct Database {
    /// Connection string of the deploying user, who owns the database
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: String,
}

#[derive(clap::Args)]
struct Deploy {
    #[command(flatten)]
    database: Database,
    /// Say what a deploy would do, and do nothing
    #[arg(long)]
    plan: bool,
}

#[derive(clap::Args)]
struct GrantRole {
    #[command(flatten)]
    house: House,
    /// The person's id, as their access token's `sub` says
    person_id: Uuid,
    /// staff or admin
    #[arg(default_value = "admin")]
    role: String,
}

#[derive(clap::Args)]
struct Import {
    #[command(flatten)]
    house: House,
    #[command(flatten)]
    options: import::Options,
}

#[derive(clap::Args)]
struct House {
    /// Connection string of the service login
    #[arg(long, env = "SERVICE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    service_database_url: String,
}

#[derive(clap::Args)]
struct Token {
    #[command(flatten)]
    says: token::Options,
    /// Data folder with the secret, used if JWT_SECRET is not set [default: .convene]
    #[arg(long, env = "CONVENE_DATA", value_name = "FOLDER")]
    data: Option<PathBuf>,
}

/// Read the command line and run the command.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match execute(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("convene: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn execute(arguments: Arguments) -> Result<()> {
    telemetry::start(match Environment::from_env()? {
        Environment::Development => Format::Text,
        Environment::Production => Format::Json,
    })?;
    match arguments.command.unwrap_or(Command::Serve(arguments.serve)) {
        Command::Serve(Serve { port, data, reset, demo, no_demo, no_pages }) => {
            let stop = asked_to_stop()?;
            let demo = (demo || no_demo).then_some(demo);
            let pages = !no_pages;
            serve::serve(settings::Options { port, data, reset, demo, pages }, stop).await
        }
        Command::Deploy(Deploy { database: Database { database_url }, plan: true }) => {
            println!("{}", deploy::plan(&database_url).await?);
            Ok(())
        }
        Command::Deploy(Deploy { database: Database { database_url }, plan: false }) => {
            let outcome = deploy::deploy(&database_url).await?;
            println!("{}", sentence(outcome));
            Ok(())
        }
        Command::Import(Import { house, options }) => {
            told(&import::import(&house.service_database_url, &options).await?)
        }
        Command::Verify(Database { database_url }) => report(&verify::verify(&database_url).await?),
        Command::Types(Database { database_url }) => {
            print!("{}", types::types(&database_url).await?);
            Ok(())
        }
        Command::RotateKeys(House { service_database_url }) => {
            let rotation = rotate_keys(&service_database_url).await?;
            println!("{rotation}");
            Ok(())
        }
        Command::GrantRole(GrantRole { house, person_id, role }) => {
            let db = Db::connect(&house.service_database_url, Limits::default())?;
            let sql = "select to_jsonb(api.grant_role($1, $2))";
            let is_new: bool = db.json(Caller::SERVICE, sql, &[&person_id, &role]).await?;
            println!("{person_id} {} {role}.", if is_new { "is now" } else { "already is" });
            Ok(())
        }
        Command::Token(Token { says, data }) => {
            println!("{}", token::token(&says, data.as_deref())?);
            Ok(())
        }
    }
}

async fn rotate_keys(service_url: &str) -> Result<auth::Rotation> {
    let settings = Settings::from_env()?;
    let config = auth::Config::from_env(settings.jwt_secret.as_deref())?;
    let db = Db::connect(service_url, Limits::default())?;
    Ok(auth::Auth::new(db, &settings, config)?.signer().rotate().await?)
}

/// Refused lines end the command as a failure, so that a script notices them.
fn told(imported: &[Imported]) -> Result<()> {
    imported.iter().for_each(|file| println!("{file}"));
    match imported.iter().map(|file| file.refused.len()).sum::<usize>() {
        0 => Ok(()),
        refused => bail!("{refused} lines were refused."),
    }
}

fn report(findings: &Findings) -> Result<()> {
    findings.warnings.iter().for_each(|warning| println!("warning: {warning}"));
    findings.limits.iter().for_each(|limit| println!("not to be had here: {limit}"));
    findings.broken.iter().for_each(|broken| println!("broken: {broken}"));
    if findings.broken.is_empty() {
        println!("The database keeps all {} rules.", findings.asked);
        return Ok(());
    }
    bail!("{} findings in {} rules.", findings.broken.len(), findings.asked)
}

fn sentence(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Installed => "Installed: the database was empty.",
        Outcome::Updated => "Updated: code, lenses and permissions are now those of this release.",
        Outcome::Unchanged => "Unchanged: the same files are already deployed.",
    }
}

/// Resolves when somebody presses Ctrl-C, or a supervisor sends SIGTERM.
fn asked_to_stop() -> Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupted = signal(SignalKind::interrupt()).context("Cannot listen for Ctrl-C")?;
    let mut terminated = signal(SignalKind::terminate()).context("Cannot listen for SIGTERM")?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}
