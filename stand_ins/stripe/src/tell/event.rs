//! Events: what happened, as Stripe tells it.

use serde_json::{Value, json};
use stripe::stripe_shared::version::VERSION;

use crate::shape;
use crate::state::State;

impl State {
    /// Tell of something about the platform's own account.
    pub(crate) fn emit(&mut self, kind: &str, object: &Value) {
        self.emit_for("", kind, object);
    }

    /// Tell of something about a connected account; `""` is the platform.
    pub(crate) fn emit_for(&mut self, account: &str, kind: &str, object: &Value) {
        let mut event = shape::new(
            "event",
            json!({
                "id": self.id("evt"), "api_version": VERSION.as_str(), "created": self.now(),
                "data": {"object": object}, "livemode": false, "request": self.cause, "type": kind,
            }),
        );
        if !account.is_empty() {
            event["account"] = account.into();
        }
        let receivers = self.enqueue(&event);
        event["pending_webhooks"] = receivers.into();
        self.put(event);
    }

    /// An event with these members laid over an ordinary one; nothing else happens.
    pub(crate) fn forge_event(&mut self, members: Value) -> Value {
        let mut event = shape::new(
            "event",
            json!({
                "id": self.id("evt"), "api_version": VERSION.as_str(), "created": self.now(),
                "livemode": false, "request": self.cause, "type": "double.forged",
            }),
        );
        shape::overlay(&mut event, members);
        let receivers = self.enqueue(&event);
        event["pending_webhooks"] = receivers.into();
        self.put(event.clone());
        event
    }
}
