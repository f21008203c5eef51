//! Checkout sessions: a page of Stripe's on which somebody pays, and is sent back.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::failure::Failure;
use crate::member::{merge_metadata, text};
use crate::money::currency;
use crate::object::list::{Filter, list};
use crate::object::payment_intent;
use crate::request::params::Params;
use crate::request::{Request, Route};
use crate::shape;
use crate::state::State;
use crate::state::job::Task;

/// How long a page waits for its payer, if nobody says otherwise.
const OPEN_SECONDS: i64 = 24 * 3_600;

pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        path: "/v1/checkout/sessions",
        params: &[
            "cancel_url",
            "client_reference_id",
            "currency",
            "customer",
            "customer_email",
            "expires_at",
            "line_items[]",
            "locale",
            "metadata[]",
            "mode",
            "payment_intent_data[]",
            "success_url",
            "ui_mode",
        ],
        run: create,
    },
    Route {
        method: "GET",
        path: "/v1/checkout/sessions",
        params: &["created", "created[]", "customer", "payment_intent", "status"],
        run: |state, request| {
            let filters = [
                Filter::Equal("customer"),
                Filter::Equal("payment_intent"),
                Filter::Equal("status"),
                Filter::Created,
            ];
            list(state, request, "", "checkout.session", &filters)
        },
    },
    Route {
        method: "GET",
        path: "/v1/checkout/sessions/:id",
        params: &[],
        run: |state, request| state.take("checkout.session", request.id(), "id"),
    },
    Route {
        method: "POST",
        path: "/v1/checkout/sessions/:id",
        params: &["metadata[]"],
        run: |state, request| {
            let mut session = state.take("checkout.session", request.id(), "id")?;
            merge_metadata(&mut session, request);
            state.put(session.clone());
            Ok(session)
        },
    },
    Route { method: "POST", path: "/v1/checkout/sessions/:id/expire", params: &[], run: expire },
];

fn create(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let params = &request.call.params;
    params.required("mode")?;
    params.word("mode", &["payment"])?;
    params.word("ui_mode", &["hosted", "hosted_page"])?;
    params.required("success_url")?;
    let (amount, currency, items) = line_items(state, params)?;
    currency::check_amount(amount, &currency)?;
    if let Some(customer) = params.text("customer") {
        state.take("customer", customer, "customer")?;
    }
    let (id, now) = (state.id("cs_test"), state.now());
    let expires_at = params.int("expires_at")?.unwrap_or(now + OPEN_SECONDS);
    let url = format!("{}/_double/checkout/{id}", state.base_url);
    // What the payment will be made of is kept with the session until somebody pays.
    let mut session = shape::new(
        "checkout.session",
        json!({
            "id": id, "amount_subtotal": amount, "amount_total": amount, "created": now,
            "currency": currency, "cancel_url": params.value("cancel_url"),
            "client_reference_id": params.value("client_reference_id"),
            "customer": params.value("customer"), "customer_email": params.value("customer_email"),
            "expires_at": expires_at, "line_items": items, "metadata": {}, "mode": "payment",
            "payment_status": "unpaid", "status": "open", "ui_mode": "hosted",
            "success_url": params.value("success_url"), "url": url,
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
            "custom_text": {
                "after_submit": null, "shipping_address": null, "submit": null,
                "terms_of_service_acceptance": null,
            },
        }),
    );
    merge_metadata(&mut session, request);
    state.put(session.clone());
    let intent = params.nested("payment_intent_data");
    let pending =
        json!({"object": "double.checkout", "id": state.id("co"), "charge": id, "intent": intent});
    state.put(pending);
    state.schedule(expires_at, Task::CheckoutExpires { session: id });
    Ok(session)
}

