//! Customers: whom payment intents are listed by.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::member::merge_metadata;
use crate::object::list::Filter;
use crate::object::list::list;
use crate::request::Request;
use crate::request::Route;
use crate::shape;
use crate::state::State;

const MEMBERS: &[&str] =
    &["address[]", "description", "email", "metadata[]", "name", "phone", "preferred_locales[]"];

pub(crate) const ROUTES: &[Route] = &[
    Route { method: "POST", path: "/v1/customers", params: MEMBERS, run: create },
    Route {
        method: "GET",
        path: "/v1/customers",
        params: &["created", "created[]", "email"],
        run: |state, request| {
            list(state, request, "", "customer", &[Filter::Equal("email"), Filter::Created])
        },
    },
    Route {
        method: "GET",
        path: "/v1/customers/:id",
        params: &[],
        run: |state, request| state.take("customer", request.id(), "id"),
    },
    Route { method: "POST", path: "/v1/customers/:id", params: MEMBERS, run: update },
];

fn create(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let members = json!({"id": state.id("cus"), "created": state.now()});
    let mut customer = shape::new("customer", members);
    describe(&mut customer, request);
    state.put(customer.clone());
    state.emit("customer.created", &customer);
    Ok(customer)
}

fn update(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let mut customer = state.take("customer", request.id(), "id")?;
    describe(&mut customer, request);
    state.put(customer.clone());
    state.emit("customer.updated", &customer);
    Ok(customer)
}

fn describe(customer: &mut Value, request: &Request<'_>) {
    for name in ["description", "email", "name", "phone"] {
        if request.call.params.text(name).is_some() {
            customer[name] = request.call.params.value(name);
        }
    }
    merge_metadata(customer, request);
}
