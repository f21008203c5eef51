//! Paying for a booking, and what follows: an RPC first, then Stripe.
//!
//! Every handler runs one SQL function as the caller. The function decides everything and writes
//! down the calls to Stripe; the handler then makes them at once, with the service login, so that
//! nobody waits for the sweep. If the process dies in between, the sweep makes them, and the
//! caller's retry finds them done.

use std::sync::Arc;

use axum::{
    Router,
    extract::FromRef,
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use environment::BadSetting;
use errors::{Error, Result};
use postgres::Db;
use stripe::{StripeClient, publishable_key};
use stripe_sync::commands::Commands;
use tokens::{Gateway, Settings, Source};
use uuid::Uuid;
use web::cors;

mod answer;
mod create;
mod feed;
mod pay;
mod print;
mod receipt;
mod statement;
mod unsubscribe;

/// The parts that the routes need.
#[derive(Clone)]
pub struct Checkout {
    api: Db,
    gateway: Gateway,
    stripe: Option<Payments>,
}

/// The connection to Stripe, if there is one.
#[derive(Clone)]
pub struct Payments {
    commands: Commands,
    publishable_key: Arc<str>,
}

impl FromRef<Checkout> for Gateway {
    fn from_ref(checkout: &Checkout) -> Self {
        checkout.gateway.clone()
    }
}

/// The routes of this function.
pub fn router(checkout: Checkout) -> Router {
    Router::new()
        .route("/functions/v1/create-booking", post(create::create_booking))
        .route("/functions/v1/create-order", post(pay::create_order))
        .route("/functions/v1/pay", post(pay::pay))
        .route("/functions/v1/cancel-booking", post(answer::cancel_booking))
        .route("/functions/v1/accept-booking", post(answer::accept_booking))
        .route("/functions/v1/decline-booking", post(answer::decline_booking))
        .route("/functions/v1/refund-booking", post(answer::refund_booking))
        .route("/functions/v1/receipt", get(receipt::receipt))
        .route("/functions/v1/statement", get(statement::statement))
        .route("/functions/v1/calendar", get(feed::feed))
        .route("/functions/v1/unsubscribe", get(unsubscribe::ask).post(unsubscribe::unsubscribe))
        .method_not_allowed_fallback(async || Error::no_such_method())
        .layer(cors::any_site())
        .with_state(checkout)
}

impl Checkout {
    /// Use the callers' login. Without Stripe, only bookings that are free are possible.
    pub fn new(api: Db, gateway: Gateway, stripe: Option<Payments>) -> Self {
        Self { api, gateway, stripe }
    }

    /// The function with the settings of the environment.
    pub fn from_env() -> Result<Self, BadSetting> {
        let api = Db::connect(&environment::required("API_DATABASE_URL")?, Default::default())?;
        let gateway = Gateway::new(&Settings::from_env()?, vec![Source::Database(api.clone())])?;
        let stripe = match environment::optional("STRIPE_SECRET_KEY") {
            None => None,
            Some(_) => Some(Payments::from_env()?),
        };
        Ok(Self::new(api, gateway, stripe))
    }

    fn payments(&self) -> Result<&Payments> {
        self.stripe.as_ref().ok_or_else(|| {
            Error::unavailable("57P03", "payments_not_configured")
                .details("This marketplace cannot take payments yet.")
                .hint("The operator sets STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY.")
        })
    }
}

impl Payments {
    /// Use the service login, and the key that browsers pay with.
    pub fn new(service: Db, stripe: StripeClient, publishable_key: &str) -> Self {
        Self { commands: Commands::new(service, stripe), publishable_key: publishable_key.into() }
    }

    fn from_env() -> Result<Self, BadSetting> {
        let service =
            Db::connect(&environment::required("SERVICE_DATABASE_URL")?, Default::default())?;
        Ok(Self::new(service, StripeClient::from_env()?, &publishable_key()?))
    }
}

/// The id that a link carries as `name`.
fn id_in(query: Option<&str>, name: &str) -> Result<Uuid> {
    let mut pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .find_map(|(key, id)| (key == name).then(|| id.parse().ok())?)
        .ok_or_else(|| Error::bad_request(format!("{name}: the link carries it, which is a UUID.")))
}

/// The idempotency key that a caller repeats a request with.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let is_key = |key: &&str| matches!(key.len(), 1..=255);
    value.to_str().ok().filter(is_key).map(Some).ok_or_else(|| {
        Error::new(StatusCode::BAD_REQUEST, "M0203", "idempotency_key_invalid")
            .details("An Idempotency-Key is 1 to 255 visible characters.")
    })
}
