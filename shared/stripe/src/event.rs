//! The envelope of a delivery. The signature was checked strictly; the contents are read leniently.
//!
//! A body with Stripe's signature is genuine, whatever its form. An event of an unknown type,
//! version or form is stored and answered with 200; a refusal would only make Stripe send it again.

use ring::digest;
use serde::Serialize;
use serde_json::Value;

/// What we need in order to store an event and to find out whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// `evt_…`, or `sha256:…` of the body if it has no id, so that a repeated delivery is the same
    /// event.
    pub event_id: String,
    /// Whether the body is a JSON object with an id and a type.
    pub readable: bool,
    /// `payment_intent.succeeded`, …; empty when there is none.
    #[serde(rename = "type")]
    pub kind: String,
    /// Unix seconds. They do not give an order, because many events share a second.
    pub created: Option<i64>,
    /// Whether the money is real.
    pub livemode: Option<bool>,
    /// The connected account that it is about, if it is not the platform's own.
    pub account: Option<String>,
    /// The API version of its object.
    pub api_version: Option<String>,
    /// `event`, or `v2.core.event` for events without an object.
    pub envelope: Option<String>,
    /// The kind of object: `payment_intent`, …
    pub object: Option<String>,
    /// The object's id.
    pub object_id: Option<String>,
}

impl Event {
    /// Read a verified body. Never fails.
    pub fn read(body: &[u8]) -> Self {
        let value: Value = serde_json::from_slice(body).unwrap_or_default();
        // Text in the database cannot contain a NUL; the body can, because it is stored as bytes.
        let text =
            |value: &Value| value.as_str().filter(|text| !text.contains('\0')).map(str::to_owned);
        let id = text(&value["id"]).filter(|id| is_event_id(id));
        let kind = text(&value["type"]);
        let object = &value["data"]["object"];
        Self {
            readable: id.is_some() && kind.is_some(),
            event_id: id.unwrap_or_else(|| {
                format!("sha256:{}", hex::encode(digest::digest(&digest::SHA256, body)))
            }),
            kind: kind.unwrap_or_default(),
            created: value["created"].as_i64(),
            livemode: value["livemode"].as_bool(),
            account: text(&value["account"]),
            api_version: text(&value["api_version"]),
            envelope: text(&value["object"]),
            object: text(&object["object"]),
            object_id: text(&object["id"]),
        }
    }
}

/// A key that the database can store. So far, Stripe's ids consist of letters, digits and
/// underscores.
fn is_event_id(id: &str) -> bool {
    matches!(id.len(), 1..=255) && id.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Event {
        Event::read(value.to_string().as_bytes())
    }

    #[test]
    fn a_snapshot_event_is_read() {
        let event = read(json!({
            "id": "evt_1", "object": "event", "type": "account.updated", "created": 1_700_000_000,
            "livemode": false, "account": "acct_1", "api_version": "2026-09-30.endive",
            "data": {"object": {"id": "acct_1", "object": "account"}},
        }));
        assert_eq!((event.event_id.as_str(), event.readable), ("evt_1", true));
        assert_eq!((event.kind.as_str(), event.created), ("account.updated", Some(1_700_000_000)));
        assert_eq!((event.account.as_deref(), event.livemode), (Some("acct_1"), Some(false)));
        assert_eq!(event.object.as_deref(), Some("account"));
        assert_eq!(event.object_id.as_deref(), Some("acct_1"));
    }

    #[test]
    fn a_thin_event_is_read_without_its_object() {
        let event = read(json!({
            "id": "evt_2", "object": "v2.core.event", "type": "v2.core.account.updated",
            "created": "2026-11-21T10:00:00Z", "livemode": true,
        }));
        assert!(event.readable);
        assert_eq!((event.created, event.object_id), (None, None));
        assert_eq!(event.envelope.as_deref(), Some("v2.core.event"));
    }

    #[test]
    fn what_the_database_cannot_keep_is_left_in_the_body() {
        let object = json!({"id": "a\u{0}b", "object": "charge"});
        let event = read(json!({"id": "evt_3", "type": "x", "data": {"object": object}}));
        assert_eq!((event.readable, event.object_id.as_deref()), (true, None));
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_bytes() {
        let deep = "[".repeat(10_000);
        for body in
            ["", "{", "[]", "null", "{\"id\":7}", "{\"id\":\"a\\u0000\"}", "\u{feff}{}", &deep]
        {
            let event = Event::read(body.as_bytes());
            assert!(!event.readable && event.event_id.starts_with("sha256:"), "{body:.20}");
            assert_eq!(event, Event::read(body.as_bytes()));
        }
        assert_ne!(Event::read(b"[]").event_id, Event::read(b"[ ]").event_id);
        assert!(!Event::read(b"{\"id\":\"evt_1\"}").readable, "an event without a type");
    }
}
