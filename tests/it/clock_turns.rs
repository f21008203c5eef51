//! The clock: one task, or one row of a task, does not delay the others.

use std::time::Duration;

use postgres::{Db, Limits};
use tests::World;
use tokio::time::Instant;

async fn run(world: &World) -> Vec<clock::Outcome> {
    let service = Db::connect(&world.logins.service, Limits::default()).unwrap();
    clock::run(&service, Instant::now() + Duration::from_secs(120)).await
}

/// Three batches of the first task and three of the last; a trigger records the order.
#[tokio::test]
async fn tasks_take_turns_batch_by_batch() {
    let world = World::new().await;
    world
        .sql(
            "with people as (
               insert into core.person (person_id, display_name)
               select gen_random_uuid(), 'p' from generate_series(1, 250)
               returning person_id)
             insert into core.provider (provider_id) select person_id from people;
             insert into core.outbox (outbox_id, topic, sent_at)
               select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
                      'staff.test', now() from generate_series(1, 250) as n;
             create table turn (turn bigint generated always as identity, task text);
             grant insert on turn to public;
             create function write_down() returns trigger language plpgsql as $$
               begin
                 insert into public.turn (task) values (tg_argv[0]);
                 return coalesce(new, old);
               end $$;
             create trigger t after update on core.provider
               for each row execute function write_down('extend_slots');
             create trigger t after delete on core.outbox
               for each row execute function write_down('trim_outbox')",
        )
        .await;
    let outcomes = run(&world).await;
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.error.is_some()).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert!(outcomes.iter().all(|outcome| !outcome.unfinished), "{outcomes:?}");
    for task in ["extend_slots", "trim_outbox"] {
        let done = outcomes.iter().find(|outcome| outcome.task == task).unwrap().done;
        assert_eq!(done, 250, "{task}");
    }
    let sql = "select (select max(turn) from turn where task = 'extend_slots')
                    > (select min(turn) from turn where task = 'trim_outbox')";
    let taken_turns: bool = world.value(sql, &[]).await;
    assert!(taken_turns, "the last task began before the others had ended");
}

/// A row that is set aside must be reported, or nobody would notice it.
#[tokio::test]
async fn a_run_that_sets_a_row_aside_does_the_others_and_fails() {
    let world = World::new().await;
    world.make_expert("tara", "UTC", "08:00", "20:00").await;
    world.make_expert("uwe", "UTC", "08:00", "20:00").await;
    world
        .sql(
            "update core.provider set slots_until = null;
             create function refuse() returns trigger language plpgsql as $$
               begin raise exception 'poisoned'; end $$",
        )
        .await;
    let poison = format!(
        "create trigger t before update on core.provider for each row
           when (new.provider_id = '{}') execute function refuse()",
        world.id("tara")
    );
    world.sql(&poison).await;

    let outcomes = run(&world).await;
    let extended = outcomes.iter().find(|outcome| outcome.task == "extend_slots").unwrap();
    assert_eq!((extended.done, extended.error.is_none()), (1, true), "{outcomes:?}");
    let told = outcomes.last().unwrap();
    assert_eq!(told.task, "set_aside");
    assert_eq!(told.error.as_deref(), Some("rows that could not be done: 1"));
}
