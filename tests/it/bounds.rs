//! A small request causes no large work: the cost that one caller can cause for others is limited.

use serde_json::json;
use tests::{Who, World};

/// One expert with a slot every quarter of an hour for sixty days. Each slot belongs to a window,
/// and each window to some eight hundred slots.
async fn calendar() -> World {
    let world = World::new().await;
    world.make_expert("tara", "UTC", "00:00", "23:45").await;
    world.make_session("tara", 15, 10_000, 1).await;
    world
}

/// Slots and windows, nested in each other.
fn nested(levels: usize) -> String {
    let mut select = "id".to_owned();
    for level in 0..levels {
        let name = if level % 2 == 0 { "bookable_slots" } else { "availability_windows" };
        select = format!("id,{name}({select})");
    }
    let name = if levels.is_multiple_of(2) { "bookable_slots" } else { "availability_windows" };
    format!("/rest/v1/{name}?select={select}")
}

#[tokio::test]
async fn embeddings_that_multiply_are_stopped_while_they_are_made() {
    let world = calendar().await;
    let slots: i64 = world.value("select count(*) from core.slot", &[]).await;
    assert!(slots > 5000, "{slots}");

    let within = world.get(Who::Anonymous, &nested(1)).await.ok();
    let rows = within[0]["bookable_slots"].as_array().expect("a list").len();
    assert!(rows > 700, "one level of embedding is whole: {rows}");

    for levels in [3, 4, 5] {
        let answer = world.get(Who::Anonymous, &nested(levels)).await;
        // Without a limit, this would reach the timeout of three seconds, or run out of memory.
        assert_eq!((answer.status, &answer.body["code"]), (400, &json!("54000")), "{levels}");
    }
    let answer = world.get(Who::Anonymous, &nested(6)).await;
    answer.refused(400, "The request embeds too deep");
}

/// Each row costs its policies and joins, however short it is.
#[tokio::test]
async fn embedded_rows_are_counted_beside_their_bytes() {
    let world = calendar().await;
    let slots = |limit: usize| {
        format!(
            "/rest/v1/bookable_slots?select=id,availability_windows(bookable_slots(id))&limit={limit}"
        )
    };
    let within = world.get(Who::Anonymous, &slots(10)).await;
    assert_eq!(within.status, 200, "eight thousand rows: {}", within.body["code"]);
    let bytes = within.body.to_string().len() * 4;
    assert!(bytes < 2 << 20, "four times as much is half of the bytes allowed: {bytes}");
    let beyond = world.get(Who::Anonymous, &slots(40)).await;
    assert_eq!((beyond.status, &beyond.body["code"]), (400, &json!("54000")));
}

#[tokio::test]
async fn one_column_and_one_embedding_are_not_asked_for_again_and_again() {
    let world = calendar().await;
    let copies = |what: &str, n: usize| {
        let items: Vec<String> = (0..n).map(|at| format!("a{at}:{what}")).collect();
        format!("/rest/v1/bookable_slots?limit=1&select={}", items.join(","))
    };
    world.get(Who::Anonymous, &copies("id", 4)).await.ok();
    let answer = world.get(Who::Anonymous, &copies("id", 5)).await;
    answer.refused(400, "The request returns one column too often");
    world.get(Who::Anonymous, &copies("availability_windows(id)", 20)).await.ok();
    let answer = world.get(Who::Anonymous, &copies("availability_windows(id)", 21)).await;
    answer.refused(400, "The request embeds too often");
}

#[tokio::test]
async fn a_count_tells_nobody_how_many_rows_they_may_not_see() {
    let world = calendar().await;
    world
        .sql(
            "insert into core.person (person_id, display_name)
               select gen_random_uuid(), 'p' from generate_series(1, 3000);
             analyze core.person",
        )
        .await;
    world.introduce(&["newcomer"]).await;
    for (count, expected) in [("exact", "0-1/2"), ("planned", "0-1/2"), ("estimated", "0-1/2")] {
        // The new person sees herself, and tara, who is listed.
        let path = "/rest/v1/user_profiles?select=id".to_owned();
        let request = world.request("newcomer", reqwest::Method::GET, &path);
        let answer = world.send(request.header("Prefer", format!("count={count}"))).await;
        let range = answer.headers["content-range"].to_str().expect("text");
        assert_eq!(range, expected, "{count}");
    }
    // Rows that everybody may see are counted up to a limit.
    world
        .sql(
            "insert into core.person (person_id, display_name)
               select gen_random_uuid(), 'p' from generate_series(1, 9000);
             update core.person set is_listed = true",
        )
        .await;
    for count in ["planned", "estimated"] {
        let path = "/rest/v1/user_profiles?select=id&limit=1";
        let request = world.request(Who::Anonymous, reqwest::Method::GET, path);
        let answer = world.send(request.header("Prefer", format!("count={count}"))).await;
        assert_eq!(answer.headers["content-range"], "0-0/10000", "{count}: {answer:?}");
    }
}

#[tokio::test]
async fn an_answer_is_for_its_caller_alone() {
    let world = World::new().await;
    let answer = world.get(Who::Anonymous, "/rest/v1/sessions").await;
    assert_eq!(answer.headers["cache-control"], "private, no-cache");
    assert_eq!(answer.headers["vary"], "Accept, Authorization, Prefer, Range");
}

#[tokio::test]
async fn every_statement_has_an_end_under_every_path() {
    let world = World::new().await;
    let given = "select exists (
                   select from pg_db_role_setting as d, unnest(d.setconfig) as c(setting)
                   where d.setrole = to_regrole($1) and c.setting = $2)";
    for (login, setting) in [
        // Checkout, auth and webhooks set no timeout themselves: their logins have one.
        ("authenticator", "statement_timeout=8s"),
        ("authenticator", "lock_timeout=6s"),
        ("authenticator", "idle_in_transaction_session_timeout=10s"),
        ("service_authenticator", "statement_timeout=60s"),
        ("service_authenticator", "lock_timeout=20s"),
        ("service_authenticator", "idle_in_transaction_session_timeout=30s"),
        ("anon", "statement_timeout=3s"),
        ("anon", "lock_timeout=2s"),
        ("anon", "work_mem=8MB"),
        ("authenticated", "lock_timeout=6s"),
        ("authenticated", "work_mem=8MB"),
        // A plan that is thought dear is not compiled for half a second at every execution.
        ("authenticator", "jit=off"),
        ("service_authenticator", "jit=off"),
    ] {
        assert!(world.value::<bool>(given, &[&login, &setting]).await, "{login}: {setting}");
    }
}
