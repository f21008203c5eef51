//! Customers: whom payment intents are listed by.

use serde_json::{Value, json};

use super::failure::Failure;
use super::list::{Filter, list};
use super::payment_intent::merge_metadata;
use super::route::{Asked, Route};
use super::shape;
use super::state::State;

const MEMBERS: &[&str] =
    &["address[]", "description", "email", "metadata[]", "name", "phone", "preferred_locales[]"];

pub(super) const ROUTES: &[Route] = &[
    Route { method: "POST", path: "/v1/customers", params: MEMBERS, run: create },
    Route {
        method: "GET",
        path: "/v1/customers",
        params: &["created", "created[]", "email"],
        run: |state, asked| {
            list(state, asked, "", "customer", &[Filter::Equal("email"), Filter::Created])
        },
    },
    Route {
        method: "GET",
        path: "/v1/customers/:id",
        params: &[],
        run: |state, asked| state.take("customer", asked.id(), "id"),
    },
    Route { method: "POST", path: "/v1/customers/:id", params: MEMBERS, run: update },
];

fn create(state: &mut State, asked: &Asked<'_>) -> Result<Value, Failure> {
    let members = json!({"id": state.id("cus"), "created": state.now()});
    let mut customer = shape::new("customer", members);
    describe(&mut customer, asked);
    state.put(customer.clone());
    state.emit("customer.created", &customer);
    Ok(customer)
}

fn update(state: &mut State, asked: &Asked<'_>) -> Result<Value, Failure> {
    let mut customer = state.take("customer", asked.id(), "id")?;
    describe(&mut customer, asked);
    state.put(customer.clone());
    state.emit("customer.updated", &customer);
    Ok(customer)
}

fn describe(customer: &mut Value, asked: &Asked<'_>) {
    for name in ["description", "email", "name", "phone"] {
        if asked.call.params.text(name).is_some() {
            customer[name] = asked.call.params.value(name);
        }
    }
    merge_metadata(customer, asked);
}
