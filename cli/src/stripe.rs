//! The way to Stripe: the real one with STRIPE_SECRET_KEY, else the stand-in on this machine.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use axum::Router;
use checkout::{Checkout, Payments};
use onboarding::Onboarding;
use payouts::{Payouts, Task};
use shared::{
    auth::Gateway,
    config::{BadSetting, optional, required},
    db::Db,
    inbox::Inbox,
    stripe::{StripeClient, publishable_key, signature::Secrets},
};
use stripe_webhook::Webhook;
use tokio::time::Instant;

use crate::{
    routers::House,
    stripe_double::{Endpoint, Options, StripeDouble},
};

/// What the stand-in signs with, for the platform's endpoint and for Connect's: it listens on
/// this machine alone, and so do those it tells.
pub const DOUBLE_SECRETS: [&str; 2] = ["whsec_double_platform", "whsec_double_connect"];
const DOUBLE_PUBLISHABLE_KEY: &str = "pk_test_double_0001";

const PLATFORM: &str = "STRIPE_WEBHOOK_SECRET";
const CONNECT: &str = "STRIPE_CONNECT_WEBHOOK_SECRET";

/// As the schedules of the template.
const SWEEP: Duration = Duration::from_secs(60);
const PAY: Duration = Duration::from_secs(3_600);
const RECONCILE: Duration = Duration::from_secs(24 * 3_600);
const TIMEOUT: Duration = Duration::from_secs(50);

/// Stripe, or what stands in for it.
#[derive(Clone)]
pub struct Stripe {
    client: StripeClient,
    publishable_key: String,
    platform_secrets: String,
    connect_secrets: Option<String>,
}

impl Stripe {
    /// The real one, if the settings name it.
    pub fn from_env() -> Result<Option<Self>, BadSetting> {
        if optional("STRIPE_SECRET_KEY").is_none() {
            return Ok(None);
        }
        Ok(Some(Self {
            client: StripeClient::from_env()?,
            publishable_key: publishable_key()?,
            platform_secrets: required(PLATFORM)?,
            connect_secrets: optional(CONNECT),
        }))
    }

    /// The stand-in, whose state is kept in `file` if there is one, and which tells the webhooks
    /// at `base_url`. It ends when the second is dropped.
    pub async fn double(file: Option<PathBuf>, base_url: &str) -> Result<(Self, StripeDouble)> {
        let [platform, connect] = DOUBLE_SECRETS;
        let endpoint = |path: &str, secret: &str, connect| Endpoint {
            url: format!("{base_url}/functions/v1/{path}"),
            secrets: vec![secret.into()],
            connect,
        };
        let options = Options {
            file,
            endpoints: vec![
                endpoint("stripe-webhook", platform, false),
                endpoint("stripe-connect-webhook", connect, true),
            ],
            ..Options::default()
        };
        let started = StripeDouble::start(options).await;
        let double = started.context("The stand-in for Stripe cannot be started")?;
        let stripe = Self {
            client: double.client()?,
            publishable_key: DOUBLE_PUBLISHABLE_KEY.into(),
            platform_secrets: platform.into(),
            connect_secrets: Some(connect.into()),
        };
        Ok((stripe, double))
    }

    /// What is to be done by schedule: sweep every minute, pay every hour, compare the books
    /// every day.
    pub async fn keep_paying(self, service: Db) {
        let payouts = Payouts::new(service, self.client);
        let mut sweep = tokio::time::interval(SWEEP);
        let mut pay = tokio::time::interval(PAY);
        let mut reconcile = tokio::time::interval(RECONCILE);
        sweep.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let task = tokio::select! {
                biased;
                _ = pay.tick() => Task::Pay,
                _ = reconcile.tick() => Task::Reconcile,
                _ = sweep.tick() => Task::Sweep,
            };
            if let Err(error) = payouts.run(task, Instant::now() + TIMEOUT).await {
                tracing::warn!(%error, ?task, "payouts failed; the next round tries again");
            }
        }
    }
}

/// The routes that pay: checkout, onboarding, webhooks. Without Stripe, what is free.
pub fn routes(house: &House, gateway: Gateway) -> Result<Router, BadSetting> {
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
    let platform = Secrets::new(PLATFORM, &stripe.platform_secrets)?;
    let connect = stripe.connect_secrets.as_deref();
    let connect = connect.map(|list| Secrets::new(CONNECT, list)).transpose()?;
    Ok(routes.merge(stripe_webhook::router(Webhook::new(inbox, platform, connect))))
}
