//! A process dies between any two steps to Stripe: one charge, one refund, one transfer.
//!
//! The steps (claim, call, record) are run one by one and the rest is dropped, which is what a
//! killed process leaves behind. Then its lease ends and another process continues.

use serde_json::json;
use stripe_double::{Fault, Kind};

use crate::till::Till;

/// The point at which the process dies.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Dies {
    BeforeTheClaim,
    AfterTheClaim,
    AfterTheCall,
    AfterTheRecord,
    /// No process dies: a second worker does the same again after the lease has ended.
    TwoWorkers,
}

const DEATHS: [Dies; 5] = [
    Dies::BeforeTheClaim,
    Dies::AfterTheClaim,
    Dies::AfterTheCall,
    Dies::AfterTheRecord,
    Dies::TwoWorkers,
];

impl Till {
    /// Do everything due of a kind up to that point, then recover twice, as the schedule does.
    async fn die(&self, kind: &str, dies: Dies) {
        match dies {
            Dies::BeforeTheClaim => {}
            Dies::AfterTheClaim => assert_eq!(self.claim(kind).await.len(), 1, "{kind}"),
            Dies::AfterTheCall => assert_eq!(self.claim_and_call(kind).await.len(), 1, "{kind}"),
            Dies::AfterTheRecord => {
                for (command, answer) in self.claim_and_call(kind).await {
                    self.commands.record(&command, &answer).await.expect("it is recorded");
                }
            }
            Dies::TwoWorkers => {
                let first = self.claim_and_call(kind).await;
                self.outlive_lease().await;
                let second = self.claim_and_call(kind).await;
                for (command, answer) in first.iter().chain(&second).chain(&first) {
                    self.commands.record(command, answer).await.expect("it is recorded");
                }
            }
        }
        self.sweep().await;
        self.sweep().await;
    }
}

#[tokio::test]
async fn one_intent_and_one_charge() {
    for dies in DEATHS {
        let till = Till::new().await;
        till.offer("lesson", 5000, "instant").await;
        till.world.sql("select tests.book('lesson', 'alice')").await;
        till.die("create_payment", dies).await;
        // The customer's browser asks again in any case.
        till.world.sql("update core.booking set idempotency_key = 'key'").await;
        let booked = till.book("lesson", "key").await;
        till.pay(&booked, "pm_card_visa").expect("the card is good");
        till.stripe.settled().await;
        assert_eq!(till.standing(&booked).await, "captured confirmed", "{dies:?}");
        assert_eq!(till.stripe.objects("payment_intent").len(), 1, "{dies:?}");
        assert_eq!(till.stripe.objects("charge").len(), 1, "{dies:?}");
        till.audit().await;
    }
}

/// An order with two sellers, made by `create-order`: paid once, and one line refunded once.
#[tokio::test]
async fn one_charge_of_an_order_and_one_refund_of_a_line() {
    for dies in DEATHS {
        let till = Till::new().await;
        till.offer("lesson", 5000, "instant").await;
        till.world.sql("select tests.goods('book', 'uwe', 700)").await;
        let items = json!([
            { "slot_id": till.world.id("lesson") },
            { "offering_id": till.world.id("offering book") },
        ]);
        // What `create-order` does first; it dies at a step after that.
        let placed = json!({ "p_items": items, "p_idempotency_key": "key" });
        let placed = till.world.rpc("alice", "place_order", placed).await.ok();
        till.die("create_payment", dies).await;
        // The customer's browser asks again, and later pays what it finds.
        let asked = json!({ "items": items });
        let (status, payable) = till.post("alice", "create-order", Some("key"), asked).await;
        assert_eq!((status, &payable["order_id"]), (200, &placed["order_id"]), "{payable}");
        let due = json!({ "order_id": payable["order_id"] });
        let (_, again) = till.post("alice", "pay", None, due.clone()).await;
        assert_eq!(again["client_secret"], payable["client_secret"], "{dies:?}");
        till.pay(&payable, "pm_card_visa").expect("the card is good");
        till.stripe.settled().await;
        assert_eq!(till.stripe.objects("payment_intent").len(), 1, "{dies:?}");
        assert_eq!(till.stripe.objects("charge").len(), 1, "{dies:?}");
        let (_, paid) = till.post("alice", "pay", None, due).await;
        assert_eq!((&paid["status"], &paid["client_secret"]), (&json!("paid"), &json!(null)));

        let booking =
            json!({ "booking_id": till.text("select booking_id from core.booking").await });
        till.act("tara", "cancel_booking", &booking).await;
        till.die("refund", dies).await;
        let refunds = till.stripe.objects("refund");
        assert_eq!((refunds.len(), &refunds[0]["amount"]), (1, &json!(5000)), "{dies:?}");
        let left =
            "select tests.balance('tara', 'clearing') || ' ' || tests.balance('uwe', 'clearing')";
        assert_eq!(till.text(left).await, "0 595", "{dies:?}");
        till.audit().await;
    }
}

