//! Deliveries: at least once, in no order, and with every nuisance on demand.

use std::sync::Arc;

use crate::double::Double;
use crate::state::endpoint::Nuisance;
use crate::tell::waiting::Next;

impl Double {
    /// Deliver for ever, waking whenever something is put on its way.
    pub(crate) async fn deliver(self: Arc<Self>) {
        loop {
            let Next { soon, later } = self.deliver_due().await;
            let woken = self.wake.notified();
            match soon.into_iter().chain(later).min() {
                None => woken.await,
                Some(next) => {
                    let _ = tokio::time::timeout_at(next.into(), woken).await;
                }
            }
        }
    }

    /// Deliver what is due; when more will be.
    pub(crate) async fn deliver_due(&self) -> Next {
        // One at a time: two rounds would send what one of them holds in its hands.
        let _turn = self.turn.lock().await;
        let nuisance = self.nuisance();
        let (due, mut next) = self.state().due(&nuisance);
        if due.is_empty() {
            return next;
        }
        for serial in due {
            if is_dropped(&nuisance) {
                let mut state = self.state();
                state.kept_back.remove(&serial);
                state.pending.remove(&serial);
            } else if self.deliver_one(serial, &nuisance).await {
                self.state().delivered(serial);
            } else if let Some(at) = self.state().postpone(serial, &nuisance) {
                next.soon = Some(next.soon.map_or(at, |soon| soon.min(at)));
            }
        }
        self.save();
        next
    }

    async fn deliver_one(&self, serial: u64, nuisance: &Nuisance) -> bool {
        let found = {
            let state = self.state();
            let Some(pending) = state.pending.get(&serial) else { return true };
            let event = state.get("event", &pending.event).cloned();
            let receivers = event.as_ref().map(|event| state.receivers(event)).unwrap_or_default();
            receivers.into_iter().find(|endpoint| endpoint.url == pending.url).zip(event)
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

/// Whether this event is one of those that are never sent.
fn is_dropped(nuisance: &Nuisance) -> bool {
    uuid::Uuid::new_v4().as_u128() % 100 < u128::from(nuisance.dropped_percent)
}
