//! An unmodified supabase-js, and a schema it has never seen.

use data_api::identity::Identity;
use tests::World;
use tests::dialect::Api;
use tokens::Gateway;

#[tokio::test]
async fn supabase_js_finds_the_dialect_whole() {
    let world = World::new().await;
    let gateway = Gateway::new(&world.keys.settings().unwrap(), Vec::new()).unwrap();
    let api = Api::open(Identity::Gateway(gateway), |_| {}).await;
    world.story_with("data_api", &[], &[("CONVENE_URL", &api.url)]).await;
}
