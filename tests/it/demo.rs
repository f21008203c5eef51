//! The demo marketplace: loaded through the functions everybody uses.

use convene::demo::{self, Cast};
use shared::db::{Db, Limits};
use tests::World;

async fn loaded() -> (World, Cast) {
    let world = World::new().await;
    let api = Db::connect(&world.logins.api, Limits::default()).expect("a connection string");
    let owner = convene::deploy::connect(world.owner_url()).await.expect("a database");
    let cast = Cast::read().expect("a cast");
    demo::load(&api, &owner, &cast).await.expect("the demo can be loaded");
    (world, cast)
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
    let sql = "select count(*) from core.occupancy as o where upper(o.busy) > now()";
    assert_eq!(world.value::<i64>(sql, &[]).await, 0);
}