/// `create-order` calls Stripe itself: whatever becomes of the call, its repetition makes no second
/// order and no second intent.
#[tokio::test]
async fn one_intent_of_create_order_however_its_call_ends() {
    let call = "POST /v1/payment_intents";
    let stored = Kind::ServerError { stored: false };
    for kind in [Kind::Drop, Kind::HalfAnswer, Kind::BadGateway, Kind::RateLimited, stored] {
        for fault in [Fault::before(call, kind.clone()), Fault::after(call, kind.clone())] {
            let till = Till::new().await;
            // Alice is a customer by then.
            till.offer("lesson", 5000, "instant").await;
            till.world.sql("select tests.goods('mug', null, 700)").await;
            let item = json!({ "offering_id": till.world.id("offering mug") });
            let asked = json!({ "items": [item] });
            till.stripe.fault(fault.clone());
            let first = till.post("alice", "create-order", Some("key"), asked.clone()).await;
            till.outlive_lease().await;
            let (status, payable) = till.post("alice", "create-order", Some("key"), asked).await;
            assert_eq!(status, 200, "{fault:?}: {first:?}, {payable}");
            till.pay(&payable, "pm_card_visa").expect("the card is good");
            till.stripe.settled().await;
            till.sweep().await;
            assert_eq!(till.text("select count(*) from core.order").await, "1", "{fault:?}");
            for object in ["payment_intent", "charge"] {
                assert_eq!(till.stripe.objects(object).len(), 1, "{fault:?}: {object}");
            }
            till.audit().await;
        }
    }
}

#[tokio::test]
async fn one_capture() {
    for dies in DEATHS {
        let till = Till::new().await;
        till.offer("lesson", 5000, "request").await;
        let booked = till.book_and_pay("lesson").await;
        till.act("tara", "accept_booking", &booked).await;
        till.die("capture_payment", dies).await;
        assert_eq!(till.standing(&booked).await, "captured confirmed", "{dies:?}");
        till.audit().await;
    }
}

#[tokio::test]
async fn one_refund() {
    for dies in DEATHS {
        let till = Till::new().await;
        till.offer("lesson", 5000, "instant").await;
        let booked = till.book_and_pay("lesson").await;
        till.act("alice", "cancel_booking", &booked).await;
        till.die("refund", dies).await;
        // Stripe sends this when the charge has settled, which takes days.
        till.stripe.advance(std::time::Duration::from_secs(10 * 86_400));
        till.sweep().await;
        assert_eq!(till.standing(&booked).await, "refunded cancelled", "{dies:?}");
        assert_eq!(till.stripe.objects("refund").len(), 1, "{dies:?}");
        till.audit().await;
    }
}

