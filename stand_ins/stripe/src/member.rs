//! Members that every object has, read and written alike.

use serde_json::Value;

use crate::request::Request;

/// The text of a JSON text, and nothing of anything else.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Metadata is merged; an empty value removes a key.
pub(crate) fn merge_metadata(object: &mut Value, request: &Request<'_>) {
    let Some(metadata) = object["metadata"].as_object_mut() else { return };
    for (name, value) in request.call.params.members("metadata") {
        match value == "" {
            true => drop(metadata.remove(&name)),
            false => drop(metadata.insert(name, value)),
        }
    }
}
