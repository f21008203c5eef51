//! GeoJSON, which PostGIS makes of rows.

use serde_json::{Value, json};
use tests::dialect::Api;

const FIXTURE: &str = "
    create extension postgis schema public;
    create table public.shop (
      shop_id int primary key,
      name    text not null,
      place   geometry(point, 4326)
    );
    insert into public.shop values
      (1, 'Bees', 'SRID=4326;POINT(12.5 55.5)'), (2, 'Cheese', 'SRID=4326;POINT(10.25 56.5)');
    create function public.shops() returns setof public.shop
    language sql stable as 'select * from public.shop';
    grant select, insert on public.shop to anon";

const TYPE: &str = "application/geo+json; charset=utf-8";

const GEO: (&str, &str) = ("accept", "application/geo+json");

fn feature(at: [f64; 2], properties: Value) -> Value {
    let geometry = json!({"type": "Point", "coordinates": at});
    json!({"type": "Feature", "geometry": geometry, "properties": properties})
}

#[tokio::test]
async fn rows_with_a_place_are_features() {
    let api = Api::new().await;
    let available = "select count(*) from pg_available_extensions where name = 'postgis'";
    if api.admin.query_one(available, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        eprintln!("SKIPPED: no PostGIS on this machine, so GeoJSON is not proven.");
        return;
    }
    api.admin.batch_execute(FIXTURE).await.unwrap();
    let bees = feature([12.5, 55.5], json!({"shop_id": 1, "name": "Bees"}));
    for (path, features) in [
        ("/shop?shop_id=eq.1", json!([bees])),
        ("/shop?select=place&shop_id=eq.2", json!([feature([10.25, 56.5], json!({}))])),
        ("/shop?shop_id=eq.9", json!([])),
        ("/rpc/shops?shop_id=eq.1", json!([bees])),
    ] {
        let reply = api.ask("GET", path, &[GEO], None).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, TYPE), "{path}");
        assert_eq!(reply.json, json!({"type": "FeatureCollection", "features": features}));
    }

    let place = json!({"type": "Point", "coordinates": [1.5, 2.5]});
    let body = json!({"shop_id": 3, "name": "Peas", "place": place});
    let headers = [GEO, ("prefer", "return=representation")];
    let reply = api.ask("POST", "/shop", &headers, Some(body)).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let peas = feature([1.5, 2.5], json!({"shop_id": 3, "name": "Peas"}));
    assert_eq!(reply.json["features"], json!([peas]));

    let reply = api.ask("GET", "/shop?select=name", &[GEO], None).await;
    assert_eq!((reply.status, reply.code()), (400, "22023"), "a feature has a geometry");
}
