//! The stand-in and our client, judged by Stripe's official SDK for Python.
//!
//! `pip install stripe==16.1.0`; without it these tests say so and pass.

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use stripe::BalanceFilter;
use stripe::stripe_connect::account::{CreateAccount, CreateAccountCapabilities};
use stripe::stripe_connect::account_link::{CreateAccountLink, CreateAccountLinkType};
use stripe::stripe_core::payment_intent::ListPaymentIntent;
use stripe::stripe_types::RangeQueryTs;

use crate::kit::Kit;

/// Run the script against a stand-in, if it can be run.
async fn judge(kit: &Kit, what: &'static str) {
    let base_url = kit.double.base_url().to_owned();
    let output = tokio::task::spawn_blocking(move || {
        let installed = Command::new("python3")
            .args(["-c", "import stripe; assert stripe.VERSION == '16.1.0'"])
            .stderr(Stdio::null())
            .status();
        if !installed.is_ok_and(|status| status.success()) {
            return None;
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stripe_double/official.py");
        Some(Command::new("python3").args([script, what, &base_url]).output().unwrap())
    });
    match output.await.unwrap() {
        None => eprintln!("SKIPPED: the official SDK is not here; pip install stripe==16.1.0"),
        Some(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[tokio::test]
async fn the_official_sdk_goes_through_every_flow() {
    judge(&Kit::start().await, "flows").await;
}

#[tokio::test]
async fn stripe_knows_every_parameter_the_stand_in_takes() {
    judge(&Kit::start().await, "routes").await;
}

#[tokio::test]
async fn stripe_knows_every_parameter_our_client_sends() {
    let kit = Kit::start().await;
    let customer = kit.done("/v1/customers", json!({"metadata": {"person_id": "1"}})).await;
    let customer = customer["id"].as_str().unwrap();
    let params = json!({
        "amount": 30_000, "currency": "dkk", "customer": customer, "capture_method": "manual",
        "automatic_payment_methods": {"enabled": true, "allow_redirects": "never"},
        "transfer_group": "order_1", "description": "Booking", "metadata": {"op_id": "op_1"},
    });
    let intent = kit.done("/v1/payment_intents", params).await;
    let (id, secret) = (intent["id"].as_str().unwrap(), intent["client_secret"].as_str().unwrap());
    kit.double.pay(secret, "pm_card_bypassPending").unwrap();
    let path = format!("/v1/payment_intents/{id}");
    let capture = json!({"amount_to_capture": 25_000, "metadata": {"op_id": "op_2"}});
    let intent = kit.done(&format!("{path}/capture"), capture).await;
    let given_up = kit.open_intent(30_000, "automatic").await;
    let path = format!("/v1/payment_intents/{}/cancel", given_up["id"].as_str().unwrap());
    kit.done(&path, json!({"cancellation_reason": "requested_by_customer"})).await;

    let request = CreateAccount::new().country("DK").capabilities(CreateAccountCapabilities::new());
    let _: Value = kit.client.call(&request, Some("test:account:1:g1")).await.unwrap();
    let account = kit.provider().await;
    let request = CreateAccountLink::new(&account, CreateAccountLinkType::AccountOnboarding)
        .refresh_url("http://127.0.0.1:1/again")
        .return_url("http://127.0.0.1:1/back");
    let _: Value = kit.client.call(&request, None).await.unwrap();
    let params = json!({
        "amount": 20_000, "currency": "dkk", "destination": account, "transfer_group": "order_1",
        "source_transaction": intent["latest_charge"], "metadata": {"op_id": "op_3"},
    });
    let transfer = kit.done("/v1/transfers", params).await;
    let transfer = transfer["id"].as_str().unwrap();
    let path = format!("/v1/transfers/{transfer}/reversals");
    kit.done(&path, json!({"amount": 100, "metadata": {"op_id": "op_4"}})).await;
    let params = json!({
        "payment_intent": id, "amount": 100, "reason": "requested_by_customer",
        "metadata": {"op_id": "op_5"},
    });
    kit.done("/v1/refunds", params).await;

    let intents = ListPaymentIntent::new().customer(customer).created(RangeQueryTs::gte(0));
    kit.client.call::<Value>(&intents, None).await.unwrap();
    kit.client.refunds_of(id).await.unwrap();
    kit.client.transfers_of("order_1").await.unwrap();
    kit.client.reversals_of(transfer).await.unwrap();
    let filter = BalanceFilter {
        payout: Some("po_1".into()),
        source: Some(transfer.into()),
        created_from: Some(0),
    };
    kit.client.balance_transactions(&filter).await.unwrap();
    judge(&kit, "requests").await;
}
