//! The demo marketplace is loaded through the functions that everybody uses.

use convene::{
    local::demo::{self, Cast},
    routers::House,
};
use postgres::{Db, Limits};
use stripe_double::{Options, StripeDouble};
use tests::{Who, World};

async fn loaded() -> (World, Cast) {
    loaded_into(World::new().await).await
}

async fn loaded_into(world: World) -> (World, Cast) {
    // As in `serve`, no webhook listens while the demo is loaded.
    let double = StripeDouble::start(Options::default()).await.expect("the stand-in starts");
    let db = |url: &str| Db::connect(url, Limits::default()).expect("a connection string");
    let house = House {
        api: db(&world.logins.api),
        service: db(&world.logins.service),
        keys: world.keys.clone(),
        stripe: None,
        site_url: "http://127.0.0.1:3000".into(),
        base_url: world.url.clone(),
    };
    let owner = convene::deploy::connect(world.owner_url()).await.expect("a database");
    let mut cast = Cast::read().expect("a cast");
    let loaded = demo::load(&house, &owner, &mut cast, Some(&double)).await;
    loaded.expect("the demo can be loaded");
    (world, cast)
}

#[tokio::test]
async fn the_example_of_the_readme_books() {
    // The next slot may cost something.
    let (world, _stripe) = World::paying().await;
    let (world, _) = loaded_into(world).await;
    world.story("readme", &[]).await;
}

#[tokio::test]
async fn there_are_courses_with_learners_and_posts_with_comments() {
    let (world, _) = loaded().await;
    let sql = "select count(*) from fitness.\"Course\" as c where c.\"isPublished\"";
    assert_eq!(world.value::<i64>(sql, &[]).await, 2);
    let sql = "select count(*) from core.lesson_progress where completed_at is not null";
    assert_eq!(world.value::<i64>(sql, &[]).await, 2);
    let sql = "select count(*) from core.comment as c join core.post as p using (post_id)";
    assert_eq!(world.value::<i64>(sql, &[]).await, 3);
}

#[tokio::test]
async fn experts_have_earned_what_learners_have_paid() {
    let (world, cast) = loaded().await;
    world.speak_sql().await;
    let service = Db::connect(&world.logins.service, Limits::default()).expect("a login");
    clock::run(&service, tokio::time::Instant::now() + std::time::Duration::from_secs(60)).await;
    let earned = "select count(*) from core.earning as e
                  where e.released_at is not null and e.provider_minor > 0";
    let paid = cast.past.iter().filter(|past| past.paid).count();
    assert!(paid > 0);
    assert_eq!(usize::try_from(world.value::<i64>(earned, &[]).await), Ok(paid));
    assert!(world.rows("select tests.ledger_problems()", &[]).await.is_empty());
}

#[tokio::test]
async fn every_expert_can_be_booked_for_weeks_at_their_own_hours() {
    let (world, cast) = loaded().await;
    for expert in &cast.experts {
        let sql = "
            select count(*) filter (where s.starts_at > now()) as ahead,
                   max(s.starts_at) > now() + interval '4 weeks' as for_weeks,
                   bool_and((s.starts_at at time zone $2)::time >= $3::text::time)
                     filter (where s.origin = 'hours') as not_before_hours
            from core.slot as s
            where s.provider_id = $1";
        let opens = expert.hours.iter().map(|hours| &hours.start).min();
        let rows = world.rows(sql, &[&expert.id, &expert.timezone, &opens]).await;
        assert!(rows[0].get::<_, i64>("ahead") > 20, "{}", expert.name);
        assert!(rows[0].get::<_, bool>("for_weeks"), "{}", expert.name);
        assert!(rows[0].get::<_, bool>("not_before_hours"), "{}", expert.name);
    }
}

#[tokio::test]
async fn the_past_is_completed_and_reviewed_and_occupies_no_future() {
    let (world, cast) = loaded().await;
    let sql = "select count(*)
               from core.booking as b
               join core.review as r using (booking_id)
               where b.status = 'completed' and b.ends_at < now()";
    let reviewed: i64 = world.value(sql, &[]).await;
    assert_eq!(usize::try_from(reviewed).ok(), Some(cast.past.len()));
    // An event occupies its organiser's time, whether or not anybody comes.
    let sql = "select count(*)
               from core.occupancy as o
               where upper(o.busy) > now()
                 and not exists (select from core.event as e where e.slot_id = o.slot_id)";
    assert_eq!(world.value::<i64>(sql, &[]).await, 0);
}

/// With `DEFAULT_LENS=dogs cargo run`, every table of the lens has rows, except for payouts: what the
/// trainers have earned still clears, and none of them has a bank account.
#[tokio::test]
async fn dogs_come_along_and_live_somewhere() {
    let (world, cast) = loaded().await;
    let dogs = cast.learners.iter().map(|learner| learner.dogs.len()).sum::<usize>();
    assert!(dogs > 0);
    let saved: i64 = world.value("select count(*) from dogs.dogs", &[]).await;
    assert_eq!(usize::try_from(saved), Ok(dogs));
    let trained = "select count(*) from dogs.bookings where dog_id is not null";
    let came = cast.past.iter().filter(|past| past.dog.is_some()).count();
    assert_eq!(usize::try_from(world.value::<i64>(trained, &[]).await), Ok(came));
    let tables = "select relname::text from pg_class
                  where relnamespace = 'dogs'::regnamespace and relkind = 'v'";
    let mut empty = Vec::new();
    for table in world.rows(tables, &[]).await.iter().map(|row| row.get::<_, String>(0)) {
        let rows: i64 = world.value(&format!("select count(*) from dogs.{table}"), &[]).await;
        empty.extend((rows == 0).then_some(table));
    }
    assert_eq!(empty, ["payouts"]);
}

#[tokio::test]
async fn everybody_can_sign_in() {
    let (world, cast) = loaded().await;
    let path = "/auth/v1/token?grant_type=password";
    let experts = cast.experts.iter().map(|expert| (&expert.email, expert.id));
    let learners = cast.learners.iter().map(|learner| (&learner.email, learner.id));
    for (email, id) in experts.chain(learners) {
        let body = serde_json::json!({"email": email, "password": demo::PASSWORD});
        let session = world.post(Who::Anonymous, path, body).await.ok();
        assert_eq!(session["user"]["id"], id.to_string(), "{email}");
        let body = serde_json::json!({"email": email, "password": "another word"});
        assert_eq!(world.post(Who::Anonymous, path, body).await.status, 400, "{email}");
    }
}

#[tokio::test]
async fn the_sanctuary_has_healers_events_and_a_shop() {
    let (world, _) = loaded().await;
    for sql in [
        "select count(*) from avenrae.healers where healer_type is not null",
        "select count(*) from avenrae.events where status = 'upcoming'",
        "select count(*) from avenrae.products where stock_quantity > 0",
    ] {
        assert!(world.value::<i64>(sql, &[]).await > 0, "{sql}");
    }
}
