//! `GET /`: lists what is served here, for people who open the address in a browser.

use axum::Json;
use serde_json::{Value, json};

/// Method, path, the members of the body (`?` marks optional ones), and what it does.
type Function = (&'static str, &'static str, &'static str, &'static str);

/// All functions for clients; docs/functions.md describes them.
const FUNCTIONS: [Function; 13] = [
    (
        "POST",
        "/functions/v1/create-booking",
        "slot_id, seats?, notes?, coupon?",
        "Hold seats and open the payment for them.",
    ),
    (
        "POST",
        "/functions/v1/create-order",
        "items, coupon?",
        "Order several things and open one payment for them.",
    ),
    (
        "POST",
        "/functions/v1/pay",
        "order_id or booking_id",
        "Open the payment of what was booked or ordered already.",
    ),
    ("GET", "/functions/v1/receipt", "", "A page to print: ?order_id= of what was paid."),
    ("GET", "/functions/v1/statement", "", "A page to print: ?currency=&from=&until= of a wallet."),
    (
        "POST",
        "/functions/v1/cancel-booking",
        "booking_id, reason?",
        "Cancel a booking, and give back what its policy says.",
    ),
    ("POST", "/functions/v1/accept-booking", "booking_id", "Say yes to a request."),
    ("POST", "/functions/v1/decline-booking", "booking_id, reason?", "Say no to a request."),
    (
        "POST",
        "/functions/v1/refund-booking",
        "booking_id, amount?, reason?",
        "Give money back. For staff.",
    ),
    ("GET", "/functions/v1/payout-account", "", "A provider's account for payouts."),
    (
        "POST",
        "/functions/v1/payout-account",
        "",
        "Open that account, and a link to fill it in at Stripe.",
    ),
    ("GET", "/functions/v1/calendar", "", "A calendar feed: ?key= from make_calendar_feed."),
    ("POST", "/functions/v1/unsubscribe", "", "Stop mail of a type: ?key= from the mail's link."),
];

/// The table of contents.
pub async fn contents() -> Json<Value> {
    let functions = FUNCTIONS.map(|(method, path, body, does)| {
        json!({ "method": method, "path": path, "body": body, "does": does })
    });
    Json(json!({
        "name": "Convene",
        "data_api": "/rest/v1/",
        "auth": "/auth/v1/",
        "functions": functions,
        "health": "/health",
        "ready": "/ready",
    }))
}
