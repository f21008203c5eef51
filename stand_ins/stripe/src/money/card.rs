//! Stripe's test cards: what each of them does, by number and by name.

use serde_json::{Value, json};

use crate::shape;

/// What happens when a card is charged. Found again by its last four digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Card {
    name: &'static str,
    number: &'static str,
    /// Whether its holder is request to prove who they are.
    pub(crate) authenticates: bool,
    /// Error code and decline code, if the bank says no.
    pub(crate) decline: Option<(&'static str, &'static str)>,
    /// The reason of the dispute that follows.
    pub(crate) dispute: Option<&'static str>,
    /// What becomes of a refund.
    pub(crate) refund: Refunding,
    /// Whether the money is available at once.
    pub(crate) instant: bool,
}

/// What becomes of a refund to a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refunding {
    Succeeds,
    /// Pending for a minute, then succeeded.
    Waits,
    /// Succeeded for a minute, then failed.
    Fails,
}

const fn good(name: &'static str, number: &'static str) -> Card {
    Card {
        name,
        number,
        authenticates: false,
        decline: None,
        dispute: None,
        refund: Refunding::Succeeds,
        instant: false,
    }
}

const fn declined(
    name: &'static str,
    number: &'static str,
    code: &'static str,
    decline_code: &'static str,
) -> Card {
    Card { decline: Some((code, decline_code)), ..good(name, number) }
}

const DECLINED: &str = "card_declined";

const CARDS: [Card; 22] = [
    good("visa", "4242424242424242"),
    good("visa_debit", "4000056655665556"),
    good("mastercard", "5555555555554444"),
    declined("visa_chargeDeclined", "4000000000000002", DECLINED, "generic_decline"),
    declined(
        "visa_chargeDeclinedInsufficientFunds",
        "4000000000009995",
        DECLINED,
        "insufficient_funds",
    ),
    declined("visa_chargeDeclinedLostCard", "4000000000009987", DECLINED, "lost_card"),
    declined("visa_chargeDeclinedStolenCard", "4000000000009979", DECLINED, "stolen_card"),
    declined("visa_chargeDeclinedFraudulent", "4100000000000019", DECLINED, "fraudulent"),
    declined("chargeDeclinedExpiredCard", "4000000000000069", "expired_card", "expired_card"),
    declined("chargeDeclinedIncorrectCvc", "4000000000000127", "incorrect_cvc", "incorrect_cvc"),
    declined(
        "chargeDeclinedProcessingError",
        "4000000000000119",
        "processing_error",
        "processing_error",
    ),
    declined("chargeCustomerFail", "4000000000000341", DECLINED, "generic_decline"),
    Card { authenticates: true, ..good("authenticationRequired", "4000002760003184") },
    Card { authenticates: true, ..good("authenticationRequiredOnSetup", "4000002500003155") },
    Card { authenticates: true, ..good("threeDSecure2Required", "4000000000003220") },
    Card {
        authenticates: true,
        ..declined(
            "authenticationRequiredChargeDeclinedInsufficientFunds",
            "4000008260003178",
            DECLINED,
            "insufficient_funds",
        )
    },
    Card { dispute: Some("fraudulent"), ..good("createDispute", "4000000000000259") },
    Card {
        dispute: Some("product_not_received"),
        ..good("createDisputeProductNotReceived", "4000000000002685")
    },
    Card { dispute: Some("inquiry"), ..good("createDisputeInquiry", "4000000000001976") },
    Card { refund: Refunding::Waits, ..good("pendingRefund", "4000000000007726") },
    Card { refund: Refunding::Fails, ..good("refundFail", "4000000000005126") },
    Card { instant: true, ..good("bypassPending", "4000000000000077") },
];

/// A card by the name in `pm_card_…`, with or without the brand that some names carry.
pub(crate) fn named(payment_method: &str) -> Option<Card> {
    let name = payment_method.strip_prefix("pm_card_")?;
    let matches = |card: &&Card| card.name == name || card.name.strip_prefix("visa_") == Some(name);
    CARDS.iter().find(matches).copied()
}

/// A card by its number.
pub(crate) fn numbered(number: &str) -> Option<Card> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    CARDS.iter().find(|card| card.number == digits).copied()
}

/// The card of a payment method or of a charge's details.
pub(crate) fn of(object: &Value) -> Option<Card> {
    let last4 = object["card"]["last4"].as_str()?;
    CARDS.iter().find(|card| card.number.ends_with(last4)).copied()
}

impl Card {
    /// As a payment method.
    pub(crate) fn payment_method(self, id: &str, created: i64) -> Value {
        let mut method = shape::new(
            "payment_method",
            json!({"id": id, "created": created, "billing_details": billing_details()}),
        );
        shape::overlay(
            &mut method["card"],
            json!({
                "brand": self.brand(), "display_brand": self.brand(), "last4": self.last4(),
                "networks": {"available": [self.brand()], "preferred": null}, "exp_year": 2034,
                "generated_from": null, "wallet": null,
            }),
        );
        method
    }

    /// As the details of a charge; `capture_before` of one that is only authorised.
    pub(crate) fn details(self, capture_before: Option<i64>) -> Value {
        let mut details = shape::new("charge", json!({}))["payment_method_details"].take();
        let card = json!({
            "brand": self.brand(), "network": self.brand(), "last4": self.last4(), "exp_year": 2034,
            "wallet": null, "installments": null, "three_d_secure": null,
        });
        shape::overlay(&mut details["card"], card);
        if let Some(capture_before) = capture_before {
            details["card"]["capture_before"] = capture_before.into();
        }
        details
    }

    fn brand(self) -> &'static str {
        if self.number.starts_with('5') { "mastercard" } else { "visa" }
    }

    fn last4(self) -> &'static str {
        &self.number[self.number.len() - 4..]
    }
}

/// Nobody's details: the stand-in keeps no personal data.
pub(crate) fn billing_details() -> Value {
    let address = json!({
        "city": null, "country": null, "line1": null, "line2": null, "postal_code": null,
        "state": null,
    });
    json!({"address": address, "email": null, "name": null, "phone": null, "tax_id": null})
}
