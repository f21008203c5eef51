//! The settings of Stripe.

use environment::{BadSetting, optional, required};
use stripe::{StripeClient, publishable_key, signature::Secrets};

const PLATFORM: &str = "STRIPE_WEBHOOK_SECRET";
const CONNECT: &str = "STRIPE_CONNECT_WEBHOOK_SECRET";

/// How Stripe is called, and how its webhooks are recognised.
#[derive(Clone)]
pub struct Stripe {
    /// Sends commands.
    pub client: StripeClient,
    /// What a browser pays with.
    pub publishable_key: String,
    /// What the webhooks of the platform's own account are signed with.
    pub platform_secrets: String,
    /// What the webhooks of connected accounts are signed with.
    pub connect_secrets: Option<String>,
}

impl Stripe {
    /// What the environment says, if it names Stripe.
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
