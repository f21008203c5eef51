//! What is to happen later.

use serde::{Deserialize, Serialize};

/// What will happen.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// An authorisation nobody captured is let go.
    Lapse {
        intent: String,
    },
    /// The money of a slow method comes.
    Settle {
        intent: String,
    },
    RefundSucceeds {
        refund: String,
    },
    RefundFails {
        refund: String,
    },
    /// A payer who always quarrels does.
    Dispute {
        charge: String,
    },
    /// The time to answer a dispute is over.
    DisputeEnds {
        dispute: String,
    },
    /// An account is paid out, if it is its day.
    PayOut {
        account: String,
    },
    /// Nobody paid at a checkout.
    CheckoutExpires {
        session: String,
    },
    /// A payout reaches the bank.
    PayoutArrives {
        account: String,
        payout: String,
    },
}
