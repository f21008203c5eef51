//! Stripe's objects: the members that we read.
//!
//! Only the id is required. A member that Stripe omits is zero, empty or absent; an additional
//! member is ignored. So an answer can be used even if we understand only part of it.

mod connect;
mod payment;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

pub use connect::{Account, AccountLink, Capabilities, Requirements, Transfer, TransferReversal};
pub use payment::{
    BalanceTransaction, Charge, ClientSecret, Dispute, PaymentError, PaymentIntent, Refund,
};

/// The metadata that we gave to Stripe.
pub type Metadata = BTreeMap<String, String>;

/// The id of another object, which may be expanded.
fn reference<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_str().or_else(|| value["id"].as_str()).map(str::to_owned))
}

/// Metadata, which is null in some versions.
fn metadata<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Metadata, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn an_object_of_which_only_the_id_is_known_is_an_object() {
        let bare = json!({"id": "x_1", "object": "x"});
        assert_eq!(serde_json::from_value::<PaymentIntent>(bare.clone()).unwrap().amount, 0);
        assert!(!serde_json::from_value::<Account>(bare.clone()).unwrap().takes_transfers());
        serde_json::from_value::<Charge>(bare.clone()).unwrap();
        serde_json::from_value::<Refund>(bare.clone()).unwrap();
        serde_json::from_value::<Transfer>(bare.clone()).unwrap();
        serde_json::from_value::<TransferReversal>(bare.clone()).unwrap();
        serde_json::from_value::<Dispute>(bare.clone()).unwrap();
        serde_json::from_value::<BalanceTransaction>(bare).unwrap();
        assert!(serde_json::from_value::<PaymentIntent>(json!({"object": "x"})).is_err());
    }

    #[test]
    fn a_reference_may_be_expanded_and_metadata_null() {
        let intent: PaymentIntent = serde_json::from_value(json!({
            "id": "pi_1", "metadata": null, "customer": null,
            "latest_charge": {"id": "ch_1", "object": "charge"},
        }))
        .unwrap();
        assert_eq!(intent.latest_charge.as_deref(), Some("ch_1"));
        assert_eq!((intent.customer, intent.metadata.len()), (None, 0));
    }

    #[test]
    fn a_client_secret_is_neither_printed_nor_serialised() {
        let intent: PaymentIntent =
            serde_json::from_value(json!({"id": "pi_1", "client_secret": "pi_1_secret_x"}))
                .unwrap();
        assert_eq!(intent.client_secret.as_ref().unwrap().reveal(), "pi_1_secret_x");
        assert!(!format!("{intent:?}").contains("secret_x"));
        let Value::Object(members) = serde_json::to_value(&intent).unwrap() else { unreachable!() };
        assert!(!members.contains_key("client_secret"));
    }
}
