//! What else a platform asks Stripe for: webhook endpoints, checkout pages, dashboards, goodbyes.

use serde_json::{Value, json};

use crate::kit::Kit;
use crate::pages::{submit, visit};

/// A request with any method; the status and the body of the answer.
async fn ask(kit: &Kit, method: &str, path: &str, form: &str) -> (u16, Value) {
    kit.ask(method, path, form).await
}

#[tokio::test]
async fn a_webhook_endpoint_shows_its_secret_once_and_gets_what_it_wants() {
    let kit = Kit::start().await;
    let params = json!({
        "url": "http://127.0.0.1:9/hook", "enabled_events": ["charge.succeeded"],
        "metadata": {"of": "tests"},
    });
    let made = kit.done("/v1/webhook_endpoints", params).await;
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let path = format!("/v1/webhook_endpoints/{}", made["id"].as_str().unwrap());
    let (_, shown) = ask(&kit, "GET", &path, "").await;
    assert_eq!((&shown["status"], shown.get("secret")), (&json!("enabled"), None));
    let (_, listed) = ask(&kit, "GET", "/v1/webhook_endpoints", "").await;
    assert_eq!((&listed["data"][0]["id"], listed["data"][0].get("secret")), (&made["id"], None));

    let receivers = |kit: &Kit| {
        let events = kit.double.events();
        let of = |kind: &str| {
            let event = events.iter().rev().find(|event| event["type"] == kind).unwrap();
            event["pending_webhooks"].as_i64().unwrap()
        };
        (of("payment_intent.created"), of("charge.succeeded"))
    };
    kit.paid(30_000, "pm_card_visa").await;
    assert_eq!(receivers(&kit), (0, 1));
    kit.done(&path, json!({"disabled": true})).await;
    kit.paid(30_000, "pm_card_visa").await;
    assert_eq!(receivers(&kit), (0, 0));
    kit.done(&path, json!({"disabled": false, "enabled_events": ["*"]})).await;
    kit.paid(30_000, "pm_card_visa").await;
    assert_eq!(receivers(&kit), (1, 1));
    assert_eq!(ask(&kit, "DELETE", &path, "").await.1["deleted"], true);
    kit.paid(30_000, "pm_card_visa").await;
    assert_eq!(receivers(&kit), (0, 0));
    assert_eq!(ask(&kit, "GET", &path, "").await.0, 404);

    let elsewhere = json!({"url": "https://example.com/hook", "enabled_events": ["*"]});
    assert_eq!(kit.refusal("/v1/webhook_endpoints", elsewhere).await, "url_invalid");
}

fn checkout() -> Value {
    json!({
        "mode": "payment", "success_url": "http://127.0.0.1:1/done?s={CHECKOUT_SESSION_ID}",
        "line_items": [{
            "quantity": 2,
            "price_data": {
                "currency": "dkk", "unit_amount": 15_000, "product_data": {"name": "An hour"},
            },
        }],
        "payment_intent_data": {"transfer_group": "order_1", "metadata": {"op_id": "op_1"}},
    })
}

#[tokio::test]
async fn somebody_pays_on_the_page_of_a_checkout_session() {
    let kit = Kit::start().await;
    let session = kit.done("/v1/checkout/sessions", checkout()).await;
    assert_eq!(
        (&session["amount_total"], &session["status"], &session["payment_intent"]),
        (&json!(30_000), &json!("open"), &json!(null))
    );
    let url = session["url"].as_str().unwrap();
    assert_eq!(visit(url).await.status, 200);
    assert_eq!(submit(url, "number=4000000000000002").await.status, 402);
    let back = submit(url, "number=4242424242424242").await.location;
    let id = session["id"].as_str().unwrap();
    assert_eq!(back, format!("http://127.0.0.1:1/done?s={id}"));
    let (_, session) = ask(&kit, "GET", &format!("/v1/checkout/sessions/{id}"), "").await;
    assert_eq!(
        (&session["status"], &session["payment_status"]),
        (&json!("complete"), &json!("paid"))
    );
    let intent = kit.double.object(session["payment_intent"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&intent["status"], &intent["transfer_group"], &intent["metadata"]["op_id"]),
        (&json!("succeeded"), &json!("order_1"), &json!("op_1"))
    );
    assert_eq!(kit.told().last().unwrap(), "checkout.session.completed");
    assert!(kit.double.pay_checkout(id, "pm_card_visa").is_err(), "paid once");
}

