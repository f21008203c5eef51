//! The webhook on 127.0.0.1, at the port PORT and with CONNECTIONS database connections, for
//! `bench/money.sh`.

use environment::required;
use postgres::{Db, Limits};
use stripe::{StripeClient, signature::Secrets};
use stripe_sync::inbox::Inbox;
use stripe_webhook::{Webhook, router};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let limits = Limits { connections: required("CONNECTIONS")?.parse()?, ..Limits::default() };
    let db = Db::connect(&required("SERVICE_DATABASE_URL")?, limits)?;
    let secrets = Secrets::new("STRIPE_WEBHOOK_SECRET", &required("STRIPE_WEBHOOK_SECRET")?)?;
    let webhook = Webhook::new(Inbox::new(db, StripeClient::from_env()?), secrets, None);
    let port: u16 = required("PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, router(webhook)).await?;
    Ok(())
}
