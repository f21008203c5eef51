//! Webhook endpoints made through the API, each with a secret that is shown once.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::failure::Failure;
use crate::member::merge_metadata;
use crate::object::list::list;
use crate::request::{Request, Route};
use crate::shape;
use crate::state::State;

pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        path: "/v1/webhook_endpoints",
        params: &["api_version", "connect", "description", "enabled_events[]", "metadata[]", "url"],
        run: create,
    },
    Route {
        method: "GET",
        path: "/v1/webhook_endpoints",
        params: &[],
        run: |state, request| {
            let mut page = list(state, request, "", "webhook_endpoint", &[])?;
            if let Some(data) = page["data"].as_array_mut() {
                data.iter_mut().for_each(|endpoint| *endpoint = shown(endpoint.take()));
            }
            Ok(page)
        },
    },
    Route {
        method: "GET",
        path: "/v1/webhook_endpoints/:id",
        params: &[],
        run: |state, request| Ok(shown(state.take("webhook_endpoint", request.id(), "id")?)),
    },
    Route {
        method: "POST",
        path: "/v1/webhook_endpoints/:id",
        params: &["description", "disabled", "enabled_events[]", "metadata[]", "url"],
        run: update,
    },
    Route { method: "DELETE", path: "/v1/webhook_endpoints/:id", params: &[], run: delete },
];

/// Members that only the stand-in knows.
const HIDDEN: [&str; 2] = ["connect", "secret"];

fn create(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let params = &request.call.params;
    let url = params.required("url")?;
    check_url(url)?;
    let events = params.items("enabled_events");
    if events.is_empty() {
        params.required("enabled_events")?;
    }
    let secret = format!("whsec_{}", Uuid::new_v4().simple());
    let members = json!({
        "id": state.id("we"), "api_version": params.value("api_version"), "created": state.now(),
        "description": params.value("description"), "enabled_events": events, "url": url,
        "metadata": {}, "connect": params.flag("connect")?, "secret": secret,
    });
    let mut endpoint = shape::new("webhook_endpoint", members);
    merge_metadata(&mut endpoint, request);
    state.put(endpoint.clone());
    let mut answer = shown(endpoint);
    answer["secret"] = secret.into();
    Ok(answer)
}

fn update(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let mut endpoint = state.take("webhook_endpoint", request.id(), "id")?;
    let params = &request.call.params;
    if let Some(url) = params.text("url") {
        check_url(url)?;
        endpoint["url"] = url.into();
    }
    let events = params.items("enabled_events");
    if !events.is_empty() {
        endpoint["enabled_events"] = events.into();
    }
    if params.text("disabled").is_some() {
        let status = if params.flag("disabled")? { "disabled" } else { "enabled" };
        endpoint["status"] = status.into();
    }
    if params.text("description").is_some() {
        endpoint["description"] = params.value("description");
    }
    merge_metadata(&mut endpoint, request);
    state.put(endpoint.clone());
    Ok(shown(endpoint))
}

fn delete(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    state.take("webhook_endpoint", request.id(), "id")?;
    state.objects.remove("", "webhook_endpoint", request.id());
    Ok(json!({"id": request.id(), "object": "webhook_endpoint", "deleted": true}))
}

/// The stand-in sends nothing to other machines.
fn check_url(url: &str) -> Result<(), Failure> {
    match crate::state::endpoint::is_here(url) {
        true => Ok(()),
        false => {
            let message = format!("Invalid URL: {url} is not on this machine, as the stand-in is.");
            Err(Failure::invalid("url_invalid", "url", message))
        }
    }
}

fn shown(endpoint: Value) -> Value {
    let members = match endpoint {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    members.into_iter().filter(|(name, _)| !HIDDEN.contains(&name.as_str())).collect()
}
