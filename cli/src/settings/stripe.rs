//! The settings of Stripe.

use environment::{BadSetting, optional, required};
use stripe::{StripeClient, publishable_key, signature::Secrets};

const PLATFORM: &str = "STRIPE_WEBHOOK_SECRET";
const CONNECT: &str = "STRIPE_CONNECT_WEBHOOK_SECRET";

/// The settings for calling Stripe and for checking its webhooks.
#[derive(Clone)]
pub struct Stripe {
    /// Sends commands.
    pub client: StripeClient,
    /// The key for browsers.
    pub publishable_key: String,
    /// The signing secrets for webhooks about the platform's own account.
    pub platform_secrets: String,
    /// The signing secrets for webhooks about connected accounts.
    pub connect_secrets: Option<String>,
}

impl Stripe {
    /// The settings of the environment; `None` if Stripe is not configured.
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

    /// The secrets of the two webhooks: the platform's and Connect's.
    pub fn secrets(&self) -> Result<(Secrets, Option<Secrets>), BadSetting> {
        let connect = self.connect_secrets.as_deref();
        let connect = connect.map(|list| Secrets::new(CONNECT, list)).transpose()?;
        Ok((Secrets::new(PLATFORM, &self.platform_secrets)?, connect))
    }
}
