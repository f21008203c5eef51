//! Asks Stripe about things that should have caused an event: events get lost, and a webhook may be
//! switched off.
//!
//! If the process dies after the claim and before the question, the same thing is asked for again
//! later. Recording an answer twice changes nothing.

use errors::Result;
use postgres::{Caller, Db};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stripe::{
    Failure, StripeClient,
    stripe_connect::{account::RetrieveAccount, transfer::RetrieveTransfer},
    stripe_core::{
        charge::RetrieveCharge, dispute::ListDispute, dispute::RetrieveDispute,
        payment_intent::RetrievePaymentIntent, refund::ListRefund, refund::RetrieveRefund,
    },
};
use tokio::time::Instant;

/// How many things of a kind one run may ask for.
const BUDGET: i32 = 25;

/// Asks Stripe for the present state of things. Cheap to clone.
#[derive(Clone)]
pub struct Inquiries {
    db: Db,
    stripe: StripeClient,
}

/// The result of a run.
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
    /// Use the service login.
    pub fn new(db: Db, stripe: StripeClient) -> Self {
        Self { db, stripe }
    }

    /// Ask about everything that is open here and may have changed at Stripe.
    pub async fn ask(&self, deadline: Instant) -> Result<Summary> {
        self.db.text(Caller::SERVICE, "select api.close_stale_commands()::text", &[]).await?;
        self.ask_for("select api.claim_stripe_inquiries($1)", deadline).await
    }

    /// Ask about lines of Stripe's books that none of our rows explains.
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
            "returns" => self.returns(id).await,
            "transfer" => stripe.call(&RetrieveTransfer::new(id), None).await,
            // Only the intent says how much money was paid.
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

    /// All refunds and disputes of an intent. Stripe's pages of 100 are larger than a payment needs.
    async fn returns(&self, intent: &str) -> Result<Value, Failure> {
        let refunds = ListRefund::new().payment_intent(intent).limit(100);
        let mut list: Value = self.stripe.call(&refunds, None).await?;
        let disputes = ListDispute::new().payment_intent(intent).limit(100);
        let mut disputes: Value = self.stripe.call(&disputes, None).await?;
        if let (Some(all), Some(more)) =
            (list["data"].as_array_mut(), disputes["data"].as_array_mut())
        {
            all.append(more);
        }
        list["returned_of"] = intent.into();
        Ok(list)
    }

    async fn intent(&self, id: &str) -> Result<Value, Failure> {
        let mut intent: Value = self.stripe.call(&RetrievePaymentIntent::new(id), None).await?;
        // Secrets that the database must not store.
        intent["client_secret"] = json!(null);
        Ok(intent)
    }
}
