//! Fields of an embedded row among those of the row.

use serde_json::json;
use tests::dialect::{Api, Case, meets};

#[tokio::test]
async fn spreads() {
    let two = "/letter?select=person!sender(name),person!receiver(name)";
    let twice = json!({"code": "42712",
        "message": "table name \"letter_person_1\" specified more than once"});
    let missing = json!({"message": "column client_1.nope does not exist"});
    let cases: [Case<'_>; 7] = [
        (
            "GET",
            "/client?select=name,...project(title:name)&client_id=eq.1&project.order=name.desc",
            &[],
            None,
            200,
            json!([{"name": "Acme", "title": ["Beta", "Alpha"]}]),
        ),
        (
            "GET",
            "/person?select=...member(...project(name,client(name)))&person_id=eq.2",
            &[],
            None,
            200,
            json!([{"name": ["Alpha"], "client": [{"name": "Acme"}]}]),
        ),
        (
            "GET",
            "/project?select=project_id,..client(who:name)&project_id=eq.1",
            &[],
            None,
            200,
            json!([{"project_id": 1, "who": "Acme"}]),
        ),
        (
            "GET",
            "/project?select=count(),...client(*)&client_id=eq.1",
            &[],
            None,
            200,
            json!([{"count": 2, "client_id": 1, "name": "Acme"}]),
        ),
        (
            "GET",
            "/project?select=count(),...client(name)&client_id=not.is.null&order=client(name).desc",
            &[],
            None,
            200,
            json!([{"count": 1, "name": "Best"}, {"count": 2, "name": "Acme"}]),
        ),
        ("GET", two, &[], None, 400, twice),
        ("GET", "/project?select=client(nope)", &[], None, 400, missing),
    ];
    meets(&Api::undoing().await, &cases).await;
}

#[tokio::test]
async fn a_spread_of_many_is_an_array_for_each_field() {
    let api = Api::with(|settings| settings.aggregates_enabled = false).await;
    let nested = "/client?select=name,...project(...member(person_id))&client_id=eq.1\
                  &project.order=project_id";
    let sorted = "/project?select=name,...client(who:name)&client_id=not.is.null\
                  &order=client(who).desc&limit=1";
    let grouped = json!({"code": "PGRST127", "message": "Feature not implemented"});
    let cases: [Case<'_>; 2] = [
        ("GET", nested, &[], None, 200, json!([{"name": "Acme", "person_id": [[1, 2], []]}])),
        ("GET", sorted, &[], None, 200, json!([{"name": "Gamma", "who": "Best"}])),
    ];
    meets(&api, &cases).await;

    let counts = json!([{"client_id": 1, "count": 2}, {"client_id": 2, "count": 1}]);
    let counted = "/project?select=client_id,...client(count())&client_id=not.is.null\
                   &order=client_id";
    let listed = "/client?select=count(),...project(...member(person_id))&client_id=eq.2";
    let below = "/project?select=count(),...client(...project(n:name))&client_id=eq.2";
    let stars = "/member?select=count(),...project(...client(*),c:client(name))&person_id=eq.2";
    let star = json!([{"count": 1, "client_id": 1, "name": "Acme", "c": {"name": "Acme"}}]);
    let cases: [Case<'_>; 5] = [
        ("GET", stars, &[], None, 200, star),
        ("GET", listed, &[], None, 200, json!([{"count": 1, "person_id": [[1]]}])),
        ("GET", below, &[], None, 200, json!([{"count": 1, "n": ["Gamma"]}])),
        ("GET", "/client?select=...project(project_id.sum())", &[], None, 400, grouped),
        ("GET", counted, &[], None, 200, counts),
    ];
    meets(&Api::new().await, &cases).await;
}
