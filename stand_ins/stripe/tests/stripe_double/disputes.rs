//! Quarrels: opened by a card or by hand, won, lost, let go.

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
