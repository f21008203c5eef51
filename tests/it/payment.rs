//! Paying for bookings: the whole way from HTTP to Stripe and back by webhook.

use serde_json::{Value, json};
use stripe::{stripe_core::payment_intent::CreatePaymentIntent, stripe_types::Currency};
use stripe_double::{Fault, Kind};
use tests::Who;

use crate::till::Till;

#[tokio::test]
async fn a_booking_is_paid_and_the_webhook_confirms_it() {
    let till = Till::new().await;
    till.offer("lesson", 10_001, "instant").await;
    let booked = till.book("lesson", "key").await;
    assert_eq!((&booked["amount"], &booked["currency"]), (&json!(10_001), &json!("EUR")));
    assert_eq!(booked["publishable_key"], "pk_test_double_0001");
    assert!(booked["expires_at"].is_string(), "{booked}");

    let again = till.book("lesson", "key").await;
    assert_eq!(booked["client_secret"], again["client_secret"], "a retry gets the same intent");
    assert_eq!(till.stripe.objects("payment_intent").len(), 1);

    assert!(till.pay(&booked, "pm_card_visa_chargeDeclined").is_err());
    till.stripe.settled().await;
    assert_eq!(till.standing(&booked).await, "failed pending_payment");
    till.pay(&booked, "pm_card_visa").expect("the card is good");
    till.stripe.settled().await;
    assert_eq!(till.standing(&booked).await, "captured confirmed");

    let paid = till.book("lesson", "key").await;
    assert!(paid["client_secret"].is_null(), "what is paid is not paid again: {paid}");
    till.audit().await;
}

/// supabase-js books with the tutoring document's own call: without a key and without a Lambda.
#[tokio::test]
async fn a_booking_made_by_plain_rpc_is_paid_by_its_customer_alone() {
    let till = Till::new().await;
    till.offer("lesson", 10_001, "instant").await;
    let asked = json!({ "p_learner_user_id": till.world.id("alice"),
                        "p_slot_id": till.world.id("lesson") });
    let request = till
        .http
        .post(format!("{}/rest/v1/rpc/create_booking_with_payment", till.world.url))
        .bearer_auth(till.world.token("alice"))
        .json(&asked);
    let booked: Value = request.send().await.expect("it answers").json().await.expect("JSON");
    let due = json!({ "booking_id": booked[0]["booking_id"] });
    for who in ["bob", "tara"] {
        let (status, body) = till.post(who, "pay", None, due.clone()).await;
        assert_eq!((status, &body["message"]), (404, &json!("order_not_found")), "{who}: {body}");
    }
    let (status, payable) = till.post("alice", "pay", None, due.clone()).await;
    assert_eq!(status, 200, "{payable}");
    let (_, again) = till.post("alice", "pay", None, due.clone()).await;
    assert_eq!(payable["client_secret"], again["client_secret"], "one intent");
    till.pay(&payable, "pm_card_visa").expect("the card is good");
    till.stripe.settled().await;
    assert_eq!(till.standing(&payable).await, "captured confirmed");
    let (_, paid) = till.post("alice", "pay", None, due).await;
    assert!(paid["client_secret"].is_null(), "what is paid is not paid again: {paid}");
    assert_eq!(till.stripe.objects("payment_intent").len(), 1);
    till.audit().await;
}

