//! The file that keeps the stand-in's state: all of it, and not all of it again at every request.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use stripe_double::Options;

use crate::kit::Kit;

async fn kit(file: &Path) -> Kit {
    Kit::with(Options { file: Some(file.to_owned()), ..Options::default() }).await
}

#[tokio::test]
async fn a_request_writes_what_it_changed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stripe.jsonl");
    let kit = kit(&file).await;
    let mut sizes = Vec::new();
    for _ in 0..40 {
        kit.open_intent(30_000, "automatic").await;
        sizes.push(fs::metadata(&file).unwrap().len());
    }
    let grown: Vec<u64> = sizes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let (first, last) = (grown[0], grown[grown.len() - 1]);
    assert!(last > 0 && last <= first + first / 10, "{grown:?}");
    // A change of one member writes this one.
    let intent = &kit.double.objects("payment_intent")[0];
    let path = format!("/v1/payment_intents/{}", intent["id"].as_str().unwrap());
    let before = fs::metadata(&file).unwrap().len();
    kit.done(&path, json!({"description": "An hour"})).await;
    let written = fs::metadata(&file).unwrap().len() - before;
    // The answer is kept under its key: once, and not the object beside it.
    assert!(written < first, "{written} of {first}");
}

#[tokio::test]
async fn balances_keys_and_what_is_due_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stripe.jsonl");
    let params = json!({"amount": 30_000, "currency": "dkk"});
    let (intent, available) = {
        let kit = kit(&file).await;
        kit.paid(90_000, "pm_card_bypassPending").await;
        kit.paid(30_000, "pm_card_visa").await;
        let slow = kit.paid(30_000, "pm_card_pendingRefund").await;
        kit.done("/v1/refunds", json!({"payment_intent": slow["id"]})).await;
        kit.send_as("/v1/payment_intents", params.clone(), "k").await;
        kit.double.advance(Duration::from_secs(3_600 * 24 * 2 - 30));
        (kit.double.objects("payment_intent")[0].clone(), kit.double.available("", "dkk"))
    };
    let kit = kit(&file).await;
    assert_eq!(kit.double.available("", "dkk"), available);
    kit.double.audit().unwrap();
    // The refund that was pending has gone through meanwhile, by the clock that was set.
    assert_eq!(kit.double.objects("refund")[0]["status"], "succeeded");
    assert_eq!(kit.double.objects("payment_intent")[0], intent);
    assert_eq!(kit.double.objects("payment_intent").len(), 4);
}

#[tokio::test]
async fn a_line_that_was_not_written_to_its_end_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stripe.jsonl");
    {
        let kit = kit(&file).await;
        kit.open_intent(30_000, "automatic").await;
        kit.open_intent(40_000, "automatic").await;
    }
    let text = fs::read(&file).unwrap();
    fs::write(&file, &text[..text.len() - 10]).unwrap();
    let kit = kit(&file).await;
    let intents = kit.double.objects("payment_intent");
    assert_eq!(intents.len(), 1);
    assert_eq!(intents[0]["amount"], 30_000);
    kit.open_intent(50_000, "automatic").await;
}
