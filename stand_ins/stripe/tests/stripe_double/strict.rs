//! The stand-in's objects, read by the strict types of the async-stripe crates: one required
//! member missing, and they would not parse.

use serde_json::json;
use stripe::stripe_connect::account::RetrieveAccount;
use stripe::stripe_connect::account_link::{CreateAccountLink, CreateAccountLinkType};
use stripe::stripe_connect::transfer::{ListTransfer, RetrieveTransfer};
use stripe::stripe_connect::transfer_reversal::ListIdTransferReversal;
use stripe::stripe_core::balance_transaction::ListBalanceTransaction;
use stripe::stripe_core::charge::RetrieveCharge;
use stripe::stripe_core::customer::CreateCustomer;
use stripe::stripe_core::dispute::ListDispute;
use stripe::stripe_core::payment_intent::{
    CreatePaymentIntent, ListPaymentIntent, RetrievePaymentIntent,
};
use stripe::stripe_core::refund::ListRefund;
use stripe::stripe_types::Currency;

use crate::kit::Kit;

#[tokio::test]
async fn what_is_paid_parses() {
    let kit = Kit::start().await;
    let client = &kit.client;
    CreateCustomer::new().name("Nobody").send(client).await.unwrap();
    let request = CreatePaymentIntent::new(30_000, Currency::DKK);
    let opened = request.send(client).await.unwrap();
    let secret = opened.client_secret.as_deref().unwrap().to_owned();
    kit.double.pay(&secret, "pm_card_chargeDeclined").unwrap_err();
    RetrievePaymentIntent::new(opened.id.as_str()).send(client).await.unwrap();
    kit.double.pay(&secret, "pm_card_authenticationRequired").unwrap();
    RetrievePaymentIntent::new(opened.id.as_str()).send(client).await.unwrap();

    kit.paid(90_000, "pm_card_bypassPending").await;
    let intent = kit.paid(30_000, "pm_card_createDispute").await;
    kit.open_intent(30_000, "manual").await;
    let intents = ListPaymentIntent::new().send(client).await.unwrap();
    assert_eq!(intents.data.len(), 4);
    let charge = intent["latest_charge"].as_str().unwrap();
    assert!(RetrieveCharge::new(charge).send(client).await.unwrap().disputed);
    assert_eq!(ListDispute::new().charge(charge).send(client).await.unwrap().data.len(), 1);
    let paid = kit.paid(30_000, "pm_card_visa").await;
    kit.done("/v1/refunds", json!({"payment_intent": paid["id"]})).await;
    assert_eq!(ListRefund::new().send(client).await.unwrap().data.len(), 1);
    let movements = ListBalanceTransaction::new().send(client).await.unwrap();
    assert_eq!(movements.data.len(), 5);
}

#[tokio::test]
async fn what_is_paid_out_parses() {
    let kit = Kit::start().await;
    let client = &kit.client;
    let (account, intent) = (kit.provider().await, kit.paid(30_000, "pm_card_visa").await);
    let found = RetrieveAccount::new(account.as_str()).send(client).await.unwrap();
    assert_eq!(found.payouts_enabled, Some(true));
    CreateAccountLink::new(&account, CreateAccountLinkType::AccountOnboarding)
        .refresh_url("http://127.0.0.1:1/again")
        .return_url("http://127.0.0.1:1/back")
        .send(client)
        .await
        .unwrap();
    let params = json!({
        "amount": 20_000, "currency": "dkk", "destination": account,
        "source_transaction": intent["latest_charge"],
    });
    let transfer = kit.done("/v1/transfers", params).await;
    let id = transfer["id"].as_str().unwrap();
    kit.done(&format!("/v1/transfers/{id}/reversals"), json!({"amount": 100})).await;
    let found = RetrieveTransfer::new(id).send(client).await.unwrap();
    assert_eq!((found.amount_reversed, found.reversals.data.len()), (100, 1));
    assert_eq!(ListTransfer::new().send(client).await.unwrap().data.len(), 1);
    assert_eq!(ListIdTransferReversal::new(id).send(client).await.unwrap().data.len(), 1);
}
