//! Idempotency keys, with the semantics of the real thing.
//!
//! An answer is kept once the endpoint has begun, refusals and 500s included, and repeated for 24
//! hours. A request that fails validation leaves no trace, one under way makes its twin a 409, and
//! the same key with other parameters is an error.

use serde_json::Value;

use crate::api::call::Call;
use crate::api::kept_answer::KeptAnswer;
use crate::failure::Failure;
use crate::state::State;

const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// What a key says about a request that arrives.
pub(crate) enum Claim {
    /// Nothing: go on.
    New,
    /// This is the answer it had.
    Answered(u16, Value),
    /// It must not go on.
    Refused(Failure),
}

impl State {
    /// Look a request's key up, and claim it when it is new.
    pub(crate) fn claim(&mut self, call: &Call) -> Claim {
        let Some(name) = call.kept_name() else { return Claim::New };
        let oldest = self.now() - KEPT_SECONDS;
        if self.kept.get(&name).is_some_and(|kept| kept.at <= oldest) {
            self.kept.remove(&name);
        }
        let fingerprint = format!("{} {}", call.path, call.params.fingerprint());
        match self.kept.get(&name) {
            None => {
                let kept = KeptAnswer { fingerprint, at: self.now(), answer: None };
                self.kept.insert(name, kept);
                Claim::New
            }
            Some(kept) if kept.fingerprint != fingerprint => Claim::Refused(Failure::other(
                400,
                "idempotency_error",
                "idempotency_error",
                "Keys for idempotent requests can only be used with the same parameters they were \
                 first used with.",
            )),
            Some(KeptAnswer { answer: Some((status, body)), .. }) => {
                Claim::Answered(*status, body.clone())
            }
            Some(_) => Claim::Refused(Failure::key_in_use()),
        }
    }

    /// Forget what is a day old, and what a restart interrupted.
    pub(crate) fn forget_keys(&mut self) {
        let oldest = self.now() - KEPT_SECONDS;
        self.kept.retain(|_, kept| kept.answer.is_some() && kept.at > oldest);
    }

    /// Keep the answer of a claimed key, or forget the key.
    pub(crate) fn settle(&mut self, call: &Call, answer: Option<(u16, Value)>) {
        let Some(name) = call.kept_name() else { return };
        match answer {
            None => drop(self.kept.remove(&name)),
            Some(answer) => {
                if let Some(kept) = self.kept.get_mut(&name) {
                    kept.answer = Some(answer);
                }
            }
        }
    }
}
