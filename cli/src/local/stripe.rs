//! The stand-in for Stripe, and the settings for it.

use std::path::PathBuf;

use anyhow::{Context, Result};
use stripe_double::{Endpoint, Options, StripeDouble};

use crate::settings::Stripe;

/// The signing secrets of the two webhooks, the platform's and Connect's. They are fixed: the
/// stand-in and the webhooks listen on this machine only.
pub const SECRETS: [&str; 2] = ["whsec_double_platform", "whsec_double_connect"];
const PUBLISHABLE_KEY: &str = "pk_test_double_0001";

/// Start the stand-in. It stores its state in `file` if one is given, and sends events to the
/// webhooks at `base_url`. It ends when the second value is dropped.
pub async fn start(file: Option<PathBuf>, base_url: &str) -> Result<(Stripe, StripeDouble)> {
    let [platform, connect] = SECRETS;
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
    // A new platform has no balance, and refunds would wait for the money of the day after
    // tomorrow. Who wants to see that posts {"debits": false} to /_double/platform.
    double.debit_negative_balances();
    let stripe = Stripe {
        client: double.client()?,
        publishable_key: PUBLISHABLE_KEY.into(),
        platform_secrets: platform.into(),
        connect_secrets: Some(connect.into()),
    };
    Ok((stripe, double))
}