#[tokio::test]
async fn a_basket_of_two_sellers_and_the_house_is_one_charge() {
    let till = Till::new().await;
    till.offer("lesson", 10_000, "instant").await;
    till.world.sql("select tests.goods('book', 'uwe', 333), tests.goods('mug', null, 1000)").await;
    let asked = json!({ "items": [
        { "slot_id": till.world.id("lesson") },
        { "offering_id": till.world.id("offering book"), "quantity": 2 },
        { "offering_id": till.world.id("offering mug") },
    ] });
    let (status, order) = till.post("alice", "create-order", Some("key"), asked.clone()).await;
    assert_eq!((status, &order["amount"]), (200, &json!(11_666)), "{order}");
    let (_, again) = till.post("alice", "create-order", Some("key"), asked).await;
    assert_eq!(order["client_secret"], again["client_secret"], "one order and one intent");
    till.pay(&order, "pm_card_visa").expect("the card is good");
    till.stripe.settled().await;
    let states = "select string_agg(concat_ws(' ', l.kind, l.fulfilment, b.status), ', '
                                    order by l.order_line_id)
                  from core.order_line as l left join core.booking as b using (booking_id)";
    assert_eq!(till.text(states).await, "booking confirmed, goods placed, goods placed");
    let shares = "select concat_ws(' ', tests.balance('tara', 'clearing'),
                    tests.balance('uwe', 'clearing'), tests.balance(null, 'revenue'))";
    assert_eq!(till.text(shares).await, "8500 566 2600");
    assert_eq!(till.stripe.objects("charge").len(), 1);
    assert_eq!(till.text("select number::text from core.receipt").await, "1");
    let page =
        format!("/functions/v1/receipt?order_id={}", order["order_id"].as_str().expect("id"));
    let receipt = till.world.get("alice", &page).await;
    assert_eq!(receipt.status, 200, "{receipt:?}");
    let receipt = receipt.body.as_str().expect("a page").to_owned();
    for part in ["<h1>", "Receipt 1", "116.66 EUR", "lesson", "uwe", "3.33"] {
        assert!(receipt.contains(part), "{part}: {receipt}");
    }
    assert_eq!(till.world.get("tara", &page).await.status, 404, "a seller reads none");
    assert_eq!(till.world.get(Who::Anonymous, &page).await.status, 401);
    let statement = till.world.get("tara", "/functions/v1/statement?currency=EUR").await;
    assert_eq!(statement.status, 200, "{statement:?}");
    let statement = statement.body.as_str().expect("a page").to_owned();
    assert!(statement.contains("Sale") && statement.contains("85.00"), "{statement}");
    let unclear = till.world.get("tara", "/functions/v1/statement?from=soon").await;
    assert_eq!(unclear.status, 400, "{unclear:?}");
    let nothing = till.world.get("alice", "/functions/v1/receipt").await;
    assert_eq!(nothing.status, 400, "{nothing:?}");
    till.audit().await;
}

#[tokio::test]
async fn three_d_secure_is_a_step_and_not_an_end() {
    let till = Till::new().await;
    till.offer("lesson", 5000, "instant").await;
    let booked = till.book("lesson", "key").await;
    let intent = till.pay(&booked, "pm_card_authenticationRequired").expect("it asks for more");
    till.stripe.settled().await;
    assert_eq!(till.standing(&booked).await, "requires_payment pending_payment");
    let id = intent["id"].as_str().expect("an intent has an id");
    till.stripe.authenticate(id, true).expect("it is proven");
    till.stripe.settled().await;
    assert_eq!(till.standing(&booked).await, "captured confirmed");
}

#[tokio::test]
async fn a_request_is_captured_when_accepted_and_let_go_when_declined() {
    let till = Till::new().await;
    for (slot, answer, standing) in [
        ("yes", "accept-booking", "captured confirmed"),
        ("no", "decline-booking", "cancelled declined"),
    ] {
        till.offer(slot, 5000, "request").await;
        let booked = till.book_and_pay(slot).await;
        assert_eq!(till.standing(&booked).await, "authorized requested");
        let asked = json!({ "booking_id": booked["booking_id"] });
        let (status, body) = till.post("alice", answer, None, asked.clone()).await;
        assert_eq!(status, 403, "the customer cannot answer: {body}");
        for _ in 0..2 {
            let (status, body) = till.post("tara", answer, None, asked.clone()).await;
            assert_eq!(status, 200, "{body}");
        }
        till.stripe.settled().await;
        assert_eq!(till.standing(&booked).await, standing);
    }
    assert_eq!(till.stripe.objects("charge").iter().filter(|c| c["captured"] == true).count(), 1);
    till.audit().await;
}

#[tokio::test]
async fn a_late_payment_takes_the_seat_if_it_is_free_and_goes_back_if_not() {
    let till = Till::new().await;
    for (slot, taken, standing) in
        [("free", false, "captured confirmed"), ("gone", true, "refunded pending_payment")]
    {
        till.offer(slot, 5000, "instant").await;
        let booked = till.book(slot, slot).await;
        till.world
            .sql(&format!(
                "update core.booking set hold_expires_at = now() - interval '1 minute'
                 where slot_id = tests.id('{slot}');
                 select internal.settle_slot(tests.id('{slot}'));"
            ))
            .await;
        if taken {
            let faster = till.book_as("bob", slot, "bob's").await;
            till.pay(&faster, "pm_card_visa").expect("the card is good");
            till.stripe.settled().await;
        }
        till.pay(&booked, "pm_card_visa").expect("the card is good");
        till.stripe.settled().await;
        till.sweep().await;
        till.sweep().await;
        assert_eq!(till.standing(&booked).await, standing);
    }
    assert_eq!(till.stripe.objects("refund").len(), 1);
    till.audit().await;
}

