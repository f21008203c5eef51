//! Accounts, transfers, reversals, payouts.

use std::time::Duration;

use serde_json::json;
use stripe::object::AccountLink;
use stripe::stripe_connect::account_link::{CreateAccountLink, CreateAccountLinkType};
use stripe::{BalanceFilter, LookUp};

use crate::kit::Kit;
use crate::pages::{submit, visit};

#[tokio::test]
async fn a_transfer_comes_out_of_its_charge() {
    let kit = Kit::start().await;
    let (account, intent) = (kit.provider().await, kit.paid(30_000, "pm_card_visa").await);
    let params = |amount: i64, op: &str| {
        json!({
            "amount": amount, "currency": "dkk", "destination": account, "transfer_group": "order_1",
            "source_transaction": intent["latest_charge"], "metadata": {"op_id": op},
        })
    };
    let transfer = kit.done("/v1/transfers", params(20_000, "op_2")).await;
    assert_eq!(
        kit.refusal("/v1/transfers", params(10_001, "op_3")).await,
        "transfer_source_amount_exceeded"
    );
    kit.done("/v1/transfers", params(10_000, "op_4")).await;
    assert_eq!(kit.client.transfers_of("order_1").await.unwrap().len(), 2);
    assert!(kit.client.transfers_of("order_2").await.unwrap().is_empty());
    let place = LookUp::Transfer { transfer_group: "order_1" };
    assert_eq!(
        kit.client.find(place, "op_id", "op_2").await.unwrap().unwrap()["id"],
        transfer["id"]
    );
    assert_eq!(kit.double.available(&account, "dkk"), 0);
    kit.double.advance(Duration::from_secs(2 * 86_400));
    assert_eq!(kit.double.available(&account, "dkk"), 30_000);
    let filter = BalanceFilter {
        source: transfer["id"].as_str().map(str::to_owned),
        ..BalanceFilter::default()
    };
    let movements = kit.client.balance_transactions(&filter).await.unwrap();
    assert_eq!((movements.len(), movements[0].net), (1, -20_000));
}

#[tokio::test]
async fn a_transfer_needs_a_capable_account_and_money_of_its_currency() {
    let kit = Kit::start().await;
    let intent = kit.paid(30_000, "pm_card_visa").await;
    let new = json!({"country": "DK", "capabilities": {"transfers": {"requested": true}}});
    let account = kit.done("/v1/accounts", new).await;
    let id = account["id"].as_str().unwrap();
    let params = |destination: &str, currency: &str, source: serde_json::Value| json!({"amount": 1000, "currency": currency, "destination": destination, "source_transaction": source});
    let charge = &intent["latest_charge"];
    let refusal = kit.refusal("/v1/transfers", params(id, "dkk", charge.clone())).await;
    assert_eq!(refusal, "insufficient_capabilities_for_transfer");
    kit.double.onboard(id).unwrap();
    let refusal = kit.refusal("/v1/transfers", params("acct_0", "dkk", charge.clone())).await;
    assert_eq!(refusal, "resource_missing");
    let refusal = kit.refusal("/v1/transfers", params(id, "eur", charge.clone())).await;
    assert_eq!(refusal, "parameter_invalid_string");
    let refusal = kit.refusal("/v1/transfers", params(id, "dkk", json!(null))).await;
    assert_eq!(refusal, "balance_insufficient");
    let refusal = kit.refusal("/v1/transfers", params(id, "dkk", intent["id"].clone())).await;
    assert_eq!(refusal, "resource_missing", "a payment intent is no charge");
    kit.done("/v1/transfers", params(id, "dkk", charge.clone())).await;

    kit.double.change_account(id, json!({"capabilities": {"transfers": "inactive"}})).unwrap();
    let refusal = kit.refusal("/v1/transfers", params(id, "dkk", charge.clone())).await;
    assert_eq!(refusal, "insufficient_capabilities_for_transfer");
    assert!(kit.told().ends_with(&["capability.updated".into(), "account.updated".into()]));
    assert_eq!(kit.refusal("/v1/accounts", json!({"country": "KE"})).await, "country_unsupported");
}

#[tokio::test]
async fn a_reversal_takes_back_what_is_still_there() {
    let kit = Kit::start().await;
    let (account, intent) = (kit.provider().await, kit.paid(30_000, "pm_card_visa").await);
    let params = json!({
        "amount": 20_000, "currency": "dkk", "destination": account,
        "source_transaction": intent["latest_charge"],
    });
    let transfer = kit.done("/v1/transfers", params).await;
    let id = transfer["id"].as_str().unwrap();
    let path = format!("/v1/transfers/{id}/reversals");
    kit.done(&path, json!({"amount": 5_000, "metadata": {"op_id": "op_9"}})).await;
    assert_eq!(
        kit.refusal(&path, json!({"amount": 15_001})).await,
        "transfer_reversal_amount_invalid"
    );
    assert_eq!(kit.client.transfer(id).await.unwrap().amount_reversed, 5_000);
    assert_eq!(kit.client.reversals_of(id).await.unwrap()[0].amount, 5_000);
    let place = LookUp::Reversal { transfer: id };
    assert!(kit.client.find(place, "op_id", "op_9").await.unwrap().is_some());

    // The provider is paid out, and there is nothing left to take back.
    kit.double.advance(Duration::from_secs(2 * 86_400));
    let payout = kit.double.pay_out(&account, 15_000, "dkk").unwrap();
    assert_eq!(kit.refusal(&path, json!({"amount": 1})).await, "balance_insufficient");
    kit.double.advance(Duration::from_secs(2 * 86_400));
    assert!(kit.told().ends_with(&["payout.paid".into()]));
    kit.double.fail_payout(&account, payout["id"].as_str().unwrap()).unwrap();
    kit.done(&path, json!({"amount": 15_000})).await;
}

#[tokio::test]
async fn a_provider_fills_in_the_form_once() {
    let kit = Kit::start().await;
    let account =
        kit.done("/v1/accounts", json!({"capabilities": {"transfers": {"requested": true}}})).await;
    let id = account["id"].as_str().unwrap();
    assert!(!kit.client.account(id).await.unwrap().takes_transfers());
    let request = CreateAccountLink::new(id, CreateAccountLinkType::AccountOnboarding)
        .refresh_url("http://127.0.0.1:1/again")
        .return_url("http://127.0.0.1:1/back");
    let link: AccountLink = kit.client.call(&request, None).await.unwrap();
    assert_eq!(visit(&link.url).await.status, 200);
    assert_eq!(submit(&link.url, "").await.location, "http://127.0.0.1:1/back");
    let account = kit.client.account(id).await.unwrap();
    assert!(account.takes_transfers() && account.details_submitted && account.payouts_enabled);
    assert_eq!(submit(&link.url, "").await.location, "http://127.0.0.1:1/again");

    let late: AccountLink = kit.client.call(&request, None).await.unwrap();
    kit.double.advance(Duration::from_secs(300));
    assert_eq!(visit(&late.url).await.location, "http://127.0.0.1:1/again");
    assert_eq!(visit(&format!("{}x", late.url)).await.status, 404);
}