#[tokio::test]
async fn a_checkout_session_ends_after_a_day_or_at_once() {
    let kit = Kit::start().await;
    let late = kit.done("/v1/checkout/sessions", checkout()).await;
    let ended = kit.done("/v1/checkout/sessions", checkout()).await;
    let path = format!("/v1/checkout/sessions/{}/expire", ended["id"].as_str().unwrap());
    assert_eq!(kit.done(&path, json!({})).await["status"], "expired");
    assert_eq!(kit.refusal(&path, json!({})).await, "checkout_session_not_open");
    kit.double.advance(std::time::Duration::from_secs(86_400));
    assert_eq!(kit.double.object(late["id"].as_str().unwrap()).unwrap()["status"], "expired");
    assert_eq!(kit.told().last().unwrap(), "checkout.session.expired");
    let nothing = json!({"mode": "payment", "success_url": "http://127.0.0.1:1/"});
    assert_eq!(kit.refusal("/v1/checkout/sessions", nothing).await, "parameter_missing");
}

#[tokio::test]
async fn a_login_link_is_for_whoever_has_filled_in_the_form() {
    let kit = Kit::start().await;
    let express = json!({"controller": {"stripe_dashboard": {"type": "express"}}});
    let account = kit.done("/v1/accounts", express).await;
    let id = account["id"].as_str().unwrap();
    let path = format!("/v1/accounts/{id}/login_links");
    assert_eq!(kit.refusal(&path, json!({})).await, "account_invalid");
    kit.double.onboard(id).unwrap();
    let link = kit.done(&path, json!({})).await;
    assert_eq!(link["object"], "login_link");
    assert_eq!(visit(link["url"].as_str().unwrap()).await.status, 200);
    let full = kit.done("/v1/accounts", json!({})).await;
    let path = format!("/v1/accounts/{}/login_links", full["id"].as_str().unwrap());
    assert_eq!(kit.refusal(&path, json!({})).await, "account_invalid");
}

#[tokio::test]
async fn an_account_is_deleted_when_nothing_is_left_in_it() {
    let kit = Kit::start().await;
    let (account, intent) = (kit.provider().await, kit.paid(30_000, "pm_card_bypassPending").await);
    let transfer = json!({
        "amount": 20_000, "currency": "dkk", "destination": account,
        "source_transaction": intent["latest_charge"],
    });
    let made = kit.done("/v1/transfers", transfer.clone()).await;
    let path = format!("/v1/accounts/{account}");
    let (status, refused) = ask(&kit, "DELETE", &path, "").await;
    assert_eq!((status, &refused["error"]["code"]), (400, &json!("account_has_balance")));
    kit.done(&format!("/v1/transfers/{}/reversals", made["id"].as_str().unwrap()), json!({})).await;
    let (_, deleted) = ask(&kit, "DELETE", &path, "").await;
    assert_eq!(deleted, json!({"id": account, "object": "account", "deleted": true}));
    assert_eq!(ask(&kit, "GET", &path, "").await.0, 403);
    assert_eq!(kit.refusal("/v1/transfers", transfer).await, "resource_missing");
}

#[tokio::test]
async fn only_what_is_an_object_can_be_expanded() {
    let kit = Kit::start().await;
    let intent = kit.paid(30_000, "pm_card_visa").await;
    let path = format!("/v1/payment_intents/{}", intent["id"].as_str().unwrap());
    for (expand, status) in [
        ("latest_charge.balance_transaction", 200),
        ("customer", 200),
        ("amount", 400),
        ("latest_chrage", 400),
        ("reversals", 400),
        ("data.customer", 400),
        ("latest_charge.payment_intent.latest_charge.payment_intent.latest_charge", 400),
    ] {
        let answer = ask(&kit, "GET", &format!("{path}?expand[]={expand}"), "").await;
        assert_eq!(answer.0, status, "{expand}: {}", answer.1);
    }
    let list = "/v1/payment_intents?expand[]=data.latest_charge";
    let (_, listed) = ask(&kit, "GET", list, "").await;
    assert_eq!(listed["data"][0]["latest_charge"]["object"], "charge");
    let wrong = "expand[]=colour&amount=30000&currency=dkk";
    assert_eq!(ask(&kit, "POST", "/v1/payment_intents", wrong).await.0, 400);
    assert_eq!(kit.double.objects("payment_intent").len(), 1, "refused before it did anything");
}
