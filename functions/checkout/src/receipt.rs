//! `receipt`: the receipt of an order, as a page that prints well. `rpc/receipt` has it as JSON.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use errors::Result;
use serde_json::Value;
use tokens::SignedIn;

use crate::{Checkout, id_in, print};

const PAGE: &str = include_str!("../templates/receipt.html");

/// The page, for the payer and for staff. The database decides who may see it.
pub(crate) async fn receipt(
    State(checkout): State<Checkout>,
    caller: SignedIn,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let order_id = id_in(query.as_deref(), "order_id")?;
    let facts: Value =
        checkout.api.json(caller.caller(), "select api.receipt($1)", &[&order_id]).await?;
    print::answer(PAGE, &facts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn print(facts: &Value) -> Result<String> {
        print::print(PAGE, facts)
    }

    fn facts(locale: &str) -> Value {
        json!({
            "number": 17, "issued_on": "2026-11-29", "order_number": "7K2M-Q9XD",
            "marketplace": "Convene", "support_email": null, "buyer": "<b>Alma</b>",
            "locale": locale, "currency": "DKK", "subtotal": "300.00", "discount": "30.00",
            "tax": "0.00", "paid": "270.00", "refunded": "10.00", "discount_minor": 3000,
            "tax_minor": 0, "refunded_minor": 1000,
            "lines": [{ "title": "Te", "seller": "Tara", "quantity": 2, "unit": "150.00",
                        "discount": "30.00", "total": "270.00", "discount_minor": 3000 }],
        })
    }

    #[test]
    fn a_receipt_prints_its_sums_in_the_language_of_its_buyer() {
        let english = print(&facts("en-GB")).expect("a page");
        for part in ["Receipt 17", "7K2M-Q9XD", "270.00 DKK", "Refunded", "10.00 DKK"] {
            assert!(english.contains(part), "{part}: {english}");
        }
        let danish = print(&facts("da")).expect("a page");
        assert!(danish.contains("Kvittering 17") && danish.contains("lang=\"da\""), "{danish}");
    }

    #[test]
    fn what_people_wrote_is_no_markup_of_a_receipt() {
        let page = print(&facts("en")).expect("a page");
        assert!(page.contains("&lt;b&gt;Alma") && !page.contains("<b>Alma"), "{page}");
    }

    #[test]
    fn a_receipt_without_discount_and_refund_does_not_speak_of_them() {
        let mut facts = facts("en");
        for name in ["discount_minor", "refunded_minor"] {
            facts[name] = json!(0);
        }
        facts["lines"][0]["discount_minor"] = json!(0);
        let page = print(&facts).expect("a page");
        assert!(!page.contains("Discount") && !page.contains("Refunded"), "{page}");
    }
}
