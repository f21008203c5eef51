//! Asking Stripe for what should have been heard of: events get lost, and a webhook may be off.
//!
//! Dies the process after it claimed and before it asked, the same thing is asked for again later;
//! an answer that is recorded twice changes nothing.

use errors::Result;
use postgres::{Caller, Db};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stripe::{
    Failure, StripeClient,
    stripe_connect::{account::RetrieveAccount, transfer::RetrieveTransfer},
    stripe_core::{
        charge::RetrieveCharge, dispute::RetrieveDispute, payment_intent::RetrievePaymentIntent,
        refund::RetrieveRefund,
    },
};
use tokio::time::Instant;

/// Things of a kind asked for in one run: the budget of calls.
const BUDGET: i32 = 25;

/// Asks Stripe how things stand. Cheap to clone.
#[derive(Clone)]
pub struct Inquiries {
    db: Db,
    stripe: StripeClient,
}

/// What was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Answered and recorded.
    pub asked: usize,
    /// Not answered, or not recorded; asked again later.
    pub failed: usize,
}

#[derive(Deserialize)]
struct Inquiry {
    object: String,
    id: String,
}

impl Inquiries {
    /// With the house's login.
    pub fn new(db: Db, stripe: StripeClient) -> Self {
        Self { db, stripe }
    }

    /// Ask for what is open here and could have moved at Stripe.
    pub async fn ask(&self, deadline: Instant) -> Result<Summary> {
        self.db.text(Caller::SERVICE, "select api.close_stale_commands()::text", &[]).await?;
        self.ask_for("select api.claim_stripe_inquiries($1)", deadline).await
    }

    /// Ask for what lines of Stripe's books are about that ours do not explain.
    pub async fn explain(&self, deadline: Instant) -> Result<Summary> {
        self.ask_for("select api.unexplained_objects($1)", deadline).await
    }

    async fn ask_for(&self, sql: &str, deadline: Instant) -> Result<Summary> {
        let due: Vec<Inquiry> = self.db.json(Caller::SERVICE, sql, &[&BUDGET]).await?;
        let mut summary = Summary::default();
        for inquiry in due {
            if Instant::now() >= deadline {
                break;
            }
            match self.ask_once(&inquiry).await {
                Ok(()) => summary.asked += 1,
                Err(error) => {
                    tracing::warn!(%error, id = inquiry.id, "Stripe was asked in vain");
                    summary.failed += 1;
                }
            }
        }
        Ok(summary)
    }

    async fn ask_once(&self, inquiry: &Inquiry) -> Result<()> {
        let asked_at = self.db.text(Caller::SERVICE, "select now()::text", &[]).await?;
        let object = self.fetch(&inquiry.object, &inquiry.id).await?;
        let sql = "select api.record_stripe_object($1, $2)";
        self.db.text(Caller::SERVICE, sql, &[&object, &asked_at]).await?;
        Ok(())
    }

    async fn fetch(&self, object: &str, id: &str) -> Result<Value, Failure> {
        let stripe = &self.stripe;
        match object {
            "account" => stripe.call(&RetrieveAccount::new(id), None).await,
            "refund" => stripe.call(&RetrieveRefund::new(id), None).await,
            "dispute" => stripe.call(&RetrieveDispute::new(id), None).await,
            "transfer" => stripe.call(&RetrieveTransfer::new(id), None).await,
            // Money is told by the intent alone.
            "charge" => {
                let charge: Value = stripe.call(&RetrieveCharge::new(id), None).await?;
                let intent = &charge["payment_intent"];
                match intent.as_str().or_else(|| intent["id"].as_str()) {
                    Some(intent) => self.intent(intent).await,
                    None => Ok(charge),
                }
            }
            _ => self.intent(id).await,
        }
    }

    async fn intent(&self, id: &str) -> Result<Value, Failure> {
        let mut intent: Value = self.stripe.call(&RetrievePaymentIntent::new(id), None).await?;
        // What the database must not keep.
        intent["client_secret"] = json!(null);
        Ok(intent)
    }
}
