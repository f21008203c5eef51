//! Each kind of answer has exactly one meaning.

use serde_json::json;

use super::*;

fn outcome(path: &str, status: u16, body: &str) -> Outcome {
    let body = Bytes::copy_from_slice(body.as_bytes());
    Outcome::of(path, Answer { status, request_id: Some("req_1".into()), replayed: true, body })
}

fn error(kind: &str, code: &str) -> String {
    json!({"error": {"type": kind, "code": code, "message": "No."}}).to_string()
}

fn reason(outcome: Outcome) -> Option<Reason> {
    match outcome {
        Outcome::Unknown(doubt) => Some(doubt.reason),
        _ => None,
    }
}

#[test]
fn an_object_is_done() {
    let Outcome::Done(reply) = outcome("/v1/refunds", 200, r#"{"id":"re_1","object":"refund"}"#)
    else {
        panic!("not done")
    };
    assert_eq!(
        (reply.status, reply.request_id.as_deref(), reply.replayed),
        (200, Some("req_1"), true)
    );
    assert_eq!(reply.object::<super::super::object::Refund>().unwrap().id, "re_1");
}

#[test]
fn a_readable_refusal_is_final() {
    for (status, kind, code) in [
        (400, "invalid_request_error", "amount_too_small"),
        (400, "invalid_request_error", "balance_insufficient"),
        (402, "card_error", "card_declined"),
        (403, "invalid_request_error", "account_invalid"),
        (404, "invalid_request_error", "resource_missing"),
    ] {
        let Outcome::Refused(refusal) = outcome("/v1/transfers", status, &error(kind, code)) else {
            panic!("{status} {code} is not refused")
        };
        assert_eq!((refusal.kind.as_deref(), refusal.code.as_deref()), (Some(kind), Some(code)));
        assert_eq!(refusal.payment_intent, Value::Null);
    }
}

#[test]
fn everything_else_may_have_happened() {
    let refusal = error("invalid_request_error", "x");
    for (status, body, expected) in [
        (200, "", Reason::Unreadable),
        (200, "<html>", Reason::Unreadable),
        (200, "{\"id\":\"tr_1\",\"obj", Reason::Unreadable),
        (200, "{}", Reason::Unreadable),
        (200, "[]", Reason::Unreadable),
        (204, "", Reason::Unreadable),
        (302, "", Reason::Unreadable),
        (400, "<html>Bad Request</html>", Reason::Unreadable),
        (404, "404 page not found", Reason::Unreadable),
        (403, "{\"message\":\"Forbidden\"}", Reason::Unreadable),
        (401, &refusal, Reason::Unauthorized),
        (409, &refusal, Reason::KeyInUse),
        (409, "<html>", Reason::KeyInUse),
        (424, &refusal, Reason::ServerError),
        (429, &refusal, Reason::RateLimited),
        (500, &refusal, Reason::ServerError),
        (502, "<html>Bad Gateway</html>", Reason::ServerError),
        (503, "", Reason::ServerError),
        (400, &error("idempotency_error", "x"), Reason::IdempotencyError),
    ] {
        assert_eq!(
            reason(outcome("/v1/transfers", status, body)),
            Some(expected),
            "{status} {body}"
        );
    }
}

#[test]
fn a_mistake_of_ours_raises_the_alarm() {
    for (status, body, alarm) in [
        (400, error("idempotency_error", "x"), true),
        (401, error("invalid_request_error", "x"), true),
        (500, error("api_error", "x"), false),
        (409, error("idempotency_error", "idempotency_key_in_use"), false),
    ] {
        let Outcome::Unknown(doubt) = outcome("/v1/transfers", status, &body) else {
            panic!("{status} is known")
        };
        assert_eq!(doubt.alarm, alarm, "{status}");
    }
}

#[test]
fn an_intent_that_already_is_as_wanted_is_done() {
    for (step, status, done) in [
        ("capture", "succeeded", true),
        ("capture", "canceled", false),
        ("capture", "requires_capture", false),
        ("cancel", "canceled", true),
        ("cancel", "succeeded", false),
        ("confirm", "succeeded", true),
        ("confirm", "requires_capture", true),
        ("confirm", "requires_payment_method", false),
        ("increment_authorization", "succeeded", false),
    ] {
        let body = json!({"error": {
            "type": "invalid_request_error", "code": "payment_intent_unexpected_state",
            "payment_intent": {"id": "pi_1", "object": "payment_intent", "status": status},
        }});
        match outcome(&format!("/v1/payment_intents/pi_1/{step}"), 400, &body.to_string()) {
            Outcome::Done(reply) => assert!(done && reply.body["id"] == "pi_1", "{step} {status}"),
            Outcome::Refused(refusal) => {
                assert!(!done && refusal.payment_intent["status"] == status, "{step} {status}");
            }
            Outcome::Unknown(doubt) => panic!("{step} {status}: {doubt:?}"),
        }
    }
}

#[test]
fn what_is_recorded_has_one_form_and_no_secret() {
    let secret = r#"{"id":"pi_1","object":"payment_intent","client_secret":"pi_1_secret_x"}"#;
    let done = outcome("/v1/payment_intents", 200, secret);
    assert_eq!(
        serde_json::to_value(&done).unwrap(),
        json!({
            "outcome": "done", "status": 200, "request_id": "req_1", "replayed": true,
            "body": {"id": "pi_1", "object": "payment_intent"},
        })
    );
    assert!(!format!("{done:?}").contains("secret_x"));
    let Outcome::Done(reply) = done else { panic!("not done") };
    assert_eq!(reply.body["client_secret"], "pi_1_secret_x");

    let refused = outcome("/v1/transfers", 402, &error("card_error", "card_declined"));
    assert_eq!(
        serde_json::to_value(&refused).unwrap(),
        json!({
            "outcome": "refused", "status": 402, "request_id": "req_1", "replayed": true,
            "type": "card_error", "code": "card_declined", "decline_code": null, "param": null,
            "message": "No.", "payment_intent": null,
        })
    );
    assert_eq!(
        serde_json::to_value(Outcome::Unknown(Doubt::new(Reason::Timeout, None, None))).unwrap(),
        json!({
            "outcome": "unknown", "status": null, "request_id": null, "reason": "timeout",
            "alarm": false,
        })
    );
}
