//! `expand[]`: an object in the place of its id.

use serde_json::Value;

use crate::failure::Failure;
use crate::state::State;

/// Members that name another object.
const EXPANDABLE: [&str; 22] = [
    "account",
    "application",
    "balance_transaction",
    "charge",
    "customer",
    "default_payment_method",
    "destination",
    "destination_payment",
    "failure_balance_transaction",
    "invoice",
    "latest_charge",
    "line_items",
    "on_behalf_of",
    "payment_intent",
    "payment_method",
    "refunds",
    "review",
    "setup_intent",
    "source",
    "source_transaction",
    "transfer",
    "transfer_reversal",
];

/// How deep one path may reach.
const DEEPEST: usize = 4;

/// Refuse paths that no object has, before anything is done.
pub(crate) fn check(paths: &[String]) -> Result<(), Failure> {
    for path in paths {
        let steps = path.strip_prefix("data.").unwrap_or(path).split('.');
        if steps.clone().count() > DEEPEST {
            return Err(Failure::unnamed("You cannot expand more than 4 levels of a property."));
        }
        if steps.clone().any(|step| !EXPANDABLE.contains(&step) && step != "data") {
            return Err(cannot(path));
        }
    }
    Ok(())
}

/// Put the objects of a path where their ids are.
pub(crate) fn expand(state: &State, object: &mut Value, path: &str) -> Result<(), Failure> {
    let steps: Vec<&str> = path.split('.').collect();
    if steps.first() == Some(&"data") && object["object"] != "list" {
        return Err(cannot(path));
    }
    match put(state, object, &steps) {
        true => Ok(()),
        false => Err(cannot(path)),
    }
}

/// False if an object has no such member.
fn put(state: &State, object: &mut Value, steps: &[&str]) -> bool {
    if let Value::Array(items) = object {
        return items.iter_mut().all(|item| put(state, item, steps));
    }
    let [step, rest @ ..] = steps else { return true };
    // What is not there, and what cannot be looked up, has no members to ask for.
    let Value::Object(members) = object else { return true };
    let Some(member) = members.get_mut(*step) else { return false };
    if let Some(found) = member.as_str().and_then(|id| state.any(id)) {
        *member = found.clone();
    }
    put(state, member, rest)
}

fn cannot(path: &str) -> Failure {
    Failure::unnamed(&format!("This property cannot be expanded ({path})."))
}
