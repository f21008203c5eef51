//! Currencies that the platform does not settle in are converted, as Stripe does.

use serde_json::{Value, json};

use crate::kit::Kit;

async fn paid_in(kit: &Kit, currency: &str, amount: i64) -> Value {
    let params = json!({"amount": amount, "currency": currency});
    let intent = kit.done("/v1/payment_intents", params).await;
    kit.double.pay(intent["client_secret"].as_str().unwrap(), "pm_card_bypassPending").unwrap()
}

fn movement_of(kit: &Kit, charge: &Value) -> Value {
    let charge = kit.double.object(charge.as_str().unwrap()).unwrap();
    kit.double.object(charge["balance_transaction"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_charge_in_a_currency_that_is_settled_in_stays_as_it_is() {
    let kit = Kit::start().await;
    let intent = paid_in(&kit, "usd", 10_000).await;
    let movement = movement_of(&kit, &intent["latest_charge"]);
    assert_eq!(
        (&movement["amount"], &movement["currency"], &movement["exchange_rate"]),
        (&json!(10_000), &json!("usd"), &json!(null))
    );
}

#[tokio::test]
async fn a_charge_in_another_currency_is_converted() {
    let kit = Kit::start().await;
    kit.double.settle_in(&["dkk"]);
    let intent = paid_in(&kit, "usd", 10_000).await;
    assert_eq!(kit.double.objects("charge")[0]["currency"], "usd", "the payer paid dollars");
    let movement = movement_of(&kit, &intent["latest_charge"]);
    let (amount, rate) = (movement["amount"].as_i64().unwrap(), &movement["exchange_rate"]);
    assert_eq!(movement["currency"], "dkk");
    assert_eq!(amount as f64, 10_000.0 * rate.as_f64().unwrap());
    assert_eq!((kit.double.available("", "usd"), kit.double.available("", "dkk")), (0, 49_250));
    // Yen have no minor unit: the rate is between krone and yen, not between øre and yen.
    let intent = paid_in(&kit, "jpy", 10_000).await;
    let movement = movement_of(&kit, &intent["latest_charge"]);
    let rate = movement["exchange_rate"].as_f64().unwrap();
    assert_eq!(movement["amount"].as_f64().unwrap(), 10_000.0 * rate * 100.0);
}

#[tokio::test]
async fn a_transfer_out_of_a_converted_charge_is_in_what_it_was_settled_in() {
    let kit = Kit::start().await;
    kit.double.settle_in(&["dkk"]);
    let (account, intent) = (kit.provider().await, paid_in(&kit, "usd", 10_000).await);
    let transfer = |currency: &str, amount: i64| {
        json!({
            "amount": amount, "currency": currency, "destination": account,
            "source_transaction": intent["latest_charge"],
        })
    };
    let refused = kit.refused("/v1/transfers", transfer("usd", 8_000)).await;
    let message = refused.message.unwrap_or_default();
    assert!(message.contains("balance transaction (dkk)"), "{message}");
    let over = kit.refusal("/v1/transfers", transfer("dkk", 50_001)).await;
    assert_eq!(over, "transfer_source_amount_exceeded");
    kit.done("/v1/transfers", transfer("dkk", 40_000)).await;
    assert_eq!(kit.double.available(&account, "dkk"), 40_000);
}

#[tokio::test]
async fn what_goes_back_is_converted_too() {
    let kit = Kit::start().await;
    kit.double.settle_in(&["dkk"]);
    let intent = paid_in(&kit, "usd", 10_000).await;
    paid_in(&kit, "usd", 10_000).await;
    let params = json!({"payment_intent": intent["id"], "amount": 4_000});
    let refund = kit.done("/v1/refunds", params).await;
    assert_eq!((&refund["currency"], &refund["amount"]), (&json!("usd"), &json!(4_000)));
    assert_eq!(kit.double.available("", "dkk"), 2 * 49_250 - 20_000);
    let charge = intent["latest_charge"].as_str().unwrap();
    kit.double.open_dispute_of(charge, "fraudulent", 6_000).unwrap();
    assert_eq!(kit.double.available("", "usd"), 0);
    assert_eq!(kit.double.available("", "dkk"), 2 * 49_250 - 20_000 - 30_000 - 7_500);
}
