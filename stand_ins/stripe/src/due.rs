//! What happens by itself when its time has come.

use serde::{Deserialize, Serialize};

use super::confirm;
use super::state::State;

/// Something that will happen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Job {
    due: i64,
    task: Task,
}

/// What will happen.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Task {
    /// An authorisation nobody captured is let go.
    Lapse {
        intent: String,
    },
    /// The money of a slow method comes.
    Settle {
        intent: String,
    },
    RefundSucceeds {
        refund: String,
    },
    RefundFails {
        refund: String,
    },
    /// A payer who always quarrels does.
    Dispute {
        charge: String,
    },
    /// A payout reaches the bank.
    PayoutArrives {
        account: String,
        payout: String,
    },
}

impl State {
    pub(super) fn schedule(&mut self, due: i64, task: Task) {
        self.jobs.push(Job { due, task });
    }

    /// Do what is due, in the order it became so.
    pub(super) fn tick(&mut self) {
        let now = self.now();
        let (mut due, later): (Vec<_>, Vec<_>) =
            self.jobs.drain(..).partition(|job| job.due <= now);
        self.jobs = later;
        due.sort_by_key(|job| job.due);
        due.into_iter().for_each(|job| self.perform(job.task));
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Lapse { intent } => {
                if let Some(intent) = self.intent_in("requires_capture", &intent) {
                    confirm::cancel(self, intent, "automatic".into());
                }
            }
            Task::Settle { intent } => {
                if let Some(intent) = self.intent_in("processing", &intent) {
                    confirm::arrive(self, intent);
                }
            }
            Task::RefundSucceeds { refund } => self.refund_succeeds(&refund),
            Task::RefundFails { refund } => self.refund_fails(&refund),
            Task::Dispute { charge } => self.dispute_by_card(&charge),
            Task::PayoutArrives { account, payout } => self.payout_arrives(&account, &payout),
        }
    }

    fn intent_in(&self, status: &str, id: &str) -> Option<serde_json::Value> {
        self.get("payment_intent", id).filter(|intent| intent["status"] == status).cloned()
    }
}
