//! Everything a network can do to a call, and the one payment that results.

use std::time::Duration;

use serde_json::{Value, json};
use stripe::{Outcome, Reason};
use stripe_double::{Fault, Kind};

use crate::kit::Kit;

const ON: &str = "POST /v1/payment_intents";

fn params() -> Value {
    json!({"amount": 30_000, "currency": "dkk"})
}

#[tokio::test]
async fn whatever_goes_wrong_the_same_key_makes_one_payment() {
    let unknown = [
        (Kind::Drop, Reason::Connection),
        (Kind::Hang { millis: 5_000 }, Reason::Timeout),
        (Kind::HalfAnswer, Reason::Connection),
        (Kind::ServerError { stored: false }, Reason::ServerError),
        (Kind::BadGateway, Reason::ServerError),
        (Kind::Html, Reason::Unreadable),
        (Kind::Conflict, Reason::KeyInUse),
        (Kind::RateLimited, Reason::RateLimited),
    ];
    for (kind, reason) in unknown {
        for after in [false, true] {
            let mut kit = Kit::start().await;
            kit.client = kit.client.clone().with_deadline(Duration::from_millis(300));
            // Twice, because the client itself tries a broken connection once more.
            let times = if reason == Reason::Connection { 2 } else { 1 };
            kit.double.fault(Fault { after, ..Fault::before(ON, kind.clone()).times(times) });
            let Outcome::Unknown(doubt) = kit.send_as("/v1/payment_intents", params(), "k").await
            else {
                panic!("{kind:?} is known")
            };
            assert_eq!(doubt.reason, reason, "{kind:?}");
            assert_eq!(kit.double.objects("payment_intent").len(), usize::from(after), "{kind:?}");
            let Outcome::Done(reply) = kit.send_as("/v1/payment_intents", params(), "k").await
            else {
                panic!("{kind:?} does not recover")
            };
            assert_eq!(reply.replayed, after, "{kind:?}");
            assert_eq!(kit.double.objects("payment_intent").len(), 1, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn a_stored_500_is_repeated_until_the_key_is_forgotten() {
    let kit = Kit::start().await;
    kit.double.fault(Fault::after(ON, Kind::ServerError { stored: true }));
    for _ in 0..2 {
        let outcome = kit.send_as("/v1/payment_intents", params(), "k").await;
        assert!(matches!(outcome, Outcome::Unknown(_)));
    }
    assert_eq!(kit.double.objects("payment_intent").len(), 1);
}

#[tokio::test]
async fn a_fault_strikes_where_and_as_often_as_it_was_told() {
    let kit = Kit::start().await;
    kit.double.fault(Fault { skip: 1, ..Fault::before(ON, Kind::Refused) });
    kit.double.fault(Fault::before("GET /v1/payment_intents/:id", Kind::RateLimited));
    let intent = kit.done("/v1/payment_intents", params()).await;
    assert_eq!(kit.refusal("/v1/payment_intents", params()).await, "card_declined");
    kit.done("/v1/payment_intents", params()).await;
    let id = intent["id"].as_str().unwrap();
    assert!(kit.client.payment_intent(id).await.is_err());
    assert!(kit.client.payment_intent(id).await.is_ok());
}

#[tokio::test]
async fn an_answer_can_lie() {
    let kit = Kit::start().await;
    let members = json!({"amount": 300, "currency": "jpy"});
    kit.double.fault(Fault::after(ON, Kind::Alter { members }));
    let intent = kit.done("/v1/payment_intents", params()).await;
    assert_eq!((&intent["amount"], &intent["currency"]), (&json!(300), &json!("jpy")));
    assert_eq!(
        kit.client.payment_intent(intent["id"].as_str().unwrap()).await.unwrap().amount,
        30_000
    );
}
