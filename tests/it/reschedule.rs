//! Moving a booking takes no lock of a provider it has nothing to do with.

use serde_json::json;
use tests::World;

/// If two people moved to each other's provider, each would hold one provider and wait for the
/// other for ever. So the refusal comes before the lock: here somebody locks the other provider and
/// never releases it.
#[tokio::test]
async fn moving_to_anothers_slot_is_refused_without_waiting() {
    let world = World::new().await;
    world.speak_sql().await;
    world
        .sql(
            "select tests.offer('mine', 'tara', 0);
             select tests.offer('theirs', 'uwe', 0);
             select tests.book('mine', 'alice')",
        )
        .await;
    let _held = world
        .hold(&format!(
            "select from core.provider where provider_id = '{}' for update",
            world.id("uwe")
        ))
        .await;
    let booking: uuid::Uuid = world.value("select booking_id from core.booking", &[]).await;
    let arguments = json!({ "p_booking_id": booking, "p_slot_id": world.id("theirs") });
    world.rpc("alice", "reschedule_booking", arguments).await.refused(409, "other_offering");
}
