//! Quarrels: opened by a card or by hand, won, lost, let go.

use std::time::Duration;

use serde_json::json;

use crate::kit::Kit;

#[tokio::test]
async fn a_lost_dispute_costs_the_charge_and_a_won_one_only_the_fee() {
    for (won, last, cost) in [(true, "won", 1_500), (false, "lost", 31_500)] {
        let kit = Kit::start().await;
        let intent = kit.paid(30_000, "pm_card_bypassPending").await;
        let before = kit.double.available("", "dkk");
        let charge = intent["latest_charge"].as_str().unwrap();
        let dispute = kit.double.open_dispute(charge, "fraudulent").unwrap();
        assert_eq!(kit.double.available("", "dkk"), before - 31_500);
        let refusal = kit.refusal("/v1/refunds", json!({"payment_intent": intent["id"]})).await;
        assert_eq!(refusal, "charge_disputed");
        let id = dispute["id"].as_str().unwrap();
        kit.double.close_dispute(id, won).unwrap();
        assert_eq!(kit.client.dispute(id).await.unwrap().status, last);
        assert_eq!(kit.double.available("", "dkk"), before - cost);
        assert!(kit.double.close_dispute(id, won).is_err());
        let told = kit.told();
        assert!(told.contains(&"charge.dispute.funds_withdrawn".into()));
        assert_eq!(told.contains(&"charge.dispute.funds_reinstated".into()), won);
        assert_eq!(told.last().unwrap(), "charge.dispute.closed");
    }
}

#[tokio::test]
async fn an_inquiry_takes_nothing_and_leaves_the_charge_refundable() {
    let kit = Kit::start().await;
    let intent = kit.paid(30_000, "pm_card_createDisputeInquiry").await;
    let disputes = kit.double.objects("dispute");
    assert_eq!(disputes[0]["status"], "warning_needs_response");
    assert!(!kit.told().contains(&"charge.dispute.funds_withdrawn".into()));
    assert_eq!(kit.double.objects("balance_transaction").len(), 1, "the charge alone");
    kit.done("/v1/refunds", json!({"payment_intent": intent["id"], "amount": 100})).await;
    kit.double.close_dispute(disputes[0]["id"].as_str().unwrap(), true).unwrap();
    assert_eq!(kit.double.objects("dispute")[0]["status"], "warning_closed");
}

