//! Accounts that are paid out without being asked.

use std::time::Duration;

use serde_json::json;

use crate::kit::Kit;

const DAY: Duration = Duration::from_secs(86_400);

/// An account with 20,000 that can be spent after two days.
async fn provider(kit: &Kit, interval: &str) -> String {
    let account = kit.provider_paid_out(interval).await;
    let intent = kit.paid(30_000, "pm_card_visa").await;
    let params = json!({
        "amount": 20_000, "currency": "dkk", "destination": account,
        "source_transaction": intent["latest_charge"],
    });
    kit.done("/v1/transfers", params).await;
    account
}

#[tokio::test]
async fn a_connected_account_is_paid_out_when_its_money_has_arrived() {
    let kit = Kit::start().await;
    let account = provider(&kit, "daily").await;
    kit.double.advance(DAY);
    assert!(!kit.told().contains(&"payout.created".into()));
    kit.double.advance(2 * DAY);
    assert_eq!(kit.double.available(&account, "dkk"), 0);
    let payouts = kit.double.objects_of(&account, "payout");
    assert_eq!((&payouts[0]["amount"], &payouts[0]["automatic"]), (&json!(20_000), &json!(true)));
    kit.double.advance(2 * DAY);
    assert!(kit.told().ends_with(&["payout.paid".into()]));
    assert_eq!(kit.double.objects_of(&account, "payout").len(), 1, "nothing is paid out twice");
}

#[tokio::test]
async fn who_is_paid_out_by_hand_or_by_week_waits() {
    let kit = Kit::start().await;
    let (manual, weekly) = (provider(&kit, "manual").await, provider(&kit, "weekly").await);
    // Friday 15 January 2027: the next Monday is two days and some hours away.
    kit.double.advance(2 * DAY);
    assert_eq!(kit.double.available(&weekly, "dkk"), 20_000);
    kit.double.advance(DAY);
    assert_eq!(kit.double.available(&weekly, "dkk"), 0);
    assert_eq!(kit.double.available(&manual, "dkk"), 20_000);
    let daily = json!({"settings": {"payouts": {"schedule": {"interval": "daily"}}}});
    kit.done(&format!("/v1/accounts/{manual}"), daily).await;
    kit.double.advance(DAY);
    assert_eq!(kit.double.available(&manual, "dkk"), 0);
}

#[tokio::test]
async fn an_account_that_may_not_be_paid_out_keeps_its_money() {
    let kit = Kit::start().await;
    let account = provider(&kit, "daily").await;
    kit.double.change_account(&account, json!({"payouts_enabled": false})).unwrap();
    kit.double.advance(5 * DAY);
    assert_eq!(kit.double.available(&account, "dkk"), 20_000);
}

#[tokio::test]
async fn the_platform_is_paid_out_if_it_wants_to_be() {
    let kit = Kit::start().await;
    kit.paid(30_000, "pm_card_visa").await;
    kit.double.advance(5 * DAY);
    assert_eq!(kit.double.available("", "dkk"), 29_550, "its payouts are manual");
    kit.double.pay_platform_out("daily");
    kit.double.advance(DAY);
    assert_eq!(kit.double.available("", "dkk"), 0);
    assert!(kit.told().contains(&"payout.created".into()));
}
