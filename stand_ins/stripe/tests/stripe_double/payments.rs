//! Paying: good cards, bad cards, proof, authorisation, and money that takes days.

use std::time::Duration;

use serde_json::json;
use stripe::object::{Charge, PaymentIntent};

use crate::kit::Kit;

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn a_good_card_pays() {
    let kit = Kit::start().await;
    let intent = kit.open_intent(30_000, "automatic").await;
    assert_eq!(intent["status"], "requires_payment_method");
    let paid = kit.double.pay(intent["client_secret"].as_str().unwrap(), "4242 4242 4242 4242");
    assert_eq!(paid.unwrap()["status"], "succeeded");
    let again = kit.double.pay(intent["client_secret"].as_str().unwrap(), "pm_card_visa");
    assert_eq!(again.unwrap_err()["code"], "payment_intent_unexpected_state");
    let id = intent["id"].as_str().unwrap();
    let intent: PaymentIntent = kit.client.payment_intent(id).await.unwrap();
    assert_eq!((intent.amount_received, intent.currency.as_str()), (30_000, "dkk"));
    let charge = kit.client.charge(intent.latest_charge.as_deref().unwrap()).await.unwrap();
    assert_eq!((charge.amount_captured, charge.captured), (30_000, true));
    assert_eq!(
        kit.told(),
        [
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.succeeded",
            "charge.updated",
        ]
    );
    assert_eq!((kit.double.available("", "dkk"), kit.double.objects("charge").len()), (0, 1));
    kit.double.advance(2 * DAY);
    assert_eq!(kit.double.available("", "dkk"), 30_000 - 450);
}

#[tokio::test]
async fn bad_cards_do_not() {
    let kit = Kit::start().await;
    for (card, code, decline_code) in [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
    ] {
        let intent = kit.open_intent(30_000, "automatic").await;
        let error = kit.double.pay(intent["client_secret"].as_str().unwrap(), card).unwrap_err();
        assert_eq!(
            (error["code"].as_str(), error["decline_code"].as_str()),
            (Some(code), Some(decline_code))
        );
        assert_eq!(error["payment_intent"]["status"], "requires_payment_method");
        assert!(
            kit.told().ends_with(&["charge.failed".into(), "payment_intent.payment_failed".into()])
        );
        // The payer tries another card.
        let paid =
            kit.double.pay(intent["client_secret"].as_str().unwrap(), "pm_card_visa").unwrap();
        assert_eq!(paid["last_payment_error"], json!(null));
    }
    assert!(kit.double.pay("pi_0_secret_0", "pm_card_visa").is_err());
}

#[tokio::test]
async fn some_cards_ask_for_proof() {
    let kit = Kit::start().await;
    for (card, proven, status) in [
        ("4000002760003184", true, "succeeded"),
        ("4000002760003184", false, "requires_payment_method"),
        ("4000008260003178", true, "requires_payment_method"),
    ] {
        let intent = kit.open_intent(30_000, "automatic").await;
        let id = intent["id"].as_str().unwrap();
        let asked = kit.double.pay(intent["client_secret"].as_str().unwrap(), card).unwrap();
        assert_eq!(asked["status"], "requires_action");
        assert!(asked["next_action"]["use_stripe_sdk"]["stripe_js"].is_string());
        // Whether the card then pays is another question.
        let _ = kit.double.authenticate(id, proven);
        assert_eq!(kit.client.payment_intent(id).await.unwrap().status, status, "{card}");
        assert!(kit.double.authenticate(id, true).is_err(), "proven twice");
    }
    let intent = kit.open_intent(30_000, "automatic").await;
    let path = format!("/v1/payment_intents/{}/confirm", intent["id"].as_str().unwrap());
    let params = json!({
        "payment_method": "pm_card_authenticationRequired", "off_session": true,
        "return_url": "http://127.0.0.1:1/back",
    });
    assert_eq!(kit.refusal(&path, params).await, "authentication_required");
}

#[tokio::test]
async fn an_authorisation_is_captured_once() {
    let kit = Kit::start().await;
    let intent = kit.open_intent(30_000, "manual").await;
    let id = intent["id"].as_str().unwrap();
    let held = kit.double.pay(intent["client_secret"].as_str().unwrap(), "pm_card_visa").unwrap();
    assert_eq!(
        (&held["status"], &held["amount_capturable"]),
        (&json!("requires_capture"), &json!(30_000))
    );
    let charge: Charge = kit.client.charge(held["latest_charge"].as_str().unwrap()).await.unwrap();
    assert_eq!(
        (charge.captured, charge.capture_before()),
        (false, Some(1_800_000_000 + 7 * 86_400))
    );

    let path = format!("/v1/payment_intents/{id}/capture");
    assert_eq!(kit.refusal(&path, json!({"amount_to_capture": 30_001})).await, "amount_too_large");
    let taken = kit.done(&path, json!({"amount_to_capture": 20_000})).await;
    assert_eq!(
        (&taken["status"], &taken["amount_received"]),
        (&json!("succeeded"), &json!(20_000))
    );
    // A second capture under another key finds it done, and changes nothing.
    assert_eq!(kit.done(&path, json!({})).await["amount_received"], 20_000);
    let cancel = format!("/v1/payment_intents/{id}/cancel");
    let refused = kit.refused(&cancel, json!({})).await;
    assert_eq!(refused.code.as_deref(), Some("payment_intent_unexpected_state"));
    assert_eq!(refused.payment_intent["status"], "succeeded");
}

