//! What happens by itself when its time has come.

use crate::object::confirm;
use crate::state::State;
use crate::state::job::Task;

impl State {
    /// Do what is due, in the order it became so.
    pub(crate) fn tick(&mut self) {
        let now = self.now();
        while let Some(((due, serial), _)) = self.jobs.first() {
            if *due > now {
                break;
            }
            let key = (*due, *serial);
            if let Some(task) = self.jobs.remove(&key) {
                self.perform(task);
            }
        }
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
            Task::DisputeEnds { dispute } => self.dispute_ends(&dispute),
            Task::PayOut { account } => self.pay_out_by_schedule(&account),
            Task::CheckoutExpires { session } => self.checkout_expires(&session),
            Task::PayoutArrives { account, payout } => self.payout_arrives(&account, &payout),
        }
    }

    fn intent_in(&self, status: &str, id: &str) -> Option<serde_json::Value> {
        self.get("payment_intent", id).filter(|intent| intent["status"] == status).cloned()
    }
}
