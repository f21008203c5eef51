//! The header Prefer.

use serde_json::json;
use tests::dialect::Api;

#[tokio::test]
async fn preferences_are_heeded_and_unknown_ones_ignored() {
    let api = Api::new().await;
    let lenient = [("prefer", "handling=lenient, anything=goes")];
    assert_eq!(api.ask("GET", "/client", &lenient, None).await.status, 200);

    let counted = [("prefer", "count=exact")];
    let reply = api.ask("HEAD", "/rpc/projects", &counted, None).await;
    assert_eq!((reply.header("content-range"), reply.text.as_str()), ("0-3/4", ""));

    api.admin
        .batch_execute("create function zone() returns text return current_setting('timezone')")
        .await
        .unwrap();
    let lima = [("prefer", "timezone=America/Lima")];
    assert_eq!(api.ask("GET", "/rpc/zone", &lima, None).await.json, json!("America/Lima"));
    let nowhere = [("prefer", "timezone=Nowhere/City")];
    assert_ne!(api.ask("GET", "/rpc/zone", &nowhere, None).await.json, json!("Nowhere/City"));
}

#[tokio::test]
async fn what_is_applied_of_a_preference_is_said() {
    let api = Api::undoing().await;
    api.admin
        .batch_execute("create table loose (n int); grant all on loose to anon")
        .await
        .unwrap();
    let merge = "resolution=merge-duplicates";
    let cases = [
        ("/loose", json!({"n": 1}), ""),
        ("/client", json!({"client_id": 8, "name": "H"}), merge),
        ("/client?on_conflict=client_id", json!({"client_id": 8, "name": "H"}), merge),
    ];
    for (path, row, applied) in cases {
        let reply = api.ask("POST", path, &[("prefer", merge)], Some(row)).await;
        assert_eq!((reply.status, reply.header("preference-applied")), (201, applied), "{path}");
    }
}

#[tokio::test]
async fn a_time_zone_may_be_an_offset() {
    let api = Api::new().await;
    let moment =
        "create function moment() returns timestamptz return timestamptz '2020-06-01T12:00:00Z'";
    api.admin.batch_execute(moment).await.unwrap();
    for (preference, shown, applied) in [
        ("timezone=-4", "2020-06-01T08:00:00-04:00", true),
        ("timezone=+05:30", "2020-06-01T06:30:00-05:30", true),
        ("timezone=+15", "2020-06-01T12:00:00+00:00", false),
        ("timezone=05:30:15", "2020-06-01T12:00:00+00:00", false),
    ] {
        let reply = api.ask("GET", "/rpc/moment", &[("prefer", preference)], None).await;
        assert_eq!(reply.json, json!(shown), "{preference}");
        let expected = if applied { preference } else { "" };
        assert_eq!(reply.header("preference-applied"), expected);
    }
}
