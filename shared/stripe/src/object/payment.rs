//! Payments: intents, charges, refunds, disputes, and their balance transactions.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Metadata, metadata, reference};

/// A payment, from its creation to its capture.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaymentIntent {
    /// `pi_…`
    pub id: String,
    /// `requires_payment_method`, …, `requires_capture`, `succeeded`, `canceled`.
    #[serde(default)]
    pub status: String,
    /// The amount to pay, in minor units.
    #[serde(default)]
    pub amount: i64,
    /// The part that is authorised and not yet captured.
    #[serde(default)]
    pub amount_capturable: i64,
    /// The part that was captured.
    #[serde(default)]
    pub amount_received: i64,
    /// Lower case.
    #[serde(default)]
    pub currency: String,
    /// The secret with which the payer's browser confirms. Never stored, printed or serialised.
    #[serde(default, skip_serializing)]
    pub client_secret: Option<ClientSecret>,
    /// The last attempt; a transfer names it as its source.
    #[serde(default, deserialize_with = "reference")]
    pub latest_charge: Option<String>,
    /// Who pays.
    #[serde(default, deserialize_with = "reference")]
    pub customer: Option<String>,
    /// `automatic` or `manual`.
    #[serde(default)]
    pub capture_method: Option<String>,
    /// The reason why it was cancelled.
    #[serde(default)]
    pub cancellation_reason: Option<String>,
    /// The group that connects it to transfers.
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
    /// The charge of the attempt.
    #[serde(default, deserialize_with = "reference")]
    pub charge: Option<String>,
}

/// A secret whose holder can pay and read one payment intent.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// For the payer only.
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
    /// The part that was captured.
    #[serde(default)]
    pub amount_captured: i64,
    /// The part that was refunded.
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
    /// The payment it belongs to.
    #[serde(default, deserialize_with = "reference")]
    pub payment_intent: Option<String>,
    /// Its effect on our balance: settlement amount, currency, fee.
    #[serde(default, deserialize_with = "reference")]
    pub balance_transaction: Option<String>,
    /// The payment method.
    #[serde(default)]
    pub payment_method_details: Value,
}

impl Charge {
    /// When the authorisation expires, in Unix seconds. No other source for this is reliable.
    pub fn capture_before(&self) -> Option<i64> {
        self.payment_method_details["card"]["capture_before"].as_i64()
    }
}

/// Money that goes back to a payer.
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
    /// The payment it belongs to.
    #[serde(default, deserialize_with = "reference")]
    pub payment_intent: Option<String>,
    /// The charge it belongs to.
    #[serde(default, deserialize_with = "reference")]
    pub charge: Option<String>,
    /// Why it failed.
    #[serde(default)]
    pub failure_reason: Option<String>,
    /// Ours.
    #[serde(default, deserialize_with = "metadata")]
    pub metadata: Metadata,
}

/// A dispute of a payer about a charge.
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
    /// The disputed charge.
    #[serde(default, deserialize_with = "reference")]
    pub charge: Option<String>,
    /// The disputed payment.
    #[serde(default, deserialize_with = "reference")]
    pub payment_intent: Option<String>,
    /// The reason in the bank's terms.
    #[serde(default)]
    pub reason: Option<String>,
    /// If this is false, a refund would pay the payer twice.
    #[serde(default)]
    pub is_charge_refundable: bool,
    /// Its effects on our balance so far.
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
    /// The gross amount in minor units of the settlement currency; negative if the balance
    /// decreased.
    #[serde(default)]
    pub amount: i64,
    /// Stripe's own fee.
    #[serde(default)]
    pub fee: i64,
    /// `amount` less `fee`.
    #[serde(default)]
    pub net: i64,
    /// The settlement currency, lower case.
    #[serde(default)]
    pub currency: String,
    /// The exchange rate, if the payer's currency is another one. It is text, because we never use
    /// floats for rates.
    #[serde(default)]
    pub exchange_rate: Option<serde_json::Number>,
    /// The object that caused it: `ch_…`, `re_…`, `tr_…`.
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
