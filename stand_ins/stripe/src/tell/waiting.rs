//! Events on their way: to whom, when next, and how long.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::member::text;
use crate::state::State;
use crate::state::endpoint::{Endpoint, Nuisance, Pending};

/// For so long an event is sent again and again.
const RETRIED_SECONDS: i64 = 3 * 86_400;

/// The longest time from a sending to the next.
const LONGEST_WAIT_SECONDS: i64 = 12 * 3_600;

/// When something is to be delivered next.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Next {
    /// What a nuisance keeps back.
    pub(crate) soon: Option<Instant>,
    /// What waits for the clock of the stand-in, if that runs.
    pub(crate) later: Option<Instant>,
}

impl State {
    /// Put an event on its way; to how many endpoints.
    pub(super) fn enqueue(&mut self, event: &Value) -> usize {
        let id = event["id"].as_str().unwrap_or_default();
        let (receivers, due) = (self.receivers(event), self.now());
        for Endpoint { url, .. } in &receivers {
            let pending = Pending { event: id.into(), url: url.clone(), attempts: 0, due };
            let serial = self.next();
            self.pending.insert(serial, pending);
        }
        receivers.len()
    }

    /// The endpoints that an event is sent to.
    pub(crate) fn receivers(&self, event: &Value) -> Vec<Endpoint> {
        let connect = event["account"].is_string();
        let endpoints = self.endpoints.iter().map(|(_, endpoint)| endpoint);
        let told = endpoints.filter(|endpoint| endpoint.connect == connect).cloned();
        let made = self.all("", "webhook_endpoint").filter(|made| wants(made, event));
        let made = made.map(|made| Endpoint {
            url: text(&made["url"]),
            secrets: vec![text(&made["secret"])],
            connect,
        });
        told.chain(made).collect()
    }

    /// What is due now, and when the next will be.
    pub(crate) fn due(&mut self, nuisance: &Nuisance) -> (Vec<u64>, Next) {
        let (mut due, mut next) = (Vec::new(), Next::default());
        if nuisance.held {
            return (due, next);
        }
        let (instant, now) = (Instant::now(), self.now());
        let delay = Duration::from_millis(nuisance.delay_millis);
        for (serial, pending) in self.pending.iter() {
            let kept_back = *self.kept_back.entry(*serial).or_insert(instant + delay);
            if pending.due > now {
                let wait = u64::try_from(pending.due - now).unwrap_or_default();
                let at = instant + Duration::from_secs(wait);
                next.later = Some(next.later.map_or(at, |later| later.min(at)));
            } else if kept_back > instant {
                next.soon = Some(next.soon.map_or(kept_back, |soon| soon.min(kept_back)));
            } else {
                due.push(*serial);
            }
        }
        if self.clock.is_stopped() {
            next.later = None;
        }
        if nuisance.shuffled {
            shuffle(&mut due);
        }
        (due, next)
    }

    pub(crate) fn delivered(&mut self, serial: u64) {
        self.kept_back.remove(&serial);
        let Some(pending) = self.pending.remove(&serial) else { return };
        if let Some(mut event) = self.get("event", &pending.event).cloned() {
            let left = event["pending_webhooks"].as_u64().unwrap_or_default().saturating_sub(1);
            event["pending_webhooks"] = left.into();
            self.put(event);
        }
    }

    /// Nobody took it: try again later, or give it up. When, if that is soon.
    pub(crate) fn postpone(&mut self, serial: u64, nuisance: &Nuisance) -> Option<Instant> {
        let now = self.now();
        let created = |event: &Value| event["created"].as_i64();
        let event = self.pending.get(&serial)?.event.clone();
        let given_up_at =
            self.get("event", &event).and_then(created).unwrap_or_default() + RETRIED_SECONDS;
        let pending = self.pending.get_mut(&serial)?;
        pending.attempts += 1;
        let before = (pending.attempts - 1).min(10);
        if nuisance.retry_millis == 0 {
            pending.due = now + (60_i64 << (2 * before)).min(LONGEST_WAIT_SECONDS);
            if pending.due > given_up_at {
                self.pending.remove(&serial);
            }
            return None;
        }
        if pending.attempts >= nuisance.attempts {
            self.pending.remove(&serial);
            return None;
        }
        let at = Instant::now() + Duration::from_millis(nuisance.retry_millis << before);
        self.kept_back.insert(serial, at);
        Some(at)
    }
}

/// Whether an endpoint wants events of this type.
fn wants(endpoint: &Value, event: &Value) -> bool {
    let kind = text(&event["type"]);
    let wanted = endpoint["enabled_events"].as_array().into_iter().flatten();
    endpoint["status"] == "enabled"
        && endpoint["connect"] == event["account"].is_string()
        && wanted.filter_map(Value::as_str).any(|wanted| wanted == "*" || wanted == kind)
}

/// Any order but, if it can be helped, the one it was.
fn shuffle(items: &mut [u64]) {
    for last in (1..items.len()).rev() {
        let random = uuid::Uuid::new_v4().as_u128() % last as u128;
        items.swap(last, usize::try_from(random).unwrap_or_default());
    }
}