/// The sum, its currency, and the items as a list.
fn line_items(state: &mut State, params: &Params) -> Result<(i64, String, Value), Failure> {
    let mut items = Vec::new();
    let (mut sum, mut currency) = (0, String::new());
    for number in 0.. {
        let name = |rest: &str| format!("line_items[{number}]{rest}");
        if params.text(&name("[price_data][currency]")).is_none() {
            break;
        }
        currency = currency::known(params.required(&name("[price_data][currency]"))?)?;
        params.required(&name("[price_data][product_data][name]"))?;
        params.required(&name("[price_data][unit_amount]"))?;
        let unit = params.int(&name("[price_data][unit_amount]"))?.unwrap_or_default();
        let quantity = params.int(&name("[quantity]"))?.unwrap_or(1);
        sum += unit * quantity;
        items.push(json!({
            "id": state.id("li"), "object": "item", "amount_total": unit * quantity,
            "amount_subtotal": unit * quantity, "amount_discount": 0, "amount_tax": 0,
            "currency": currency, "quantity": quantity,
            "description": params.value(&name("[price_data][product_data][name]")),
        }));
    }
    if items.is_empty() {
        params.required("line_items")?;
    }
    let url = "/v1/checkout/sessions/line_items";
    let list = json!({"object": "list", "data": items, "has_more": false, "url": url});
    Ok((sum, currency, list))
}

fn expire(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let session = state.take("checkout.session", request.id(), "id")?;
    if session["status"] != "open" {
        let message = "Only Checkout Sessions with a status in [\"open\"] can be expired.";
        return Err(Failure::refused("checkout_session_not_open", message));
    }
    Ok(state.close_checkout(session))
}

impl State {
    /// Nobody came to pay.
    pub(crate) fn checkout_expires(&mut self, id: &str) {
        let open = self.get("checkout.session", id).filter(|session| session["status"] == "open");
        if let Some(session) = open.cloned() {
            self.close_checkout(session);
        }
    }

    fn close_checkout(&mut self, mut session: Value) -> Value {
        session["status"] = "expired".into();
        session["url"] = Value::Null;
        self.put(session.clone());
        self.emit("checkout.session.expired", &session);
        session
    }

    /// Somebody pays on the page: the session, and where they are sent.
    pub(crate) fn pay_checkout(&mut self, id: &str, card: &str) -> Result<Value, Failure> {
        let mut session = self.take("checkout.session", id, "id")?;
        if session["status"] != "open" {
            return Err(Failure::refused("checkout_session_not_open", "This page has expired."));
        }
        let pending = self.with("double.checkout", "charge", id).first().copied().cloned();
        let wanted = pending.unwrap_or_default()["intent"].take();
        let intent = self.id("pi");
        let secret = format!("{intent}_secret_{}", Uuid::new_v4().simple());
        let intent = shape::new(
            "payment_intent",
            json!({
                "id": intent, "amount": session["amount_total"], "client_secret": secret,
                "capture_method": wanted["capture_method"].as_str().unwrap_or("automatic_async"),
                "created": self.now(), "currency": session["currency"],
                "customer": session["customer"], "description": wanted["description"],
                "metadata": wanted.get("metadata").cloned().unwrap_or_else(|| json!({})),
                "transfer_group": wanted["transfer_group"], "payment_method": null,
                "status": "requires_payment_method",
            }),
        );
        self.put(intent.clone());
        self.emit("payment_intent.created", &intent);
        let intent = payment_intent::pay(self, intent, &Params::of_card(card))?;
        session["payment_intent"] = intent["id"].clone();
        session["status"] = "complete".into();
        session["url"] = Value::Null;
        let paid = intent["status"] == "succeeded";
        session["payment_status"] = if paid { "paid" } else { "unpaid" }.into();
        self.put(session.clone());
        self.emit("checkout.session.completed", &session);
        Ok(session)
    }
}

/// Where the payer of a session goes.
pub(crate) fn way_back(session: &Value) -> String {
    text(&session["success_url"]).replace("{CHECKOUT_SESSION_ID}", &text(&session["id"]))
}
