//! The fitness system, as its own front end and server use it, and its races.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::json;
use tests::{Answer, World};

use crate::{auth::window, till::Till};

/// Payments in the system's document are in dollars unless they say otherwise.
const DOLLARS: &str = "update core.marketplace
                       set default_currency = 'USD', settlement_currencies = '{DKK,USD}'";
/// How many contenders wait at the lock; the others wait for a connection.
const AT_THE_LINE: i64 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn users_buy_learn_and_talk_through_supabase_js() {
    let Till { world, stripe, .. } = Till::new().await;
    let window = window(&world).await;
    let more = [("WINDOW_URL", window.as_str()), ("STRIPE_URL", stripe.base_url())];
    world.story_with("fitness", &[], &more).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_from_the_document_alone_runs_from_sign_up_to_the_refund() {
    let Till { world, stripe, .. } = Till::new().await;
    let window = window(&world).await;
    let more = [("WINDOW_URL", window.as_str()), ("STRIPE_URL", stripe.base_url())];
    world.story_with("fitness_front_end", &[], &more).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_of_the_document_runs_through_prisma() {
    let Till { world, stripe, .. } = Till::new().await;
    world.sql(DOLLARS).await;
    let more = [
        ("API_DATABASE_URL", world.logins.api.as_str()),
        ("SERVICE_DATABASE_URL", &world.logins.service),
        ("STRIPE_URL", stripe.base_url()),
    ];
    world.story_with("prisma", &[], &more).await;
}

/// A published course of tara's with one lesson, and alice, who is enrolled.
async fn one_course(price_minor: i64) -> World {
    let world = World::new().await;
    world.introduce(&["tara", "alice"]).await;
    world.sql(DOLLARS).await;
    let save = async |what: &str, argument: &str, fields| {
        world.rpc("tara", &format!("save_{what}"), json!({ argument: fields })).await.ok();
    };
    let course = json!({"offering_id": world.id("yoga"), "title": "Yoga",
                        "price_minor": price_minor, "is_active": true});
    save("course", "p_course", course).await;
    let section = json!({"section_id": world.id("section"), "offering_id": world.id("yoga"),
                         "title": "One", "is_published": true});
    save("section", "p_section", section).await;
    let lesson = json!({"lesson_id": world.id("lesson"), "section_id": world.id("section"),
                        "title": "One", "is_published": true});
    save("lesson", "p_lesson", lesson).await;
    world.rpc("alice", "save_customer", json!({"p_customer": {}})).await.ok();
    world
}

/// How many answers had each status and message.
fn tally(answers: &[Answer]) -> BTreeMap<(u16, &str), usize> {
    answers.iter().fold(BTreeMap::new(), |mut counts, answer| {
        let message = answer.body["message"].as_str().unwrap_or_default();
        *counts.entry((answer.status, message)).or_default() += 1;
        counts
    })
}

/// All of them wait for the enrolment, to which the first row of progress refers.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_beacons_of_a_lesson_are_one_row_that_never_falls() {
    let world = one_course(0).await;
    world.rpc("alice", "enrol", json!({"p_offering_id": world.id("yoga")})).await.ok();
    let beacon = async |n: u32| {
        let percent = f64::from(n * 37 % 200) / 4.0;
        let fields = json!({"lesson_id": world.id("lesson"), "watch_pct": percent});
        world.rpc("alice", "save_progress", json!({"p_progress": fields})).await
    };

    let gun = world.hold("select from core.enrolment for update").await;
    let (answers, ()) = tokio::join!(join_all((0..200).map(beacon)), gun.fire_at(AT_THE_LINE));

    assert_eq!(tally(&answers), BTreeMap::from([((200, ""), 200)]));
    let rows: i64 = world.value("select count(*) from core.lesson_progress", &[]).await;
    let percent: String =
        world.value("select max(watch_pct)::text from core.lesson_progress", &[]).await;
    assert_eq!((rows, percent.as_str()), (1, "49.75"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_purchases_of_a_course_at_once_are_one_enrolment_and_one_charge() {
    let world = one_course(5000).await;
    let order = async |_| {
        let items = json!([{"offering_id": world.id("yoga")}]);
        world.rpc("alice", "place_order", json!({"p_items": items})).await
    };

    let gun = world.hold("select from core.customer for update").await;
    let (answers, ()) = tokio::join!(join_all((0..100).map(order)), gun.fire_at(AT_THE_LINE));

    let expected = BTreeMap::from([((200, ""), 1), ((409, "enrolment_pending"), 99)]);
    assert_eq!(tally(&answers), expected);
    let made = "select (select count(*) from core.enrolment) * 10000
                       + (select count(*) from core.payment) * 100
                       + (select count(*) from core.stripe_command where kind = 'create_payment')";
    let count: i64 = world.value(made, &[]).await;
    assert_eq!(count, 10101, "one enrolment, one payment and one intent");
}
