//! Find the object that a command created, when Stripe may have forgotten the key.

use serde_json::Value;

use super::StripeClient;
use super::outcome::Failure;
use super::retrieve::{refunds_of, reversals_of, transfers_of};

/// Where the object of a command must be. Only lists are used, because Stripe's search lags behind.
#[derive(Clone, Copy, Debug)]
pub enum LookUp<'a> {
    /// Among the refunds of a payment.
    Refund {
        /// Of which payment intent.
        payment_intent: &'a str,
    },
    /// Among the transfers of a group.
    Transfer {
        /// Which group.
        transfer_group: &'a str,
    },
    /// Among the reversals of a transfer.
    Reversal {
        /// Of which transfer.
        transfer: &'a str,
    },
}

impl StripeClient {
    /// The object whose metadata has `name` = `value`. `None` means that Stripe has no such object
    /// now; a command under way may still create it, so ask twice, ten minutes apart.
    pub async fn find(
        &self,
        place: LookUp<'_>,
        name: &str,
        value: &str,
    ) -> Result<Option<Value>, Failure> {
        let request = match place {
            LookUp::Refund { payment_intent } => refunds_of(payment_intent),
            LookUp::Transfer { transfer_group } => transfers_of(transfer_group),
            LookUp::Reversal { transfer } => reversals_of(transfer),
        };
        let objects: Vec<Value> = self.list(request).await?;
        Ok(objects.into_iter().find(|object| object["metadata"][name] == value))
    }
}
