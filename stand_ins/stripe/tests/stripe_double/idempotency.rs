//! Keys, as the real thing keeps them.

use std::time::Duration;

use serde_json::json;
use stripe::{Outcome, Reason};
use stripe_double::{Fault, Kind};

use crate::kit::Kit;

const PATH: &str = "/v1/payment_intents";

#[tokio::test]
async fn the_same_key_is_the_same_payment_for_a_day() {
    let kit = Kit::start().await;
    let params = json!({"amount": 30_000, "currency": "dkk"});
    let Outcome::Done(first) = kit.send_as(PATH, params.clone(), "k").await else { panic!() };
    let Outcome::Done(second) = kit.send_as(PATH, params.clone(), "k").await else { panic!() };
    assert_eq!((first.replayed, second.replayed), (false, true));
    assert_eq!(first.body, second.body);
    assert_eq!(kit.double.objects("payment_intent").len(), 1);
    kit.double.advance(Duration::from_secs(86_400));
    let Outcome::Done(third) = kit.send_as(PATH, params, "k").await else { panic!() };
    assert!(!third.replayed && third.body["id"] != first.body["id"], "forgotten after a day");
}

#[tokio::test]
async fn the_same_key_with_other_parameters_is_an_error() {
    let kit = Kit::start().await;
    kit.send_as(PATH, json!({"amount": 30_000, "currency": "dkk"}), "k").await;
    for (path, amount) in [(PATH, 30_001), ("/v1/customers", 30_000)] {
        let params = json!({"amount": amount, "currency": "dkk"});
        let Outcome::Unknown(doubt) = kit.send_as(path, params, "k").await else { panic!() };
        assert_eq!((doubt.reason, doubt.alarm), (Reason::IdempotencyError, true));
    }
    assert_eq!(kit.double.objects("payment_intent").len(), 1);
}

#[tokio::test]
async fn what_was_done_is_not_refused_when_its_key_comes_again() {
    let kit = Kit::start().await;
    let params = json!({"amount": 30_000, "currency": "dkk"});
    let Outcome::Done(first) = kit.send_as(PATH, params.clone(), "k").await else { panic!() };
    kit.double.fault(Fault::before("POST /v1/payment_intents", Kind::Refused));
    let Outcome::Done(second) = kit.send_as(PATH, params, "k").await else { panic!() };
    assert_eq!(first.body["id"], second.body["id"]);
}

#[tokio::test]
async fn a_refusal_is_kept_and_a_mistake_is_not() {
    let kit = Kit::start().await;
    let account = kit.provider().await;
    let params = json!({"amount": 1_000, "currency": "dkk", "destination": account});
    let refused = |outcome: Outcome| match outcome {
        Outcome::Refused(refusal) => (refusal.code.unwrap(), refusal.replayed),
        other => panic!("{other:?}"),
    };
    let path = "/v1/transfers";
    let first = refused(kit.send_as(path, params.clone(), "k").await);
    assert_eq!(first, ("balance_insufficient".into(), false));
    // There is money now, but the key remembers that there was none.
    kit.paid(30_000, "pm_card_bypassPending").await;
    let second = refused(kit.send_as(path, params.clone(), "k").await);
    assert_eq!(second, ("balance_insufficient".into(), true));
    assert!(matches!(kit.send_as(path, params, "k:g2").await, Outcome::Done(_)));

    let wrong = json!({"amount": 1_000, "currency": "dkk", "destination": account, "x": 1});
    for _ in 0..2 {
        let refusal = refused(kit.send_as(path, wrong.clone(), "j").await);
        assert_eq!(refusal, ("parameter_unknown".into(), false));
    }
    let right = json!({"amount": 1_000, "currency": "dkk", "destination": account});
    assert!(matches!(kit.send_as(path, right, "j").await, Outcome::Done(_)));
}

#[tokio::test]
async fn a_twin_waits_until_the_first_is_answered() {
    let kit = Kit::start().await;
    let params = json!({"amount": 30_000, "currency": "dkk"});
    kit.double.fault(Fault::before("POST /v1/payment_intents", Kind::Slow { millis: 300 }));
    let (first, second) = tokio::join!(
        kit.send_as(PATH, params.clone(), "k"),
        kit.send_as(PATH, params.clone(), "k"),
    );
    let reason = |outcome: &Outcome| match outcome {
        Outcome::Unknown(doubt) => Some(doubt.reason),
        _ => None,
    };
    let mut reasons = [reason(&first), reason(&second)];
    reasons.sort_by_key(Option::is_some);
    assert_eq!(reasons, [None, Some(Reason::KeyInUse)]);
    let Outcome::Done(reply) = kit.send_as(PATH, params, "k").await else { panic!() };
    assert!(reply.replayed && kit.double.objects("payment_intent").len() == 1);
}

#[tokio::test]
async fn a_key_is_at_most_255_characters_long() {
    let kit = Kit::start().await;
    let params = json!({"amount": 30_000, "currency": "dkk"});
    let longest = "k".repeat(255);
    assert!(matches!(kit.send_as(PATH, params.clone(), &longest).await, Outcome::Done(_)));
    let longer = kit.send_as(PATH, params, &format!("{longest}k")).await;
    assert!(!matches!(longer, Outcome::Done(_)), "{longer:?}");
    assert_eq!(kit.double.objects("payment_intent").len(), 1);
}
