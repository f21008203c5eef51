//! Stripe's events: forged ones are refused, signed ones are stored, and their order does not
//! matter.
//!
//! `EVERY_ORDER=1` tries all 720 orders of each history; by default every twelfth.

use std::time::{SystemTime, UNIX_EPOCH};

use convene::local::stripe::SECRETS;
use ring::hmac;
use serde_json::{Value, json};
use tests::World;

use crate::till::Till;

const SECRET: &str = SECRETS[0];
const CONNECT_SECRET: &str = SECRETS[1];

fn sign(secret: &str, body: &str, age: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let at = now.cast_signed() - age;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    let tag: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={tag}")
}

fn event(id: &str, kind: &str) -> Value {
    json!({
        "id": id, "object": "event", "type": kind, "created": 1_700_000_000, "livemode": false,
        "api_version": "2026-09-30.endive", "data": { "object": { "id": "x", "object": "x" } },
    })
}

impl Till {
    async fn deliver(&self, path: &str, signature: Option<&str>, body: String) -> u16 {
        let mut request =
            self.http.post(format!("{}/functions/v1/{path}", self.world.url)).body(body);
        if let Some(signature) = signature {
            request = request.header("Stripe-Signature", signature);
        }
        request.send().await.map(|answer| answer.status().as_u16()).unwrap_or_default()
    }

    async fn kept(&self) -> String {
        self.text("select string_agg(event_id || ':' || status, ' ' order by event_id) from core.stripe_event")
            .await
    }
}

#[tokio::test]
async fn what_stripe_did_not_sign_is_refused() {
    let till = Till::new().await;
    let body = event("evt_1", "payment_intent.succeeded").to_string();
    let good = sign(SECRET, &body, 0);
    for (why, signature) in [
        ("no signature", None),
        ("an empty one", Some(String::new())),
        ("another secret", Some(sign("whsec_somebody_elses", &body, 0))),
        ("the other endpoint's secret", Some(sign(CONNECT_SECRET, &body, 0))),
        ("an empty secret", Some(sign("", &body, 0))),
        ("too old", Some(sign(SECRET, &body, 301))),
        ("from the future", Some(sign(SECRET, &body, -310))),
        ("the signature of another body", Some(sign(SECRET, "{}", 0))),
        ("an unsigned time", Some(good.replace("t=", "t=1"))),
        ("another scheme", Some(good.replace("v1=", "v0="))),
    ] {
        let status = till.deliver("stripe-webhook", signature.as_deref(), body.clone()).await;
        assert_eq!(status, 400, "{why}");
    }
    let large = format!("{{\"id\":\"{}\"}}", "x".repeat(600_000));
    let status =
        till.deliver("stripe-webhook", Some(&sign(SECRET, &large, 0)), large.clone()).await;
    assert_eq!(status, 413, "too large");
    assert_eq!(till.kept().await, "", "nothing of it is kept");
}

#[tokio::test]
async fn what_is_signed_is_kept_and_answered_200() {
    let till = Till::new().await;
    let mut live = event("evt_live", "payment_intent.succeeded");
    live["livemode"] = json!(true);
    let mut connected = event("evt_connected", "payment_intent.succeeded");
    connected["account"] = json!("acct_1");
    let thin = json!({ "id": "evt_thin", "object": "v2.core.event", "type": "v2.x",
                       "created": "2026-11-21T10:00:00Z", "livemode": false });
    for (body, times) in [
        (event("evt_new_type", "invoice.paid").to_string(), 2),
        (live.to_string(), 1),
        (connected.to_string(), 1),
        (thin.to_string(), 1),
        (event("evt_odd", "payment_intent.succeeded").to_string(), 2),
        ("[]".to_owned(), 1),
        ("{\"id\":\"evt_nul\",\"object\":\"event\",\"type\":\"charge.updated\",\"livemode\":false,\
          \"data\":{\"object\":{\"id\":\"a\\u0000b\"}}}".to_owned(), 1),
    ] {
        for _ in 0..times {
            let signed = sign(SECRET, &body, 0);
            let status = till.deliver("stripe-webhook", Some(&signed), body.clone());
            assert_eq!(status.await, 200, "{body}");
        }
    }
    let kept = till.kept().await;
    for fate in [
        "evt_connected:ignored",
        "evt_live:ignored",
        "evt_new_type:ignored",
        "evt_nul:new",
        "evt_odd:ignored",
        "evt_thin:ignored",
        "unreadable",
    ] {
        assert!(kept.contains(fate), "{fate} in {kept}");
    }
}

