//! What Stripe's objects look like: copies of its own fixtures, cleared of their examples.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Value, json};

macro_rules! fixtures {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("shape/fixtures/", $name, ".json")))),*]
    };
}

static FIXTURES: LazyLock<HashMap<&'static str, Value>> = LazyLock::new(|| {
    let fixtures = fixtures![
        "account",
        "account_link",
        "balance",
        "balance_transaction",
        "capability",
        "charge",
        "checkout.session",
        "customer",
        "dispute",
        "event",
        "login_link",
        "payment_intent",
        "payment_method",
        "payout",
        "refund",
        "radar.early_fraud_warning",
        "setup_intent",
        "topup",
        "transfer",
        "transfer_reversal",
        "webhook_endpoint",
    ];
    let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
    fixtures.into_iter().map(|(name, text)| (name, read(text))).collect()
});

/// An object of a kind, with `members` laid over what such an object has anyway.
pub(crate) fn new(kind: &str, members: Value) -> Value {
    let mut object = FIXTURES.get(kind).cloned().unwrap_or_else(|| json!({"object": kind}));
    for (name, value) in blank(kind) {
        object[name] = value;
    }
    overlay(&mut object, members);
    object
}

/// Put members over an object's own; a whole member is replaced.
pub(crate) fn overlay(object: &mut Value, members: Value) {
    if let Value::Object(members) = members {
        for (name, value) in members {
            object[name] = value;
        }
    }
}

/// Members whose example would be a claim: nothing was cancelled, disputed, shipped or refused.
fn blank(kind: &str) -> Vec<(&'static str, Value)> {
    let nulls: &[&'static str] = match kind {
        "payment_intent" => &[
            "automatic_payment_methods",
            "canceled_at",
            "last_payment_error",
            "next_action",
            "payment_method_configuration_details",
            "processing",
            "shipping",
            "source",
            "transfer_data",
            "managed_payments",
        ],
        "setup_intent" => &[
            "automatic_payment_methods",
            "last_setup_error",
            "next_action",
            "payment_method_configuration_details",
        ],
        "charge" => &[
            "balance_transaction",
            "billing_details",
            "description",
            "outcome",
            "receipt_url",
            "shipping",
            "source",
            "transfer_data",
        ],
        "customer" => &["currency", "discount", "shipping"],
        "refund" => &["charge", "destination_details"],
        "transfer" => &["balance_transaction", "destination_payment"],
        "dispute" => &["payment_method_details"],
        "payout" => &["balance_transaction", "destination", "trace_id"],
        "account" => &["email"],
        "checkout.session" => &[
            "after_expiration",
            "consent",
            "consent_collection",
            "customer_details",
            "invoice_creation",
            "payment_intent",
            "payment_method_configuration_details",
            "saved_payment_method_options",
            "shipping_address_collection",
            "shipping_cost",
            "cancel_url",
            "collected_information",
        ],
        "webhook_endpoint" => &["description"],
        _ => &[],
    };
    let mut blank: Vec<_> = nulls.iter().map(|name| (*name, Value::Null)).collect();
    match kind {
        "payment_intent" | "charge" | "refund" | "transfer" | "payment_method" => {
            blank.push(("metadata", json!({})));
        }
        "account" => blank.push(("requirements", json!(null))),
        _ => {}
    }
    blank
}
