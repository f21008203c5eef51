//! The Avenrae sanctuary, as its own front end would use it.

use tests::World;

use crate::{auth::window, till::Till};

#[tokio::test]
async fn a_healer_a_client_and_staff_use_every_table_of_the_document() {
    let world = World::new().await;
    let people = ["tara", "alice", "eve", "sam"];
    world.introduce(&people).await;
    world.story("avenrae", &people).await;
}

/// `CLIENTS` sets how many clients want the ten pieces and the fifty seats; 1000 by default.
#[tokio::test(flavor = "multi_thread")]
async fn ten_pieces_and_fifty_seats_are_sold_once_to_a_thousand() {
    let world = World::new().await;
    world.introduce(&["tara"]).await;
    world.story("avenrae_race", &["tara"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_from_the_document_alone_runs_from_sign_up_to_the_reports() {
    let Till { world, stripe, .. } = Till::new().await;
    let window = window(&world).await;
    let more = [("WINDOW_URL", window.as_str()), ("STRIPE_URL", stripe.base_url())];
    world.story_with("avenrae_front_end", &[], &more).await;
}
