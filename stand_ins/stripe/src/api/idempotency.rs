//! Idempotency keys, with the semantics of the real thing.
//!
//! An answer is kept once the endpoint has begun, refusals and 500s included, and repeated for 24
//! hours. A request that fails validation leaves no trace, one under way makes its twin a 409, and
//! the same key with other parameters is an error.

use serde_json::Value;

use crate::failure::Failure;
use crate::request::call::Call;
use crate::state::State;
use crate::state::kept_answer::KeptAnswer;

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
        self.forget_keys();
        let fingerprint = format!("{} {}", call.path, call.params.fingerprint());
        match self.kept.get(&name) {
            None => {
                let at = self.now();
                self.kept.insert(name.clone(), KeptAnswer { fingerprint, at, answer: None });
                self.kept_since.push_back((at, name));
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

    /// Whether a request's key has its answer.
    pub(crate) fn has_answered(&self, call: &Call) -> bool {
        let kept = call.kept_name().and_then(|name| self.kept.get(&name));
        kept.is_some_and(|kept| kept.answer.is_some())
    }

    /// Forget what is a day old.
    fn forget_keys(&mut self) {
        let oldest = self.now() - KEPT_SECONDS;
        while let Some((at, name)) = self.kept_since.pop_front() {
            if at > oldest {
                return self.kept_since.push_front((at, name));
            }
            // A key that was used again since is younger.
            if self.kept.get(&name).is_some_and(|kept| kept.at == at) {
                self.kept.remove(&name);
            }
        }
    }

    /// After a restart: forget what it interrupted, and know again which keys are the oldest.
    pub(crate) fn recall_keys(&mut self) {
        let kept =
            self.kept.iter().map(|(name, kept)| (kept.answer.is_some(), kept.at, name.clone()));
        let (mut answered, interrupted): (Vec<_>, Vec<_>) =
            kept.partition(|(answered, ..)| *answered);
        interrupted.iter().for_each(|(_, _, name)| drop(self.kept.remove(name)));
        answered.sort();
        self.kept_since = answered.into_iter().map(|(_, at, name)| (at, name)).collect();
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
