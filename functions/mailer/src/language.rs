//! The languages of mail: their templates, and how they write times and amounts.

use chrono::{DateTime, Locale, Utc};
use chrono_tz::Tz;

use crate::message::Money;

/// One language.
pub struct Language {
    /// Its ISO 639-1 code, and the folder of its templates.
    pub code: &'static str,
    /// The first line of every mail.
    pub greeting: &'static str,
    /// What a provider without a name is called.
    pub a_provider: &'static str,
    /// What a customer without a name is called.
    pub a_customer: &'static str,
    /// The text of the link that turns off messages of a type.
    pub unsubscribe: &'static str,
    templates: &'static [(&'static str, &'static str)],
    locale: Locale,
    day: &'static str,
    clock: &'static str,
    decimal_point: &'static str,
}

macro_rules! templates {
    ($language:literal) => {
        templates!($language:
            "auth_already_registered" "auth_confirmation" "auth_email_change"
            "auth_email_change_current" "auth_email_changing" "auth_factor_enrolled" "auth_factor_removed"
            "auth_identity_linked" "auth_identity_unlinked"
            "auth_invite" "auth_magic_link" "auth_password_changed" "auth_reauthentication"
            "auth_recovery" "booking_cancelled" "booking_completed" "booking_confirmed"
            "booking_declined" "booking_move_declined" "booking_move_proposed"
            "booking_no_show_customer"
            "booking_no_show_provider" "booking_reminder" "booking_requested" "booking_rescheduled"
            "case_answered" "course_completed" "course_enrolled"
            "dispute_lost" "dispute_opened" "dispute_won" "goods_delivered" "goods_ordered"
            "goods_returned" "goods_shipped" "message_received" "payment_captured"
            "payout_account_changed" "payout_bank_failed" "payout_failed" "payout_paid"
            "payout_reversed" "refund_failed" "refund_opened" "refund_settled" "review_received"
            "staff" "waitlist_called_off" "waitlist_offer")
    };
    ($language:literal: $($kind:literal)*) => {
        &[$((
            $kind,
            include_str!(concat!("../templates/", $language, "/", $kind, ".txt")),
        )),*]
    };
}

static ENGLISH: Language = Language {
    code: "en",
    greeting: "Hello{% if name %} {{ name }}{% endif %},",
    a_provider: "the provider",
    a_customer: "the customer",
    unsubscribe: "Stop messages of this kind",
    templates: templates!("en"),
    locale: Locale::en_GB,
    day: "%A, %-d %B %Y, ",
    clock: "%H:%M",
    decimal_point: ".",
};

static DANISH: Language = Language {
    code: "da",
    greeting: "Hej{% if name %} {{ name }}{% endif %}",
    a_provider: "udbyderen",
    a_customer: "kunden",
    unsubscribe: "Stop beskeder af denne slags",
    templates: templates!("da"),
    locale: Locale::da_DK,
    day: "%A den %-d. %B %Y kl. ",
    clock: "%H.%M",
    decimal_point: ",",
};

/// Every kind of message that has a template.
pub fn templates() -> impl Iterator<Item = &'static str> {
    ENGLISH.templates.iter().map(|(kind, _)| *kind)
}

impl Language {
    /// The language of a tag such as `da-DK`; English if the tag is unknown.
    pub fn of(tag: &str) -> &'static Self {
        match tag.split(['-', '_']).next() {
            Some(code) if code.eq_ignore_ascii_case("da") => &DANISH,
            _ => &ENGLISH,
        }
    }

    /// The template of a kind of message.
    pub fn template(&self, kind: &str) -> Option<&'static str> {
        self.templates.iter().find(|(name, _)| *name == kind).map(|(_, source)| *source)
    }

    /// Start and end in the receiver's time, with the zone.
    pub fn when(&self, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, zone: Tz) -> String {
        let (starts, ends) = (starts_at.with_timezone(&zone), ends_at.with_timezone(&zone));
        let day_and_clock = format!("{}{}", self.day, self.clock);
        let end_format = match starts.date_naive() == ends.date_naive() {
            true => self.clock,
            false => &day_and_clock,
        };
        // Each end gets its own abbreviation, because a clock change may lie between them.
        let (from, to) = (starts.format("%Z").to_string(), ends.format("%Z").to_string());
        let start_zone = if from == to { String::new() } else { format!(" {from}") };
        format!(
            "{}{start_zone}–{} {to} ({})",
            starts.format_localized(&day_and_clock, self.locale),
            ends.format_localized(end_format, self.locale),
            zone.name(),
        )
    }

    /// One instant in the receiver's time.
    pub fn instant(&self, at: DateTime<Utc>, zone: Tz) -> String {
        let format = format!("{}{} %Z", self.day, self.clock);
        at.with_timezone(&zone).format_localized(&format, self.locale).to_string()
    }

    /// An amount with its currency.
    pub fn amount(&self, money: &Money) -> String {
        let number = money.amount().to_string().replace('.', self.decimal_point);
        format!("{number} {}", money.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_falls_back_to_its_language_and_then_to_english() {
        for (tag, code) in
            [("da", "da"), ("DA-dk", "da"), ("en-US", "en"), ("dan", "en"), ("", "en")]
        {
            assert_eq!(Language::of(tag).code, code, "{tag}");
        }
    }

    #[test]
    fn sums_keep_every_decimal_of_their_currency() {
        for (minor, currency, exponent, english, danish) in [
            (1050, "JPY", 0, "1050 JPY", "1050 JPY"),
            (25000, "DKK", 2, "250.00 DKK", "250,00 DKK"),
            (1500, "KWD", 3, "1.500 KWD", "1,500 KWD"),
        ] {
            let json = serde_json::json!(
                { "amount_minor": minor, "currency": currency, "exponent": exponent });
            let money: Money = serde_json::from_value(json).expect("a sum");
            assert_eq!(ENGLISH.amount(&money), english);
            assert_eq!(DANISH.amount(&money), danish);
        }
    }

    #[test]
    fn a_session_across_a_change_of_the_clocks_names_both_zones() {
        let starts: DateTime<Utc> = "2026-10-25T00:30:00Z".parse().expect("an instant");
        let ends = starts + chrono::Duration::hours(1);
        assert_eq!(
            ENGLISH.when(starts, ends, Tz::Europe__Copenhagen),
            "Sunday, 25 October 2026, 02:30 CEST–02:30 CET (Europe/Copenhagen)"
        );
        assert_eq!(
            DANISH.when(starts, ends, Tz::Africa__Nairobi),
            "søndag den 25. oktober 2026 kl. 03.30–04.30 EAT (Africa/Nairobi)"
        );
    }
}