#[tokio::test]
async fn what_is_not_captured_is_released_and_cannot_be_refunded() {
    let kit = Kit::start().await;
    kit.paid(100_000, "pm_card_bypassPending").await;
    let intent = kit.open_intent(30_000, "manual").await;
    let id = intent["id"].as_str().unwrap();
    kit.double.pay(intent["client_secret"].as_str().unwrap(), "pm_card_visa").unwrap();
    let path = format!("/v1/payment_intents/{id}/capture");
    let taken = kit.done(&path, json!({"amount_to_capture": 20_000})).await;
    let charge = kit.double.object(taken["latest_charge"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&charge["amount_captured"], &charge["amount_refunded"], &charge["refunded"]),
        (&json!(20_000), &json!(10_000), &json!(false))
    );
    let over = json!({"payment_intent": id, "amount": 20_001});
    assert_eq!(kit.refusal("/v1/refunds", over).await, "amount_too_large");
    assert_eq!(kit.done("/v1/refunds", json!({"payment_intent": id})).await["amount"], 20_000);
}

#[tokio::test]
async fn a_server_that_confirms_says_where_the_payer_comes_back() {
    let kit = Kit::start().await;
    let intent = kit.open_intent(30_000, "automatic").await;
    let path = format!("/v1/payment_intents/{}/confirm", intent["id"].as_str().unwrap());
    let refused = kit.refused(&path, json!({"payment_method": "pm_card_visa"})).await;
    let message = refused.message.unwrap_or_default();
    assert!(message.contains("you must provide a `return_url`"), "{message}");
    let params = json!({"payment_method": "pm_card_visa", "return_url": "http://127.0.0.1:1/"});
    assert_eq!(kit.done(&path, params).await["status"], "succeeded");
    // Cards alone send nobody elsewhere.
    let never = json!({
        "amount": 30_000, "currency": "dkk", "confirm": true, "payment_method": "pm_card_visa",
        "automatic_payment_methods": {"enabled": true, "allow_redirects": "never"},
    });
    assert_eq!(kit.done("/v1/payment_intents", never).await["status"], "succeeded");
}

#[tokio::test]
async fn an_authorisation_can_be_let_go_and_lapses() {
    let kit = Kit::start().await;
    for lapses in [false, true] {
        let intent = kit.open_intent(30_000, "manual").await;
        kit.double.pay(intent["client_secret"].as_str().unwrap(), "pm_card_visa").unwrap();
        let id = intent["id"].as_str().unwrap();
        if lapses {
            kit.double.advance(7 * DAY);
        } else {
            kit.done(&format!("/v1/payment_intents/{id}/cancel"), json!({})).await;
        }
        let intent: PaymentIntent = kit.client.payment_intent(id).await.unwrap();
        assert_eq!((intent.status.as_str(), intent.amount_capturable), ("canceled", 0));
        assert_eq!(intent.cancellation_reason.as_deref(), lapses.then_some("automatic"));
        let last = if lapses { "charge.expired" } else { "charge.refunded" };
        assert!(kit.told().ends_with(&[last.into(), "payment_intent.canceled".into()]));
        assert!(
            kit.refused(&format!("/v1/payment_intents/{id}/capture"), json!({}))
                .await
                .code
                .is_some()
        );
    }
    assert!(kit.double.objects("balance_transaction").is_empty());
}

#[tokio::test]
async fn a_slow_method_pays_after_days() {
    let kit = Kit::start().await;
    let intent = kit.open_intent(30_000, "automatic").await;
    let secret = intent["client_secret"].as_str().unwrap();
    assert_eq!(kit.double.pay(secret, "pm_usBankAccount").unwrap()["status"], "processing");
    kit.double.advance(4 * DAY);
    assert!(kit.told().ends_with(&["charge.succeeded".into(), "payment_intent.succeeded".into()]));
}

#[tokio::test]
async fn amounts_and_parameters_that_stripe_would_refuse_are_refused() {
    let kit = Kit::start().await;
    for (params, code) in [
        (json!({"amount": 249, "currency": "dkk"}), "amount_too_small"),
        (json!({"amount": 49, "currency": "jpy"}), "amount_too_small"),
        (json!({"amount": 100_000_000, "currency": "dkk"}), "amount_too_large"),
        (json!({"amount": 1_501, "currency": "kwd"}), "parameter_invalid_integer"),
        (json!({"amount": 200_050, "currency": "ugx"}), "parameter_invalid_integer"),
        (json!({"amount": -300, "currency": "dkk"}), "parameter_invalid_integer"),
        (json!({"amount": "3e4", "currency": "dkk"}), "parameter_invalid_integer"),
        (json!({"amount": 30_000}), "parameter_missing"),
        (json!({"amount": 30_000, "currency": "xxx"}), "parameter_invalid_string"),
        (json!({"amount": 30_000, "currency": "dkk", "colour": "red"}), "parameter_unknown"),
        (json!({"amount": 30_000, "currency": "dkk", "metadat": {"a": "b"}}), "parameter_unknown"),
        (json!({"amount": 30_000, "currency": "dkk", "customer": "cus_0"}), "resource_missing"),
        (
            json!({"amount": 30_000, "currency": "dkk", "capture_method": "maybe"}),
            "parameter_invalid_string",
        ),
        (
            json!({"amount": 30_000, "currency": "dkk", "off_session": true}),
            "parameter_invalid_string",
        ),
    ] {
        assert_eq!(kit.refusal("/v1/payment_intents", params.clone()).await, code, "{params}");
    }
    assert!(kit.double.objects("payment_intent").is_empty());
    for (amount, currency) in [(1050, "jpy"), (1500, "kwd"), (250, "DKK")] {
        let params = json!({"amount": amount, "currency": currency});
        assert_eq!(kit.done("/v1/payment_intents", params).await["amount"], amount);
    }
}
