//! An endpoint, and a request that found it.

pub(crate) mod call;
pub(crate) mod params;

use serde_json::Value;

use crate::failure::Failure;
use crate::request::call::Call;
use crate::state::State;

/// One endpoint.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    /// `:id` stands for any one step.
    pub(crate) path: &'static str,
    /// All it knows, `expand` aside.
    pub(crate) params: &'static [&'static str],
    pub(crate) run: fn(&mut State, &Request<'_>) -> Result<Value, Failure>,
}

/// A request that found its endpoint.
pub(crate) struct Request<'a> {
    pub(crate) call: &'a Call,
    pub(crate) ids: Vec<&'a str>,
}

impl Request<'_> {
    /// The id in the path.
    pub(crate) fn id(&self) -> &str {
        self.ids.first().copied().unwrap_or_default()
    }

    /// The second id in the path.
    pub(crate) fn second_id(&self) -> &str {
        self.ids.get(1).copied().unwrap_or_default()
    }
}

/// Whether `path` is of the form `pattern`, and the steps at its `:id`s.
pub(crate) fn matched<'a>(pattern: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let (expected, steps): (Vec<_>, Vec<_>) =
        (pattern.split('/').collect(), path.split('/').collect());
    if expected.len() != steps.len() {
        return None;
    }
    let mut ids = Vec::new();
    for (expected, step) in expected.into_iter().zip(steps) {
        match expected {
            ":id" if !step.is_empty() => ids.push(step),
            expected if expected == step => {}
            _ => return None,
        }
    }
    Some(ids)
}
