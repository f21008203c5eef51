//! Cancelling, accepting, declining and refunding: the RPC as the caller, then Stripe at once.
//!
//! The decision is committed before Stripe is called, and stands whatever Stripe answers. If a call
//! to Stripe fails, the sweep repeats it with the same key. So these handlers answer what the RPC
//! answered, and a caller may repeat them at any time.

use axum::{Json, extract::State, http::HeaderMap};
use errors::{Error, Result};
use postgres::Params;
use serde::Deserialize;
use serde_json::Value;
use tokens::SignedIn;
use uuid::Uuid;
use web::JsonBody;

use crate::{Checkout, idempotency_key};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cancellation {
    booking_id: Uuid,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acceptance {
    booking_id: Uuid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refunding {
    booking_id: Uuid,
    /// In minor units; everything that is left if it is absent.
    amount: Option<i64>,
    reason: Option<String>,
}

pub(crate) async fn cancel_booking(
    State(checkout): State<Checkout>,
    caller: SignedIn,
    JsonBody(asked): JsonBody<Cancellation>,
) -> Result<Json<Value>> {
    let sql = "select to_jsonb(b), api.booking_checkout($1) ->> 'payment_id' \
               from api.cancel_booking($1, $2) as b";
    checkout.answer(&caller, asked.booking_id, sql, &[&asked.booking_id, &asked.reason]).await
}

pub(crate) async fn accept_booking(
    State(checkout): State<Checkout>,
    caller: SignedIn,
    JsonBody(asked): JsonBody<Acceptance>,
) -> Result<Json<Value>> {
    let sql = "select to_jsonb(b), api.booking_checkout($1) ->> 'payment_id' \
               from api.accept_booking($1) as b";
    checkout.answer(&caller, asked.booking_id, sql, &[&asked.booking_id]).await
}

pub(crate) async fn decline_booking(
    State(checkout): State<Checkout>,
    caller: SignedIn,
    JsonBody(asked): JsonBody<Cancellation>,
) -> Result<Json<Value>> {
    let sql = "select to_jsonb(b), api.booking_checkout($1) ->> 'payment_id' \
               from api.decline_booking($1, $2) as b";
    checkout.answer(&caller, asked.booking_id, sql, &[&asked.booking_id, &asked.reason]).await
}

pub(crate) async fn refund_booking(
    State(checkout): State<Checkout>,
    caller: SignedIn,
    headers: HeaderMap,
    JsonBody(asked): JsonBody<Refunding>,
) -> Result<Json<Value>> {
    let key = idempotency_key(&headers)?;
    let sql = "select to_jsonb(r), c ->> 'payment_id' \
               from api.booking_checkout($1) as c \
               cross join api.refund_payment((c ->> 'payment_id')::uuid, $2, $3, $4) as r";
    let params: Params<'_> = &[&asked.booking_id, &asked.amount, &asked.reason, &key];
    checkout.answer(&caller, asked.booking_id, sql, params).await
}

impl Checkout {
    /// Run `sql`, whose row is the answer and the payment it is about: in one statement, so that
    /// nothing is decided whose answer a crowded house then refuses to fetch.
    async fn answer(
        &self,
        caller: &SignedIn,
        booking_id: Uuid,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Json<Value>> {
        let rows = self.api.query(caller.caller(), sql, params).await?;
        let row = rows.first().ok_or_else(|| Error::internal("no answer"))?;
        let answer = row.bytes(0).ok_or_else(|| Error::internal("an empty answer"))?;
        let answer = serde_json::from_slice(&answer).map_err(Error::internal)?;
        let payment_id = row.text(1).and_then(|id| id.parse().ok());
        if let (Some(payments), Some(payment_id)) = (&self.stripe, payment_id)
            && let Err(error) = payments.commands.of_payment(payment_id).await
        {
            tracing::warn!(%error, %booking_id, "the call to Stripe is left for the sweep");
        }
        Ok(Json(answer))
    }
}