#[tokio::test]
async fn who_may_refund_does_so_once_and_nobody_else_does() {
    let till = Till::new().await;
    till.offer("lesson", 10_000, "instant").await;
    let booked = till.book_and_pay("lesson").await;
    till.world
        .sql(
            "select tests.introduce('sam');
             insert into core.person_role (person_id, role_id)
             select tests.id('sam'), role_id from core.role where name = 'staff'",
        )
        .await;
    let asked = json!({ "booking_id": booked["booking_id"], "amount": 4000 });
    let (status, body) = till.post("alice", "refund-booking", Some("k"), asked.clone()).await;
    assert_eq!((status, &body["message"]), (403, &json!("staff_only")), "{body}");
    for _ in 0..2 {
        let (status, body) = till.post("sam", "refund-booking", Some("k"), asked.clone()).await;
        assert_eq!(status, 200, "{body}");
    }
    let other = json!({ "booking_id": booked["booking_id"], "amount": 4001 });
    let (status, body) = till.post("sam", "refund-booking", Some("k"), other).await;
    assert_eq!((status, &body["message"]), (409, &json!("refund_key_reused")), "{body}");
    let more = json!({ "booking_id": booked["booking_id"], "amount": 6001 });
    let (status, body) = till.post("sam", "refund-booking", Some("l"), more).await;
    assert_eq!((status, &body["message"]), (409, &json!("refund_too_large")), "{body}");
    till.stripe.settled().await;
    assert_eq!(till.standing(&booked).await, "partially_refunded confirmed");
    assert_eq!(till.stripe.objects("refund").len(), 1);
    till.audit().await;
}

/// Stripe's answer is lost in every possible way; the caller repeats the request.
#[tokio::test]
async fn whatever_becomes_of_the_answer_there_is_one_intent() {
    let till = Till::new().await;
    let faults = [
        Fault::before("POST /v1/payment_intents", Kind::Drop).times(2),
        Fault::after("POST /v1/payment_intents", Kind::Drop).times(2),
        Fault::after("POST /v1/payment_intents", Kind::HalfAnswer).times(2),
        Fault::after("POST /v1/payment_intents", Kind::BadGateway),
        Fault::before("POST /v1/payment_intents", Kind::RateLimited),
        Fault::before("POST /v1/payment_intents", Kind::Conflict),
        Fault::after("POST /v1/payment_intents", Kind::Html),
    ];
    for (n, fault) in faults.into_iter().enumerate() {
        let slot = format!("slot {n}");
        till.offer(&slot, 5000, "instant").await;
        till.stripe.fault(fault.clone());
        let asked = json!({ "slot_id": till.world.id(&slot) });
        let (status, body) = till.post("alice", "create-booking", Some(&slot), asked).await;
        assert_eq!((status, &body["message"]), (503, &json!("payment_not_ready")), "{fault:?}");
        till.outlive_lease().await;
        let booked = till.book(&slot, &slot).await;
        till.pay(&booked, "pm_card_visa").expect("the card is good");
        till.stripe.settled().await;
        assert_eq!(till.standing(&booked).await, "captured confirmed", "{fault:?}");
        assert_eq!(till.stripe.objects("payment_intent").len(), n + 1, "{fault:?}");
        assert_eq!(till.stripe.objects("charge").len(), n + 1, "{fault:?}");
    }
    till.audit().await;
}

#[tokio::test]
async fn the_least_price_of_each_currency_can_be_charged() {
    let till = Till::new().await;
    let client = till.stripe.client().expect("the stand-in has a client");
    let least = "select lower(currency), charge_min_minor from core.currency order by 1";
    for row in till.world.rows(least, &[]).await {
        let (currency, amount): (String, i64) = (row.get(0), row.get(1));
        let currency: Currency = currency.parse().expect("a currency of Stripe's");
        let intent = CreatePaymentIntent::new(amount, currency);
        let made: Result<Value, _> = client.call(&intent, None).await;
        assert!(made.is_ok(), "{amount} {}: {made:?}", row.get::<_, String>(0));
    }
}
