//! `create-booking`: hold the seats, then open the payment for them.
//!
//! If the process dies before the RPC commits, there is no booking. If it dies later, the caller's
//! retry with the same key finds the booking and its planned payment. If it dies during the call,
//! or before the answer is recorded, a retry finds the command leased and resends the same bytes
//! when the lease expires; Stripe answers with the intent it made the first time.

use std::time::Duration;

use axum::{Json, extract::State, http::HeaderMap};
use errors::{Error, Result};
use serde::{Deserialize, Serialize};
use stripe::{Outcome, object::PaymentIntent};
use stripe_sync::commands::Answer;
use tokens::SignedIn;
use uuid::Uuid;
use web::JsonBody;

use crate::{Checkout, Payments, idempotency_key};

/// Another request of the same caller may be fetching the same intent; then this one waits for it.
const PATIENCE: u32 = 8;
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBooking {
    slot_id: Uuid,
    notes: Option<String>,
    coupon: Option<String>,
    #[serde(default = "one")]
    seats: i32,
}

fn one() -> i32 {
    1
}

/// The state of a booking's payment, as `api.check_out_slot` returns it.
#[derive(Deserialize)]
struct Standing {
    booking_id: Uuid,
    payment_id: Uuid,
    booking_status: String,
    is_payable: bool,
    amount: i64,
    currency: String,
    expires_at: Option<String>,
}

/// What a browser needs in order to pay.
#[derive(Serialize)]
pub(crate) struct Created {
    booking_id: Uuid,
    status: String,
    /// In minor units, as Stripe has them.
    amount: i64,
    currency: String,
    client_secret: Option<String>,
    publishable_key: Option<String>,
    expires_at: Option<String>,
}

pub(crate) async fn create_booking(
    State(checkout): State<Checkout>,
    caller: SignedIn,
    headers: HeaderMap,
    JsonBody(new): JsonBody<NewBooking>,
) -> Result<Json<Created>> {
    let key = idempotency_key(&headers)?;
    let standing: Standing = checkout
        .api
        .json(
            caller.caller(),
            "select api.check_out_slot($1, $2, $3, $4, $5, $6)",
            &[&caller.user_id, &new.slot_id, &new.notes, &key, &new.seats, &new.coupon],
        )
        .await?;

    let mut created = Created {
        booking_id: standing.booking_id,
        status: standing.booking_status,
        amount: standing.amount,
        currency: standing.currency,
        client_secret: None,
        publishable_key: None,
        expires_at: standing.expires_at,
    };
    if standing.is_payable {
        let payments = match checkout.payments() {
            Ok(payments) => payments,
            Err(unconfigured) => {
                // Release the seats at once: this caller cannot pay for them.
                let sql = "select 1 from api.cancel_booking($1)";
                checkout.api.query(caller.caller(), sql, &[&created.booking_id]).await?;
                return Err(unconfigured);
            }
        };
        created.client_secret = Some(payments.client_secret(standing.payment_id).await?);
        created.publishable_key = Some(payments.publishable_key.to_string());
    }
    Ok(Json(created))
}

impl Payments {
    /// The client secret, with which the payer's browser confirms. It is never stored: we ask
    /// Stripe again.
    pub(crate) async fn client_secret(&self, payment_id: Uuid) -> Result<String> {
        for _ in 0..PATIENCE {
            for (_, answer) in self.commands.of_payment(payment_id).await? {
                match answer {
                    Answer::Sent(Outcome::Done(reply)) => {
                        let intent: PaymentIntent = reply.object()?;
                        if let Some(secret) = intent.client_secret {
                            return Ok(secret.reveal().to_owned());
                        }
                    }
                    Answer::Sent(Outcome::Refused(refusal)) => {
                        tracing::error!(?refusal, %payment_id, "Stripe refuses a payment");
                        return Err(refused());
                    }
                    _ => return Err(busy()),
                }
            }
            if let Some(secret) = self.known_secret(payment_id).await? {
                return Ok(secret);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(busy())
    }

    /// The client secret of an intent whose id is already known.
    async fn known_secret(&self, payment_id: Uuid) -> Result<Option<String>> {
        let Some(external_id) = self.commands.intent_of(payment_id).await? else {
            return Ok(None);
        };
        let intent = self.commands.stripe().payment_intent(&external_id).await?;
        Ok(intent.client_secret.map(|secret| secret.reveal().to_owned()))
    }
}

/// Stripe has not answered. If the caller sends the same request with the same key, it continues
/// from here.
fn busy() -> Error {
    Error::unavailable("57P03", "payment_not_ready")
        .details("The seats are held, and the payment is being prepared.")
        .hint("Send the same request with the same Idempotency-Key again.")
}

fn refused() -> Error {
    Error::new(axum::http::StatusCode::PAYMENT_REQUIRED, "M2301", "payment_refused")
        .details("This payment cannot be taken.")
        .hint("Choose another slot, or write to support.")
}
