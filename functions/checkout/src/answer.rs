//! Cancelling, accepting, declining and refunding: the RPC as the caller, then Stripe at once.
//!
//! The decision is committed before Stripe is called, and stands whatever Stripe answers. If a call
//! to Stripe fails, the sweep repeats it with the same key. So these handlers answer what the RPC
//! answered, and a caller may repeat them at any time.

use axum::{Json, extract::State, http::HeaderMap};
use errors::Result;
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
    let sql = "select to_jsonb(b) from api.cancel_booking($1, $2) as b";
    checkout.answer(&caller, asked.booking_id, sql, &[&asked.booking_id, &asked.reason]).await
}

pub(crate) async fn accept_booking(
    State(checkout): State<Checkout>,
    caller: SignedIn,
    JsonBody(asked): JsonBody<Acceptance>,
) -> Result<Json<Value>> {
    let sql = "select to_jsonb(b) from api.accept_booking($1) as b";
    checkout.answer(&caller, asked.booking_id, sql, &[&asked.booking_id]).await
}

pub(crate) async fn decline_booking(
    State(checkout): State<Checkout>,
    caller: SignedIn,
    JsonBody(asked): JsonBody<Cancellation>,
) -> Result<Json<Value>> {
    let sql = "select to_jsonb(b) from api.decline_booking($1, $2) as b";
    checkout.answer(&caller, asked.booking_id, sql, &[&asked.booking_id, &asked.reason]).await
}

pub(crate) async fn refund_booking(
    State(checkout): State<Checkout>,
    caller: SignedIn,
    headers: HeaderMap,
    JsonBody(asked): JsonBody<Refunding>,
) -> Result<Json<Value>> {
    let key = idempotency_key(&headers)?;
    let standing = checkout.standing(caller.caller(), asked.booking_id).await?;
    let sql = "select to_jsonb(r) from api.refund_payment($1, $2, $3, $4) as r";
    let params: Params<'_> = &[&standing.payment_id, &asked.amount, &asked.reason, &key];
    checkout.answer(&caller, asked.booking_id, sql, params).await
}

impl Checkout {
    async fn answer(
        &self,
        caller: &SignedIn,
        booking_id: Uuid,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Json<Value>> {
        let answer = self.api.json(caller.caller(), sql, params).await?;
        if let Some(payments) = &self.stripe {
            let standing = self.standing(caller.caller(), booking_id).await?;
            if let Err(error) = payments.commands.of_payment(standing.payment_id).await {
                tracing::warn!(%error, %booking_id, "the call to Stripe is left for the sweep");
            }
        }
        Ok(Json(answer))
    }
}
