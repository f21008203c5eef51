//! Pages for the links of mails while there is no front end. Each says what the front end would
//! show there and how it asks for it.

use axum::{
    Router,
    extract::{Path, RawQuery},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use uuid::Uuid;

/// The path, what the front end shows there, and its request. `{id}` is the id of the link.
const PAGES: [(&str, &str, &str); 12] = [
    ("/", "the marketplace", "/rest/v1/sessions"),
    ("/bookings/{id}", "a booking", "/rest/v1/bookings?id=eq.{id}"),
    ("/slots/{id}", "a slot", "/rest/v1/bookable_slots?id=eq.{id}"),
    ("/certificates", "a learner's certificates", "/rest/v1/rpc/list_certificates"),
    ("/courses", "the courses of a learner", "/rest/v1/CourseEnrollment"),
    ("/earnings", "what a provider has earned", "/rest/v1/rpc/my_wallet"),
    ("/messages", "messages between people", "/rest/v1/rpc/list_conversations"),
    ("/orders", "what somebody has ordered", "/rest/v1/rpc/my_statement"),
    ("/payments", "what somebody has paid", "/rest/v1/rpc/list_payments"),
    ("/reviews", "reviews of a provider", "/rest/v1/rpc/list_reviews"),
    ("/sales", "what a provider has sold", "/rest/v1/rpc/my_sales"),
    ("/support", "what somebody has asked support", "/rest/v1/rpc/list_cases"),
];

/// The pages have no script and load nothing from elsewhere.
const POLICY: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The pages; the root already has the table of contents of the API.
pub fn routes() -> Router {
    let unsubscribe = async |RawQuery(query): RawQuery| {
        Redirect::temporary(&format!("/functions/v1/unsubscribe?{}", query.unwrap_or_default()))
    };
    let mut routes = Router::new().route("/unsubscribe", get(unsubscribe));
    for (path, what, request) in PAGES.into_iter().filter(|(path, ..)| *path != "/") {
        routes = if path.contains("{id}") {
            let named = async move |id: Result<Path<Uuid>, _>| match id {
                Ok(Path(id)) => page(what, &request.replace("{id}", &id.to_string())),
                Err::<_, axum::extract::rejection::PathRejection>(_) => {
                    StatusCode::NOT_FOUND.into_response()
                }
            };
            routes.route(path, get(named))
        } else {
            routes.route(path, get(async move || page(what, request)))
        };
    }
    routes
}

fn page(what: &str, request: &str) -> Response {
    let html = format!(
        "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Convene</title><p>Your front end shows {what} here: set SITE_URL to its address.\
         <p>It asks, with its user's token: <code>GET {request}</code>"
    );
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::PAGES;

    #[test]
    fn every_link_of_a_mail_leads_to_a_page() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../functions/mailer/templates/en");
        let mut linked = BTreeSet::new();
        for template in fs::read_dir(folder).unwrap() {
            let text = fs::read_to_string(template.unwrap().path()).unwrap();
            for link in text.split("]({{ site }}").skip(1) {
                let path = link.split(')').next().unwrap();
                let path =
                    path.replace("{{ booking_id }}", "{id}").replace("{{ slot_id }}", "{id}");
                linked.insert(path);
            }
        }
        let pages: BTreeSet<String> = PAGES.iter().map(|(path, ..)| (*path).to_owned()).collect();
        assert_eq!(linked, pages);
        // Who writes a front end for production finds them in one place.
        let manual = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/auth.md"));
        let manual = manual.unwrap();
        let served = manual.split("## What the front end serves").nth(1).unwrap();
        let unnamed: Vec<&String> =
            pages.iter().filter(|path| !served.contains(&format!("`{path}`"))).collect();
        assert_eq!(unnamed, Vec::<&String>::new());
    }
}
