//! What people pay: intents, charges, refunds, disputes, and their trace in the balance.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Metadata, metadata, reference};

/// A payment, from its opening to its money.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaymentIntent {
    /// `pi_…`
    pub id: String,
    /// `requires_payment_method`, …, `requires_capture`, `succeeded`, `canceled`.
    #[serde(default)]
    pub status: String,
    /// What is asked for, in minor units.
    #[serde(default)]
    pub amount: i64,
    /// What is authorised and not yet captured.
    #[serde(default)]
    pub amount_capturable: i64,
    /// What was captured.
    #[serde(default)]
    pub amount_received: i64,
    /// Lower case.
    #[serde(default)]
    pub currency: String,
    /// What the payer's browser confirms with. Never stored, printed or serialised.
    #[serde(default, skip_serializing)]
    pub client_secret: Option<ClientSecret>,
    /// The last attempt; what a transfer names as its source.
    #[serde(default, deserialize_with = "reference")]
    pub latest_charge: Option<String>,
    /// Who pays.
    #[serde(default, deserialize_with = "reference")]
    pub customer: Option<String>,
    /// `automatic` or `manual`.
    #[serde(default)]
    pub capture_method: Option<String>,
    /// Why it was given up.
    #[serde(default)]
    pub cancellation_reason: Option<String>,
    /// What ties it to transfers.
    #[serde(default)]
    pub transfer_group: Option<String>,
    /// Why the last attempt failed.
    #[serde(default)]
    pub last_payment_error: Option<PaymentError>,
    /// Unix seconds.
    #[serde(default)]
    pub created: i64,
    /// Whether the money is real.
    #[serde(default)]
    pub livemode: bool,
    /// Ours.
    #[serde(default, deserialize_with = "metadata")]
    pub metadata: Metadata,
}

/// Why an attempt to pay failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaymentError {
    /// `card_declined`, …
    #[serde(default)]
    pub code: Option<String>,
    /// Why the bank declined.
    #[serde(default)]
    pub decline_code: Option<String>,
    /// The attempt.
    #[serde(default, deserialize_with = "reference")]
    pub charge: Option<String>,
}

/// Lets its holder pay one payment intent, and see it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// For the payer alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

/// One attempt to pay.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Charge {
    /// `ch_…` or `py_…`
    pub id: String,
    /// `succeeded`, `pending`, `failed`.
    #[serde(default)]
    pub status: String,
    /// In minor units.
    #[serde(default)]
    pub amount: i64,
    /// What was captured of it.
    #[serde(default)]
    pub amount_captured: i64,
    /// What was given back of it.
    #[serde(default)]
    pub amount_refunded: i64,
    /// Lower case.
    #[serde(default)]
    pub currency: String,
    /// Whether the money was taken.
    #[serde(default)]
    pub captured: bool,
    /// Whether the payer's bank disputes it.
    #[serde(default)]
    pub disputed: bool,
    /// Its payment.
    #[serde(default, deserialize_with = "reference")]
    pub payment_intent: Option<String>,
    /// What it did to our balance: settlement amount, currency, fee.
    #[serde(default, deserialize_with = "reference")]
    pub balance_transaction: Option<String>,
    /// How it was paid.
    #[serde(default)]
    pub payment_method_details: Value,
}

impl Charge {
    /// When an authorisation lapses, in Unix seconds: the only source to be trusted.
    pub fn capture_before(&self) -> Option<i64> {
        self.payment_method_details["card"]["capture_before"].as_i64()
    }
}

/// Money on its way back to a payer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refund {
    /// `re_…`
    pub id: String,
    /// `pending`, `requires_action`, `succeeded`, `failed`, `canceled`. A succeeded one can fail.
    #[serde(default)]
    pub status: String,
    /// In minor units.
    #[serde(default)]
    pub amount: i64,
    /// Lower case.
    #[serde(default)]
    pub currency: String,
    /// Of which payment.
    #[serde(default, deserialize_with = "reference")]
    pub payment_intent: Option<String>,
    /// Of which attempt.
    #[serde(default, deserialize_with = "reference")]
    pub charge: Option<String>,
    /// Why it failed.
    #[serde(default)]
    pub failure_reason: Option<String>,
    /// Ours.
    #[serde(default, deserialize_with = "metadata")]
    pub metadata: Metadata,
}

/// A payer's quarrel with a charge.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dispute {
    /// `dp_…` or `du_…`
    pub id: String,
    /// `needs_response`, `under_review`, `won`, `lost`, `warning_…`.
    #[serde(default)]
    pub status: String,
    /// In minor units.
    #[serde(default)]
    pub amount: i64,
    /// Lower case.
    #[serde(default)]
    pub currency: String,
    /// About which charge.
    #[serde(default, deserialize_with = "reference")]
    pub charge: Option<String>,
    /// About which payment.
    #[serde(default, deserialize_with = "reference")]
    pub payment_intent: Option<String>,
    /// The bank's word for it.
    #[serde(default)]
    pub reason: Option<String>,
    /// If not, a refund would be paid twice.
    #[serde(default)]
    pub is_charge_refundable: bool,
    /// What it did to our balance so far.
    #[serde(default)]
    pub balance_transactions: Vec<BalanceTransaction>,
}

/// One movement of the platform's balance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BalanceTransaction {
    /// `txn_…`
    pub id: String,
    /// `charge`, `refund`, `transfer`, `adjustment`, `payout`, …
    #[serde(default, rename = "type")]
    pub kind: String,
    /// Gross, in minor units of the settlement currency; negative when it left.
    #[serde(default)]
    pub amount: i64,
    /// Stripe's own.
    #[serde(default)]
    pub fee: i64,
    /// `amount` less `fee`.
    #[serde(default)]
    pub net: i64,
    /// The settlement currency, lower case.
    #[serde(default)]
    pub currency: String,
    /// From the presentment currency, if another. Text, because a rate is no float of ours.
    #[serde(default)]
    pub exchange_rate: Option<serde_json::Number>,
    /// What it is about: `ch_…`, `re_…`, `tr_…`.
    #[serde(default, deserialize_with = "reference")]
    pub source: Option<String>,
    /// `pending` or `available`.
    #[serde(default)]
    pub status: String,
    /// Unix seconds.
    #[serde(default)]
    pub available_on: i64,
    /// Unix seconds.
    #[serde(default)]
    pub created: i64,
}
