//! `pay`: the payment of something that exists; `create-order`: a basket, and its payment.
//!
//! If the process dies before the RPC of `create-order` commits, there is no order. If it dies
//! later, the caller's retry with the same key finds the order and its planned payment. If it dies
//! during the call to Stripe or before the answer is recorded, `pay` and `create-order` find the
//! command leased and resend the same bytes when the lease expires: one intent, one charge.

use axum::{Json, extract::State, http::HeaderMap};
use errors::Result;
use postgres::{Caller, Params};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokens::SignedIn;
use uuid::Uuid;
use web::JsonBody;

use crate::{Checkout, idempotency_key};

/// What the caller wants to pay: exactly one of the two.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Due {
    order_id: Option<Uuid>,
    booking_id: Option<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrder {
    /// `[{"slot_id" or "offering_id", "quantity", "notes"}]`: the database reads it.
    items: Value,
    coupon: Option<String>,
}

/// The state of an order's payment, as `api.payment_to_make` returns it.
#[derive(Deserialize)]
struct Standing {
    order_id: Uuid,
    booking_id: Option<Uuid>,
    payment_id: Uuid,
    status: String,
    is_payable: bool,
    amount: i64,
    currency: String,
    expires_at: Option<String>,
}

/// What a browser needs in order to pay; without a secret there is nothing to pay.
#[derive(Serialize)]
pub(crate) struct Payable {
    order_id: Uuid,
    booking_id: Option<Uuid>,
    status: String,
    /// In minor units, as Stripe has them.
    amount: i64,
    currency: String,
    client_secret: Option<String>,
    publishable_key: Option<String>,
    expires_at: Option<String>,
}

pub(crate) async fn pay(
    State(checkout): State<Checkout>,
    caller: SignedIn,
    JsonBody(due): JsonBody<Due>,
) -> Result<Json<Payable>> {
    let sql = "select api.payment_to_make($1, $2)";
    checkout.payable(caller.caller(), sql, &[&due.order_id, &due.booking_id]).await.map(Json)
}

pub(crate) async fn create_order(
    State(checkout): State<Checkout>,
    caller: SignedIn,
    headers: HeaderMap,
    JsonBody(new): JsonBody<NewOrder>,
) -> Result<Json<Payable>> {
    let key = idempotency_key(&headers)?;
    let sql = "select api.check_out_items($1, $2, $3)";
    checkout.payable(caller.caller(), sql, &[&new.items, &new.coupon, &key]).await.map(Json)
}

impl Checkout {
    /// What the payer's browser needs for the payment that `sql` answers, while it is open.
    async fn payable(&self, caller: Caller<'_>, sql: &str, params: Params<'_>) -> Result<Payable> {
        let standing: Standing = self.api.json(caller, sql, params).await?;
        let mut payable = Payable {
            order_id: standing.order_id,
            booking_id: standing.booking_id,
            status: standing.status,
            amount: standing.amount,
            currency: standing.currency,
            client_secret: None,
            publishable_key: None,
            expires_at: standing.expires_at,
        };
        if standing.is_payable {
            let payments = self.payments()?;
            payable.client_secret = Some(payments.client_secret(standing.payment_id).await?);
            payable.publishable_key = Some(payments.publishable_key.to_string());
        }
        Ok(payable)
    }
}