#[tokio::test]
async fn a_card_made_for_it_disputes_and_evidence_decides() {
    let kit = Kit::start().await;
    kit.paid(30_000, "4000000000000259").await;
    let id = kit.double.objects("dispute")[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/disputes/{id}");
    let evidence = json!({"evidence": {"uncategorized_text": "winning_evidence"}});
    assert_eq!(kit.done(&path, evidence).await["status"], "won");
}

#[tokio::test]
async fn a_warning_of_fraud_takes_nothing() {
    let kit = Kit::start().await;
    let intent = kit.paid(30_000, "pm_card_bypassPending").await;
    let before = kit.double.available("", "dkk");
    let charge = intent["latest_charge"].as_str().unwrap();
    let warning = kit.double.warn_of_fraud(charge).unwrap();
    assert_eq!((&warning["charge"], &warning["actionable"]), (&json!(charge), &json!(true)));
    assert_eq!(kit.double.available("", "dkk"), before);
    assert_eq!(kit.told().last().unwrap(), "radar.early_fraud_warning.created");
}

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn a_dispute_can_be_answered_for_days_and_is_lost_if_nobody_does() {
    let kit = Kit::start().await;
    let intent = kit.paid(30_000, "pm_card_visa").await;
    let charge = intent["latest_charge"].as_str().unwrap();
    let dispute = kit.double.open_dispute(charge, "fraudulent").unwrap();
    assert!(dispute["evidence_details"]["due_by"].as_i64().unwrap() > 1_800_000_000);
    kit.double.advance(8 * DAY);
    assert_eq!(kit.double.objects("dispute")[0]["status"], "needs_response");
    kit.double.advance(DAY);
    let ended = &kit.double.objects("dispute")[0];
    assert_eq!(
        (&ended["status"], &ended["evidence_details"]["past_due"]),
        (&json!("lost"), &json!(true))
    );

    let answered = kit.double.open_dispute(charge, "fraudulent").unwrap();
    let path = format!("/v1/disputes/{}", answered["id"].as_str().unwrap());
    kit.done(&path, json!({"evidence": {"uncategorized_text": "It took place."}})).await;
    kit.double.advance(30 * DAY);
    let reviewed = &kit.double.objects("dispute")[0];
    assert_eq!(reviewed["status"], "under_review", "the bank decides, not the clock");
    assert_eq!(reviewed["evidence_details"]["has_evidence"], true);
}

#[tokio::test]
async fn an_inquiry_is_closed_after_a_while_or_becomes_a_dispute() {
    let kit = Kit::start().await;
    let closes = kit.paid(30_000, "pm_card_createDisputeInquiry").await;
    let escalates = kit.paid(40_000, "pm_card_createDisputeInquiry").await;
    let ids: Vec<_> = kit.double.objects("dispute").iter().map(|d| d["id"].clone()).collect();
    let before = kit.double.available("", "dkk");
    kit.double.escalate_dispute(ids[0].as_str().unwrap()).unwrap();
    assert_eq!(kit.double.available("", "dkk"), before - 41_500);
    assert!(kit.double.escalate_dispute(ids[0].as_str().unwrap()).is_err(), "it is a dispute now");
    let refusal = kit.refusal("/v1/refunds", json!({"payment_intent": escalates["id"]})).await;
    assert_eq!(refusal, "charge_disputed");
    kit.double.advance(119 * DAY);
    let status =
        |at: usize| kit.double.object(ids[at].as_str().unwrap()).unwrap()["status"].clone();
    assert_eq!(status(1), "warning_needs_response");
    kit.double.advance(DAY);
    assert_eq!((status(0), status(1)), (json!("lost"), json!("warning_closed")));
    kit.done("/v1/refunds", json!({"payment_intent": closes["id"]})).await;
}

#[tokio::test]
async fn a_lost_dispute_can_be_won_after_all() {
    let kit = Kit::start().await;
    let intent = kit.paid(30_000, "pm_card_bypassPending").await;
    let before = kit.double.available("", "dkk");
    let charge = intent["latest_charge"].as_str().unwrap();
    let dispute = kit.double.open_dispute(charge, "fraudulent").unwrap();
    let id = dispute["id"].as_str().unwrap();
    kit.double.close_dispute(id, false).unwrap();
    assert_eq!(kit.double.close_dispute(id, true).unwrap()["status"], "won");
    assert_eq!(kit.double.available("", "dkk"), before - 1_500);
    let told = ["charge.dispute.funds_reinstated", "charge.dispute.updated"];
    assert!(kit.told().ends_with(&told.map(str::to_owned)), "{:?}", kit.told());
    assert!(kit.double.close_dispute(id, true).is_err(), "won once");
}

#[tokio::test]
async fn what_a_lost_dispute_left_can_be_refunded() {
    let kit = Kit::start().await;
    kit.paid(100_000, "pm_card_bypassPending").await;
    let intent = kit.paid(25_000, "pm_card_visa").await;
    let charge = intent["latest_charge"].as_str().unwrap();
    let dispute = kit.double.open_dispute_of(charge, "fraudulent", 10_000).unwrap();
    let refund = json!({"payment_intent": intent["id"]});
    assert_eq!(kit.refusal("/v1/refunds", refund.clone()).await, "charge_disputed");
    kit.double.close_dispute(dispute["id"].as_str().unwrap(), false).unwrap();
    assert_eq!(kit.done("/v1/refunds", refund.clone()).await["amount"], 15_000);
    assert_eq!(kit.refusal("/v1/refunds", refund).await, "charge_disputed");
}