/// Stripe's own fixtures, as events of every kind we listen to.
#[tokio::test]
async fn the_fixtures_of_stripe_are_applied_or_kept() {
    let till = Till::new().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../stand_ins/stripe/src/shape/fixtures");
    let mut sent = 0;
    for file in std::fs::read_dir(folder).expect("the fixtures are there") {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let mut event = event(&format!("evt_{sent}"), &format!("{name}.updated"));
        event["data"]["object"] = serde_json::from_str(&text).expect("it is JSON");
        let body = event.to_string();
        let signed = sign(SECRET, &body, 0);
        let status = till.deliver("stripe-webhook", Some(&signed), body.clone());
        assert_eq!(status.await, 200, "{name}");
        sent += 1;
    }
    let kept = till.text("select count(*) from core.stripe_event").await;
    assert!(sent > 10 && kept == sent.to_string(), "{kept} of {sent}");
    let failed = "select string_agg(event_id || ' ' || last_error, ', ') from core.stripe_event
                  where last_error not in
                    ('unknown', 'missing', 'Stripe was asked and has not answered.')";
    assert_eq!(till.text(failed).await, "", "no shape of Stripe's is a mistake of ours");
}

/// The sweep applies an event once that could not be applied before.
#[tokio::test]
async fn what_was_left_is_swept() {
    let till = Till::new().await;
    till.offer("lesson", 5000, "instant").await;
    let booked = till.book("lesson", "key").await;
    till.world.sql("alter table core.earning rename to gone").await;
    till.pay(&booked, "pm_card_visa").expect("the card is good");
    till.stripe.settled().await;
    assert_eq!(till.standing(&booked).await, "requires_payment pending_payment");
    till.world.sql("alter table core.gone rename to earning").await;
    till.sweep().await;
    till.sweep().await;
    assert_eq!(till.standing(&booked).await, "captured confirmed");
    till.audit().await;
}

/// After an outage there are more events than a batch holds.
#[tokio::test]
async fn one_sweep_applies_all_that_is_due() {
    let till = Till::new().await;
    till.world
        .sql(
            r#"set role service_role;
              select api.store_stripe_event(
                'evt_' || n, 'charge.updated', 'ch_' || n, null, false, '2025-03-31',
                extract(epoch from now())::bigint,
                convert_to(format('{"id": "evt_%s", "type": "charge.updated", "livemode": false,
                  "data": {"object": {"id": "ch_%s", "object": "charge", "metadata": {}}}}', n, n),
                  'UTF8'), 'new')
              from generate_series(1, 450) as n;
              reset role"#,
        )
        .await;
    till.sweep().await;
    let left = "select count(*) from core.stripe_event where status = 'new' and attempts = 0";
    assert_eq!(till.text(left).await, "0");
}

/// Every event of a flow arrives several times, in another order, before the API's own answer.
#[tokio::test]
async fn nuisances_on_the_way_change_nothing() {
    use stripe_double::Nuisance;
    let till = Till::new().await;
    for (n, nuisance) in [
        Nuisance { copies: 3, ..Nuisance::default() },
        Nuisance { shuffled: true, copies: 2, ..Nuisance::default() },
        Nuisance { before_response: true, ..Nuisance::default() },
        Nuisance { lost: 2, retry_millis: 5, ..Nuisance::default() },
    ]
    .into_iter()
    .enumerate()
    {
        let slot = format!("slot {n}");
        till.offer(&slot, 5000, "instant").await;
        till.stripe.nuisance(nuisance.clone());
        let booked = till.book_and_pay(&slot).await;
        till.sweep().await;
        assert_eq!(till.standing(&booked).await, "captured confirmed", "{nuisance:?}");
        let captures = "select count(*) from core.ledger_transfer where kind = 'capture'";
        assert_eq!(till.text(captures).await, (n + 1).to_string(), "{nuisance:?}");
    }
    till.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_whatever_order_events_come_the_end_is_the_same() {
    let every: i32 = if std::env::var("EVERY_ORDER").is_ok() { 1 } else { 12 };
    let world = World::new().await;
    world.speak_sql().await;
    world
        .sql(
            "select tests.offer('instant', 'tara', 10001);
              select tests.offer('request', 'tara', 10001, p_mode => 'request',
                                 p_starts => now() + interval '20 days')",
        )
        .await;
    for (name, slot) in [
        ("paid after trouble", "instant"),
        ("refunded at Stripe", "instant"),
        ("dispute lost", "instant"),
        ("dispute won", "instant"),
        ("inquiry", "instant"),
        ("captured at Stripe", "request"),
        ("authorisation lapsed", "request"),
    ] {
        let client = world.connection().await;
        let passing = slot == "request";
        client.batch_execute("begin").await.expect("it begins");
        let row = client
            .query_one("select tests.book($1, 'alice')", &[&slot])
            .await
            .expect("the slot is free");
        let payment_id: uuid::Uuid = row.get(0);
        let row = client
            .query_one(
                "select tried, unequal, coalesce(example, '')
                 from tests.unequal_orders(tests.history($1, $2), $3, $4)",
                &[&payment_id, &name, &every, &passing],
            )
            .await
            .expect("every order can be tried");
        let (tried, unequal, example): (i64, i64, String) = (row.get(0), row.get(1), row.get(2));
        client.batch_execute("rollback").await.expect("it is undone");
        println!("{name}: {tried} orders, {unequal} end differently");
        assert_eq!(unequal, 0, "{name}: {example}");
    }
}
