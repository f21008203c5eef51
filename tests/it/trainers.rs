//! The trainers' system, as its own front end uses it, and races of fifty.

use futures_util::future::join_all;
use tests::World;

use crate::money;

#[tokio::test]
async fn a_trainer_and_a_client_use_the_api_service_of_the_document() {
    let world = World::new().await;
    let people = ["tara", "alice", "bob", "sam"];
    world.introduce(&people).await;
    world.story("trainers", &people).await;
}

/// Written from the document alone, by somebody who had not seen the SQL.
#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_of_trainers_runs_as_it_was_written_from_the_document() {
    money::tell("trainers_front_end").await;
}

/// A database with the words of the SQL tests, a member of staff, and a trainer with earnings.
async fn market() -> World {
    let world = World::new().await;
    world.speak_sql().await;
    world
        .sql(
            "update core.marketplace set default_currency = 'EUR', referral_reward_minor = 100;
             select tests.make_staff('sam');
             select tests.introduce('alice', 'zoe');
             select tests.earned('past', 'tara', 10000);
             update core.provider set currency = 'EUR';
             select tests.onboard('tara');",
        )
        .await;
    world
}

/// All of them wait behind one lock, each in its own transaction as the person it names. Returns
/// each result, as the word of its refusal.
async fn race(world: &World, lock: &str, runs: Vec<(&str, String)>) -> Vec<Result<(), String>> {
    let gun = world.hold(lock).await;
    let contenders = runs.len() as i64;
    let runs = runs.into_iter().map(|(who, sql)| async move {
        let client = world.connection().await;
        let run = format!("begin; select tests.act_as('{who}'); {sql}; commit");
        client.batch_execute(&run).await.map_err(|error| {
            error.as_db_error().map(|db| db.message().to_owned()).unwrap_or_default()
        })
    });
    let (done, ()) = tokio::join!(join_all(runs), gun.fire_at(contenders));
    done
}

/// One succeeded, and the others were refused for the right reason.
fn once(done: &[Result<(), String>], word: &str) {
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{done:?}");
    let refused: Vec<_> = done.iter().filter_map(|done| done.as_ref().err()).collect();
    assert!(refused.iter().all(|told| *told == word), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promotion_is_approved_and_paid_once_however_many_approve_it() {
    let world = market().await;
    world
        .sql(
            "begin; select tests.act_as('tara');
             insert into trainers.promotion_requests (trainer_id, promotion_type, duration_days, cost)
             values (tests.id('tara'), 'profile_boost', 7, 10); commit",
        )
        .await;
    let approve =
        |_| ("sam", "select api.approve_promotion(id) from trainers.promotions".to_owned());
    let lock = "select from core.promotion for update";
    once(&race(&world, lock, (0..50).map(approve).collect()).await, "promotion_not_requested");
    let paid = "select count(*) from core.ledger_transfer where kind = 'purchase'";
    assert_eq!(world.value::<i64>(paid, &[]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_is_claimed_once_however_many_codes_are_claimed_at_once() {
    let world = market().await;
    world
        .sql(
            "select tests.introduce('r' || n) from generate_series(1, 50) as n;
             insert into core.referral_code (person_id, code)
             select tests.id('r' || n), 'CODE' || n from generate_series(1, 50) as n;",
        )
        .await;
    let claim = |n| ("zoe", format!("select api.claim_referral('CODE{n}')"));
    let lock = "select from core.person where person_id = tests.id('zoe') for update";
    once(&race(&world, lock, (1..=50).map(claim).collect()).await, "already_referred");
    assert_eq!(world.value::<i64>("select count(*) from core.referral", &[]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_is_rewarded_once_however_many_clocks_run() {
    let world = market().await;
    world
        .sql(
            "insert into core.referral (referral_id, referrer_id, referee_id, reward_minor,
                                        currency, created_at)
             values (tests.id('it'), tests.id('zoe'), tests.id('alice'), 100, 'EUR', '2020-01-01')",
        )
        .await;
    let settle =
        |_| ("sam", "select tests.act_as_service(); select api.settle_referrals()".to_owned());
    let lock = "lock table core.ledger_transfer in exclusive mode;
                lock table core.referral in exclusive mode";
    let done = race(&world, lock, (0..50).map(settle).collect()).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    let given = "select count(*) from core.ledger_transfer where kind = 'bonus'";
    assert_eq!(world.value::<i64>(given, &[]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_write_at_once_have_one_conversation() {
    let world = market().await;
    let write = |n: usize| match n % 2 {
        0 => ("alice", "select api.send_message('Hello', tests.id('tara'))".to_owned()),
        _ => ("tara", "select api.send_message('Hello', tests.id('alice'))".to_owned()),
    };
    let lock = "select from core.person where person_id in (tests.id('alice'), tests.id('tara'))
                for update";
    let done = race(&world, lock, (0..50).map(write).collect()).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    let kept = "select count(distinct conversation_id) || ' ' || count(*) from core.message";
    assert_eq!(world.value::<String>(kept, &[]).await, "1 50");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_accepted_once_however_often_it_is_confirmed() {
    let world = market().await;
    world
        .sql(
            "select tests.offer('lesson', 'tara', 5000, p_mode => 'request',
                                p_starts => now() + interval '20 days');
             select tests.event('evt_ok', 'payment_intent.amount_capturable_updated',
                                tests.intent(tests.book('lesson', 'alice'), 'requires_capture'));",
        )
        .await;
    let confirm = |_| {
        let confirm = "update trainers.bookings set status = 'confirmed'
                       where slot_id = tests.id('lesson')";
        ("tara", confirm.to_owned())
    };
    let lock = "select from core.provider for update";
    let done = race(&world, lock, (0..50).map(confirm).collect()).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    let steps = "select count(*) from core.booking_event where to_status = 'confirmed'
                 and from_status = 'requested'";
    assert_eq!(world.value::<i64>(steps, &[]).await, 1);
    let captures = "select count(*) from core.stripe_command where kind = 'capture_payment'";
    assert_eq!(world.value::<i64>(captures, &[]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_balance_is_requested_once_however_many_rows_are_inserted() {
    let world = market().await;
    let request = |_| {
        let request = "insert into trainers.payout_requests (trainer_id, amount)
                       values (tests.id('tara'), 85)";
        ("tara", request.to_owned())
    };
    let lock = "select from core.ledger_balance as b join core.ledger_account as a
                using (ledger_account_id) where a.person_id = tests.id('tara') for update of b";
    once(&race(&world, lock, (0..50).map(request).collect()).await, "balance_too_small");
    assert_eq!(world.value::<i64>("select count(*) from core.payout", &[]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_written_by_two_at_once_are_those_of_one() {
    let world = market().await;
    let write = |n: usize| {
        let hour = 8 + n % 2;
        let slot =
            |day| format!(r#"{{"day": {day}, "startTime": "{hour:02}:00", "endTime": "20:00"}}"#);
        let slots = [1, 2, 3].map(slot).join(", ");
        let write = format!(
            "update trainers.trainer_availability set slots = '[{slots}]'
             where trainer_id = tests.id('tara')"
        );
        ("tara", write)
    };
    let lock = "select from core.provider for update";
    let done = race(&world, lock, (0..20).map(write).collect()).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    let kept = "select count(*) || ' ' || count(distinct start_local) from core.availability_rule";
    assert_eq!(world.value::<String>(kept, &[]).await, "3 1");
}
