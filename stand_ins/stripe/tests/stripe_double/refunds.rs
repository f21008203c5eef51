//! Giving money back, which may wait and may fail.

use std::time::Duration;

use serde_json::json;
use stripe::LookUp;

use crate::kit::Kit;

#[tokio::test]
async fn no_more_is_given_back_than_was_taken() {
    let kit = Kit::start().await;
    kit.paid(100_000, "pm_card_bypassPending").await;
    let intent = kit.paid(30_000, "pm_card_visa").await;
    let id = intent["id"].as_str().unwrap();
    let part = json!({"payment_intent": id, "amount": 10_000, "metadata": {"op_id": "op_7"}});
    let refund = kit.done("/v1/refunds", part).await;
    assert_eq!((&refund["status"], &refund["amount"]), (&json!("succeeded"), &json!(10_000)));
    let over = json!({"payment_intent": id, "amount": 20_001});
    assert_eq!(kit.refusal("/v1/refunds", over).await, "amount_too_large");
    assert_eq!(kit.done("/v1/refunds", json!({"payment_intent": id})).await["amount"], 20_000);
    let refusal = kit.refusal("/v1/refunds", json!({"payment_intent": id})).await;
    assert_eq!(refusal, "charge_already_refunded");
    assert_eq!(kit.client.refunds_of(id).await.unwrap().len(), 2);

    let place = LookUp::Refund { payment_intent: id };
    let found = kit.client.find(place, "op_id", "op_7").await.unwrap().unwrap();
    assert_eq!(found["id"], refund["id"]);
    assert!(kit.client.find(place, "op_id", "op_8").await.unwrap().is_none());
}

#[tokio::test]
async fn what_was_not_taken_is_not_given_back() {
    let kit = Kit::start().await;
    let intent = kit.open_intent(30_000, "manual").await;
    kit.double.pay(intent["client_secret"].as_str().unwrap(), "pm_card_visa").unwrap();
    let params = json!({"payment_intent": intent["id"]});
    assert_eq!(kit.refusal("/v1/refunds", params).await, "charge_not_refundable");
}

#[tokio::test]
async fn a_refund_waits_for_a_slow_bank_and_for_our_own_money() {
    let kit = Kit::start().await;
    kit.paid(100_000, "pm_card_bypassPending").await;
    let slow = kit.paid(30_000, "pm_card_pendingRefund").await;
    let refund = kit.done("/v1/refunds", json!({"payment_intent": slow["id"]})).await;
    assert_eq!(refund["status"], "pending");
    kit.double.advance(Duration::from_secs(60));
    let refund = kit.client.refund(refund["id"].as_str().unwrap()).await.unwrap();
    assert_eq!(refund.status, "succeeded");
    assert!(kit.told().ends_with(&["refund.updated".into()]));

    let poor = Kit::start().await;
    let intent = poor.paid(30_000, "pm_card_visa").await;
    let refund = poor.done("/v1/refunds", json!({"payment_intent": intent["id"]})).await;
    // Stripe kept its fee, so the balance is less than what was paid.
    assert_eq!(
        (&refund["status"], &refund["pending_reason"]),
        (&json!("pending"), &json!("insufficient_funds"))
    );
}

#[tokio::test]
async fn a_refund_that_succeeded_can_fail() {
    let kit = Kit::start().await;
    kit.paid(100_000, "pm_card_bypassPending").await;
    let before = kit.double.available("", "dkk");
    let intent = kit.paid(30_000, "pm_card_refundFail").await;
    let refund = kit.done("/v1/refunds", json!({"payment_intent": intent["id"]})).await;
    assert_eq!(refund["status"], "succeeded");
    kit.double.advance(Duration::from_secs(60));
    let refund = kit.client.refund(refund["id"].as_str().unwrap()).await.unwrap();
    assert_eq!(refund.status, "failed");
    assert!(kit.told().ends_with(&["refund.updated".into(), "refund.failed".into()]));
    kit.double.advance(Duration::from_secs(3 * 86_400));
    assert_eq!(kit.double.available("", "dkk"), before + 30_000 - 450);
}

#[tokio::test]
async fn a_refund_waits_until_money_has_arrived() {
    let kit = Kit::start().await;
    let intent = kit.paid(30_000, "pm_card_visa").await;
    kit.paid(30_000, "pm_card_visa").await;
    // 60,000 are on their way, and nothing can be spent.
    let refund = kit.done("/v1/refunds", json!({"payment_intent": intent["id"]})).await;
    assert_eq!(
        (&refund["status"], &refund["pending_reason"]),
        (&json!("pending"), &json!("insufficient_funds"))
    );
    let id = refund["id"].as_str().unwrap();
    kit.double.advance(Duration::from_secs(86_400));
    assert_eq!(kit.client.refund(id).await.unwrap().status, "pending");
    kit.double.advance(Duration::from_secs(86_400));
    assert_eq!(kit.client.refund(id).await.unwrap().status, "succeeded");
    assert_eq!(kit.double.available("", "dkk"), 60_000 - 2 * 450 - 30_000);
}

#[tokio::test]
async fn a_platform_whose_bank_is_debited_refunds_at_once() {
    let kit = Kit::start().await;
    kit.double.debit_negative_balances();
    let intent = kit.paid(30_000, "pm_card_visa").await;
    let refund = kit.done("/v1/refunds", json!({"payment_intent": intent["id"]})).await;
    assert_eq!(refund["status"], "succeeded");
    assert_eq!(kit.double.available("", "dkk"), -30_000);
}

#[tokio::test]
async fn whoever_wants_refunds_to_wait_decides_so_for_good() {
    let kit = Kit::start().await;
    kit.double.let_refunds_wait();
    kit.double.debit_negative_balances();
    let intent = kit.paid(30_000, "pm_card_visa").await;
    let refund = kit.done("/v1/refunds", json!({"payment_intent": intent["id"]})).await;
    assert_eq!(refund["status"], "pending");
}

#[tokio::test]
async fn a_refund_can_be_paid_out_of_a_top_up() {
    let kit = Kit::start().await;
    let intent = kit.paid(30_000, "pm_card_visa").await;
    kit.done("/v1/topups", json!({"amount": 30_000, "currency": "dkk"})).await;
    let refund = kit.done("/v1/refunds", json!({"payment_intent": intent["id"]})).await;
    assert_eq!(refund["status"], "succeeded");
    assert_eq!(kit.double.available("", "dkk"), 0);
}

#[tokio::test]
async fn a_refund_is_told_under_both_of_its_names() {
    let kit = Kit::start().await;
    kit.paid(100_000, "pm_card_bypassPending").await;
    let intent = kit.paid(30_000, "pm_card_visa").await;
    kit.done("/v1/refunds", json!({"payment_intent": intent["id"]})).await;
    let told = ["refund.created", "charge.refunded", "charge.refund.updated", "refund.updated"];
    assert!(kit.told().ends_with(&told.map(str::to_owned)), "{:?}", kit.told());
}
