//! Merges the routers of all Lambdas on one port, as front ends see them behind the HTTP API.

use auth::Auth;
use axum::{Json, Router, extract::State, routing::get};
use checkout::{Checkout, Payments};
use environment::{BadSetting, optional};
use errors::Result;
use onboarding::Onboarding;
use postgres::Db;
use serde_json::{Value, json};
use stripe_sync::inbox::Inbox;
use stripe_webhook::Webhook;
use tokens::{Gateway, Source, auth_url};
use web::cors;

use crate::{contents::contents, keys::Keys, settings::Stripe};

/// The parts that the routers need.
#[derive(Clone)]
pub struct House {
    /// The login of callers: it may become `anon` or `authenticated`.
    pub api: Db,
    /// The login of the house: it may become `service_role`.
    pub service: Db,
    /// What tokens are verified with.
    pub keys: Keys,
    /// Stripe, if it is configured.
    pub stripe: Option<Stripe>,
    /// The address of the front end, to which people are sent back.
    pub site_url: String,
    /// The address of this server, unless `API_EXTERNAL_URL` is set.
    pub base_url: String,
}

/// All routes: one line per Lambda, or per Lambdas of one purpose.
pub fn all(house: House) -> Result<Router, BadSetting> {
    let mut settings = house.keys.settings()?;
    let mut config = auth::Config::from_env(settings.jwt_secret.as_deref())?;
    // Without SITE_URL that is this server, on whatever port it is.
    config.site_url.clone_from(&house.site_url);
    if optional("API_EXTERNAL_URL").is_none() {
        config.auth_url = auth_url(&house.base_url);
    }
    if settings.trusts_the_house_alone() {
        settings.policy.issuer = Some(config.auth_url.clone());
    }
    let gateway = Gateway::new(&settings, vec![Source::House(house.service.clone())])?;
    let auth = Auth::new(house.service.clone(), &settings, config)?;
    let rest = rest::marketplace(house.api.clone(), Some(house.service.clone()), gateway.clone())?;
    let own = Router::new()
        .route("/", get(contents))
        .route("/health", get(health))
        .route("/ready", get(ready));
    Ok(Router::new()
        .merge(rest::router(rest))
        .merge(auth::router(auth))
        .merge(paying(&house, gateway)?)
        .merge(own.with_state(house))
        .merge(cors::otherwise()))
}

/// The routes that pay: checkout, onboarding, webhooks. Without Stripe, only free bookings work.
fn paying(house: &House, gateway: Gateway) -> Result<Router, BadSetting> {
    let House { api, service, stripe, site_url, .. } = house;
    let payments = stripe.as_ref().map(|stripe| {
        Payments::new(service.clone(), stripe.client.clone(), &stripe.publishable_key)
    });
    let client = stripe.as_ref().map(|stripe| stripe.client.clone());
    let onboarding =
        Onboarding::new(api.clone(), service.clone(), gateway.clone(), client, site_url);
    let routes = checkout::router(Checkout::new(api.clone(), gateway, payments))
        .merge(onboarding::router(onboarding));
    let Some(stripe) = stripe else { return Ok(routes) };
    let inbox = Inbox::new(service.clone(), stripe.client.clone());
    let (platform, connect) = stripe.secrets()?;
    Ok(routes.merge(stripe_webhook::router(Webhook::new(inbox, platform, connect))))
}

/// Answers as long as the process runs.
async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// Answers if both logins reach the database.
async fn ready(State(house): State<House>) -> Result<Json<Value>> {
    // It reads: a process in which all writers wait for a lock is ready for readers.
    house.api.look_up("select", &[]).await?;
    house.service.look_up("select", &[]).await?;
    Ok(Json(json!({"status": "ready"})))
}
