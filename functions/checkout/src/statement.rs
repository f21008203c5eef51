//! `statement`: a person's statement of a time, as a page that prints well. `rpc/statement` has it as
//! JSON, and `rpc/my_statement_of` as CSV.

use axum::{
    extract::{Query, State},
    response::Response,
};
use errors::Result;
use serde::Deserialize;
use serde_json::Value;
use tokens::SignedIn;

use crate::{Checkout, print};

const PAGE: &str = include_str!("../templates/statement.html");

/// Which currency, and from which day until which.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    currency: Option<String>,
    from: Option<String>,
    until: Option<String>,
}

/// The page, for who has the wallet.
pub(crate) async fn statement(
    State(checkout): State<Checkout>,
    caller: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let sql = "select api.statement($1, $2::text::date, $3::text::date)";
    let facts: Value = checkout
        .api
        .json(caller.caller(), sql, &[&asked.currency, &asked.from, &asked.until])
        .await?;
    print::answer(PAGE, &facts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn facts(locale: &str) -> Value {
        json!({
            "marketplace": "Convene", "support_email": null, "owner": "<i>Tara</i>",
            "locale": locale, "currency": "DKK", "from": "2026-11-01", "until": "2026-11-30",
            "accounts": [{ "account": "available", "before": "0.00", "after": "85.00" }],
            "entries": [{ "on": "2026-11-29", "account": "available", "kind": "release",
                          "description": null, "amount": "85.00", "balance_after": "85.00" }],
        })
    }

    #[test]
    fn a_statement_prints_every_entry_in_the_language_of_its_owner() {
        let english = print::print(PAGE, &facts("en-GB")).expect("a page");
        for part in ["Statement", "2026-11-29", "Cleared", "Available", "85.00 DKK", "&lt;i&gt;"] {
            assert!(english.contains(part), "{part}: {english}");
        }
        let danish = print::print(PAGE, &facts("da")).expect("a page");
        assert!(danish.contains("Kontoudtog") && danish.contains("Klareret"), "{danish}");
    }

    #[test]
    fn a_statement_of_a_time_without_entries_says_so() {
        let mut facts = facts("en");
        facts["entries"] = json!([]);
        let page = print::print(PAGE, &facts).expect("a page");
        assert!(page.contains("Nothing was moved") && page.contains("@page"), "{page}");
    }
}
