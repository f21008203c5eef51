//! Where people are paid: connected accounts, links to their forms, transfers, reversals.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Metadata, metadata, reference};

/// Money sent to a connected account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transfer {
    /// `tr_…`
    pub id: String,
    /// In minor units.
    #[serde(default)]
    pub amount: i64,
    /// The part of it that was reversed.
    #[serde(default)]
    pub amount_reversed: i64,
    /// Lower case.
    #[serde(default)]
    pub currency: String,
    /// The receiving account.
    #[serde(default, deserialize_with = "reference")]
    pub destination: Option<String>,
    /// The charge that it is paid from.
    #[serde(default, deserialize_with = "reference")]
    pub source_transaction: Option<String>,
    /// The group that connects it to a payment.
    #[serde(default)]
    pub transfer_group: Option<String>,
    /// Ours.
    #[serde(default, deserialize_with = "metadata")]
    pub metadata: Metadata,
}

/// Money taken back from a connected account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TransferReversal {
    /// `trr_…`
    pub id: String,
    /// In minor units.
    #[serde(default)]
    pub amount: i64,
    /// Lower case.
    #[serde(default)]
    pub currency: String,
    /// Of which transfer.
    #[serde(default, deserialize_with = "reference")]
    pub transfer: Option<String>,
    /// Ours.
    #[serde(default, deserialize_with = "metadata")]
    pub metadata: Metadata,
}

/// A provider's account with Stripe.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    /// `acct_…`
    pub id: String,
    /// ISO 3166.
    #[serde(default)]
    pub country: Option<String>,
    /// Lower case.
    #[serde(default)]
    pub default_currency: Option<String>,
    /// Whether its owner has filled in the forms.
    #[serde(default)]
    pub details_submitted: bool,
    /// Whether it can be charged through.
    #[serde(default)]
    pub charges_enabled: bool,
    /// Whether Stripe pays out to its bank.
    #[serde(default)]
    pub payouts_enabled: bool,
    /// Its capabilities.
    #[serde(default)]
    pub capabilities: Capabilities,
    /// The information that Stripe still requires.
    #[serde(default)]
    pub requirements: Requirements,
    /// Ours.
    #[serde(default, deserialize_with = "metadata")]
    pub metadata: Metadata,
}

impl Account {
    /// Whether money can be sent to it.
    pub fn takes_transfers(&self) -> bool {
        self.capabilities.transfers.as_deref() == Some("active")
    }
}

/// The capabilities of an account; we ask only for the one to receive transfers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Capabilities {
    /// `active`, `inactive`, `pending`.
    #[serde(default)]
    pub transfers: Option<String>,
}

/// The information that Stripe still requires about the owner of an account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Requirements {
    /// Due by the deadline.
    #[serde(default)]
    pub currently_due: Vec<String>,
    /// Past due.
    #[serde(default)]
    pub past_due: Vec<String>,
    /// Pending verification.
    #[serde(default)]
    pub pending_verification: Vec<String>,
    /// Unix seconds.
    #[serde(default)]
    pub current_deadline: Option<i64>,
    /// The reason why the account is disabled, if it is.
    #[serde(default)]
    pub disabled_reason: Option<String>,
}

/// The address of a form. It opens once, for a few minutes, so it is never mailed or stored.
#[derive(Clone, Serialize, Deserialize)]
pub struct AccountLink {
    /// Where to send the browser.
    pub url: String,
    /// Unix seconds.
    #[serde(default)]
    pub expires_at: i64,
}

impl fmt::Debug for AccountLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountLink").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}
