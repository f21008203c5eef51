//! Webhooks: signed, at least once, in no order, and with every nuisance on demand.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::double::Double;
use crate::state::State;
use crate::tell::endpoint::{Nuisance, Pending};

impl State {
    /// Put an event on its way; to how many endpoints.
    pub(crate) fn enqueue(&mut self, event: &Value) -> usize {
        let connect = event["account"].is_string();
        let id = event["id"].as_str().unwrap_or_default();
        let receivers = self.endpoints.iter().filter(|endpoint| endpoint.connect == connect);
        let pending: Vec<_> = receivers
            .map(|to| Pending { event: id.into(), url: to.url.clone(), attempts: 0, due: None })
            .collect();
        let count = pending.len();
        self.pending.extend(pending);
        count
    }

    /// Take out what is due now, and say when the next will be.
    fn due(&mut self, nuisance: &Nuisance) -> (Vec<Pending>, Option<Instant>) {
        if nuisance.held {
            return (Vec::new(), None);
        }
        let now = Instant::now();
        let delay = Duration::from_millis(nuisance.delay_millis);
        for pending in &mut self.pending {
            pending.due.get_or_insert(now + delay);
        }
        let is_due = |pending: &Pending| pending.due.is_none_or(|due| due <= now);
        let (mut due, later): (Vec<_>, Vec<_>) = self.pending.drain(..).partition(is_due);
        self.pending = later.into();
        let next = self.pending.iter().filter_map(|pending| pending.due).min();
        if nuisance.shuffled {
            shuffle(&mut due);
        }
        (due, next)
    }

    fn delivered(&mut self, event: &str) {
        if let Some(mut event) = self.get("event", event).cloned() {
            let left = event["pending_webhooks"].as_u64().unwrap_or_default().saturating_sub(1);
            event["pending_webhooks"] = left.into();
            self.put(event);
        }
    }
}

impl Double {
    /// Deliver for ever, waking whenever something is put on its way.
    pub(crate) async fn deliver(self: Arc<Self>) {
        loop {
            let next = self.deliver_due().await;
            let woken = self.wake.notified();
            match next {
                None => woken.await,
                Some(next) => {
                    let _ = tokio::time::timeout_at(next.into(), woken).await;
                }
            }
        }
    }

    /// Deliver what is due; when more will be.
    pub(crate) async fn deliver_due(&self) -> Option<Instant> {
        // One at a time: two rounds would send what one of them holds in its hands.
        let _turn = self.turn.lock().await;
        let nuisance = self.nuisance();
        let (due, mut next) = self.state().due(&nuisance);
        if due.is_empty() {
            return next;
        }
        for mut pending in due {
            if self.deliver_one(&pending, &nuisance).await {
                self.state().delivered(&pending.event);
                continue;
            }
            pending.attempts += 1;
            if pending.attempts < nuisance.attempts {
                let wait = nuisance.retry_millis << (pending.attempts - 1).min(10);
                let due = Instant::now() + Duration::from_millis(wait);
                next = Some(next.map_or(due, |next| next.min(due)));
                pending.due = Some(due);
                self.state().pending.push_back(pending);
            }
        }
        self.save();
        next
    }

    async fn deliver_one(&self, pending: &Pending, nuisance: &Nuisance) -> bool {
        let found = {
            let state = self.state();
            let endpoint = state.endpoints.iter().find(|endpoint| endpoint.url == pending.url);
            endpoint.cloned().zip(state.get("event", &pending.event).cloned())
        };
        let Some((endpoint, event)) = found else { return true };
        if self.lose_one() {
            return false;
        }
        let mut taken = false;
        for _ in 0..nuisance.copies.max(1) {
            let status = self.courier.send(&endpoint, event.clone(), nuisance).await;
            taken |= status.is_some_and(|status| (200..300).contains(&status));
        }
        taken
    }
}

/// Any order but, if it can be helped, the one it was.
fn shuffle(items: &mut [Pending]) {
    for last in (1..items.len()).rev() {
        let random = uuid::Uuid::new_v4().as_u128() % last as u128;
        items.swap(last, usize::try_from(random).unwrap_or_default());
    }
}