#[tokio::test]
async fn one_transfer_and_one_reversal() {
    for dies in DEATHS {
        let till = Till::new().await;
        till.offer("lesson", 10_000, "instant").await;
        till.book_and_pay("lesson").await;
        let account = till.onboard().await;
        till.clear_all().await;
        let later = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
        assert_eq!(till.payouts.plan(later).await.expect("planned"), 1);
        till.die("transfer", dies).await;
        let transfers = till.stripe.objects("transfer");
        assert_eq!(transfers.len(), 1, "{dies:?}");
        assert_eq!(transfers[0]["amount"], 8500);
        assert_eq!(transfers[0]["destination"], account);
        assert!(transfers[0]["source_transaction"].is_string(), "{transfers:?}");
        let paid = "select status || ' ' || paid_minor from core.payout";
        assert_eq!(till.text(paid).await, "paid 8500", "{dies:?}");

        let payment = till.text("select payment_id from core.payment").await;
        till.service(&format!("select api.refund_payment('{payment}', 10000, 'all', 'key')")).await;
        till.die("reverse_transfer", dies).await;
        assert_eq!(till.stripe.objects("refund").len(), 1, "{dies:?}");
        assert_eq!(till.stripe.objects("transfer")[0]["amount_reversed"], 8500, "{dies:?}");
        assert_eq!(till.text("select tests.balance('tara', 'available')").await, "0");
        till.audit().await;
    }
}

#[tokio::test]
async fn one_account() {
    for dies in DEATHS {
        let till = Till::new().await;
        till.offer("lesson", 10_000, "instant").await;
        till.act_json("tara", "select api.open_payout_account()").await;
        till.act_json("tara", "select api.open_payout_account()").await;
        till.die("create_account", dies).await;
        till.onboard().await;
        assert_eq!(till.stripe.objects("account").len(), 1, "{dies:?}");
        let (_, account) = till.get("tara", "payout-account").await;
        assert_eq!(account["status"], "active", "{dies:?}: {account}");
    }
}

/// After a day Stripe has forgotten the key, so we look the object up before sending anything
/// again.
#[tokio::test]
async fn after_a_day_stripe_is_asked_first() {
    for arrived in [true, false] {
        let till = Till::new().await;
        till.offer("lesson", 10_000, "instant").await;
        till.book_and_pay("lesson").await;
        till.onboard().await;
        till.clear_all().await;
        let later = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
        assert_eq!(till.payouts.plan(later).await.expect("planned"), 1);
        if arrived {
            till.claim_and_call("transfer").await;
            till.stripe.settled().await;
            // The webhook was lost as well.
            till.world.sql("update core.stripe_event set status = 'ignored'").await;
        } else {
            till.claim("transfer").await;
        }
        till.stripe.advance(std::time::Duration::from_secs(26 * 3600));
        let age = "update core.stripe_command set first_sent_at = now() - interval '26 hours',
                   last_sent_at = now() - interval '26 hours' where kind = 'transfer'";
        till.world.sql(age).await;
        till.sweep().await;
        if !arrived {
            let unsent =
                "select string_agg(state, ' ') from core.stripe_command where kind = 'transfer'";
            assert_eq!(till.text(unsent).await, "unknown", "once is no proof");
            till.world
                .sql("update core.stripe_command set missed_at = now() - interval '11 minutes'")
                .await;
            till.sweep().await;
            till.sweep().await;
        }
        assert_eq!(till.stripe.objects("transfer").len(), 1, "arrived: {arrived}");
        assert_eq!(till.text("select status from core.payout").await, "paid", "{arrived}");
        till.audit().await;
    }
}

impl Till {
    /// Run a function of a booking as a person, without a Lambda that would call Stripe.
    async fn act(&self, who: &str, function: &str, booked: &serde_json::Value) {
        let id = booked["booking_id"].as_str().expect("there is a booking");
        self.act_json(who, &format!("select to_jsonb(b) from api.{function}('{id}') as b")).await;
    }

    async fn act_json(&self, who: &str, sql: &str) {
        let acting = format!("begin; select tests.act_as('{who}'); {sql}; commit");
        self.world.sql(&acting).await;
    }

    async fn service(&self, sql: &str) {
        self.world.sql(&format!("begin; select tests.act_as_service(); {sql}; commit")).await;
    }

    async fn get(&self, who: &str, name: &str) -> (u16, serde_json::Value) {
        let url = format!("{}/functions/v1/{name}", self.world.url);
        let request = self.http.get(url).bearer_auth(self.world.token(who));
        let response = request.send().await.expect("the Lambda answers");
        (response.status().as_u16(), response.json().await.unwrap_or(json!(null)))
    }
}
