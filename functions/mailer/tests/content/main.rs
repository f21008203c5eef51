//! What a mail says, read as the receiver's program reads it.

use icalendar::parser;
use mail_parser::{MessageParser, MimeHeaders, PartType};
use mailer::{Message, Settings, compose};
use serde_json::{Value, json};

mod invitation;

const KINDS: [&str; 44] = [
    "auth_already_registered",
    "auth_confirmation",
    "auth_email_change",
    "auth_email_changing",
    "auth_invite",
    "auth_magic_link",
    "auth_password_changed",
    "auth_reauthentication",
    "auth_recovery",
    "booking_cancelled",
    "booking_completed",
    "booking_confirmed",
    "booking_declined",
    "booking_move_declined",
    "booking_move_proposed",
    "booking_no_show_customer",
    "booking_no_show_provider",
    "booking_reminder",
    "booking_requested",
    "booking_rescheduled",
    "case_answered",
    "course_completed",
    "course_enrolled",
    "dispute_lost",
    "dispute_opened",
    "dispute_won",
    "goods_delivered",
    "goods_ordered",
    "goods_returned",
    "goods_shipped",
    "message_received",
    "payment_captured",
    "payout_account_changed",
    "payout_bank_failed",
    "payout_failed",
    "payout_paid",
    "payout_reversed",
    "refund_failed",
    "refund_opened",
    "refund_settled",
    "review_received",
    "staff",
    "waitlist_called_off",
    "waitlist_offer",
];

fn settings() -> Settings {
    Settings {
        smtp_url: "smtp://127.0.0.1:1".parse().expect("a URL"),
        mail_from: "hello@convene.example".parse().expect("an address"),
        site_url: "https://convene.example".parse().expect("a URL"),
        api_url: "https://api.convene.example/".parse().expect("a URL"),
    }
}

/// A message that has every fact any template uses.
fn facts(kind: &str, locale: &str) -> Value {
    let mut facts: Value = serde_json::from_str(include_str!("../facts.json")).expect("facts");
    facts["type"] = json!(kind);
    facts["recipient"]["locale"] = json!(locale);
    if kind.starts_with("goods_") || kind.starts_with("course_") {
        // Something that is sent or read has no time.
        facts["occasion"] = Value::Null;
    }
    if kind == "goods_ordered" {
        facts["subject"]["part"] = json!("provider");
    }
    facts
}

fn mail_of(facts: &Value) -> Vec<u8> {
    let message: Message = serde_json::from_value(facts.clone()).expect("a message");
    compose(&message, &settings()).expect("a mail").formatted()
}

struct Read {
    subject: String,
    text: String,
    html: String,
    invitations: Vec<(String, String)>,
    raw: String,
}

fn read(mail: &[u8]) -> Read {
    let parsed = MessageParser::default().parse(mail).expect("a MIME message");
    let invitations = parsed.parts.iter().filter_map(|part| {
        let kind = part.content_type()?;
        let subtype = kind.subtype()?.to_owned();
        let body = match &part.body {
            PartType::Text(text) => text.to_string(),
            PartType::Binary(bytes) => String::from_utf8(bytes.to_vec()).expect("UTF-8"),
            _ => return None,
        };
        matches!(subtype.as_str(), "calendar" | "ics")
            .then(|| (kind.attribute("method").unwrap_or_default().to_owned(), body))
    });
    Read {
        subject: parsed.subject().expect("a subject").to_owned(),
        text: parsed.body_text(0).expect("a text part").to_string(),
        html: parsed.body_html(0).expect("an HTML part").to_string(),
        invitations: invitations.collect(),
        raw: String::from_utf8(mail.to_vec()).expect("7-bit or 8-bit text"),
    }
}

/// Every mail in every language, word for word. `UPDATE_GOLDEN=1` writes the file anew.
#[test]
fn every_mail_says_what_was_agreed() {
    let mut all = String::new();
    for locale in ["en", "da"] {
        for kind in KINDS {
            let mail = read(&mail_of(&facts(kind, locale)));
            let text = mail.text.replace("\r\n", "\n");
            all.push_str(&format!("=== {kind} ({locale})\n{}\n\n{text}\n", mail.subject));
        }
    }
    let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &all).expect("a writable file");
    }
    let agreed = std::fs::read_to_string(&golden).expect("tests/golden.txt");
    for (now, then) in all.lines().zip(agreed.lines()) {
        assert_eq!(now, then);
    }
    assert_eq!(all.len(), agreed.len());
}

#[test]
fn both_parts_say_the_same() {
    for kind in KINDS {
        let mail = read(&mail_of(&facts(kind, "da")));
        for line in mail.text.lines().filter(|l| l.len() > 20 && !l.contains("://")) {
            let line = line.trim_end().trim_end_matches(':');
            assert!(unescaped(&mail.html).contains(line), "{kind}: {line}\n{}", mail.html);
        }
    }
}

fn unescaped(html: &str) -> String {
    html.replace("&#x27;", "'").replace("&#x2f;", "/").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Facts that are null in the database are absent here, and no template prints "none".
#[test]
fn a_mail_without_optional_facts_can_still_be_written() {
    for (kind, absent) in [
        ("booking_cancelled", vec!["/occasion/reason"]),
        (
            "booking_confirmed",
            vec![
                "/occasion/place",
                "/occasion/meeting_url",
                "/occasion/notes",
                "/occasion/proposed",
            ],
        ),
        ("booking_no_show_customer", vec!["/marketplace/support_email"]),
        ("refund_opened", vec!["/occasion"]),
        ("payment_captured", vec!["/occasion", "/subject"]),
        ("refund_opened", vec!["/occasion", "/subject"]),
        ("auth_confirmation", vec!["/sign_in/code", "/occasion", "/money"]),
        ("payout_paid", vec!["/occasion", "/sign_in", "/unsubscribe_key"]),
    ] {
        let mut facts = facts(kind, "en");
        for pointer in absent {
            *facts.pointer_mut(pointer).expect("a fact") = Value::Null;
        }
        let mail = read(&mail_of(&facts));
        assert!(!mail.text.to_lowercase().contains("none"), "{}", mail.text);
    }
}

#[test]
fn a_receipt_for_several_things_names_them() {
    let mut facts = facts("payment_captured", "en");
    facts["occasion"] = Value::Null;
    facts["subject"]["title"] = Value::Null;
    let mail = read(&mail_of(&facts));
    let expected = "for order 7K2M-Q9XD: 2 × Grøn te, Dansk, samtale; begyndere.";
    assert!(mail.text.contains(expected), "{}", mail.text);
}

#[test]
fn a_fact_that_a_template_needs_is_missed_loudly() {
    let mut facts = facts("booking_confirmed", "en");
    facts["occasion"] = Value::Null;
    let message: Message = serde_json::from_value(facts).expect("a message");
    assert!(compose(&message, &settings()).is_err());
}

/// RFC 8058: a POST to the address is enough, and the header says so.
#[test]
fn what_can_be_turned_off_is_turned_off_with_one_click() {
    let mail = read(&mail_of(&facts("booking_reminder", "en")));
    let raw = mail.raw.replace("\r\n ", "");
    assert!(raw.contains(
        "List-Unsubscribe: <https://api.convene.example/functions/v1/unsubscribe\
         ?key=0193f000-0000-7000-8000-0000000000ff>\r\n"
    ));
    assert!(raw.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    let mut essential = facts("booking_confirmed", "en");
    essential["unsubscribe_key"] = Value::Null;
    assert!(!read(&mail_of(&essential)).raw.contains("List-Unsubscribe"));
}

/// A person without a name is called by their role; a name of spaces counts as no name.
#[test]
fn nobody_is_addressed_by_an_empty_name() {
    for (locale, part, expected) in [
        ("en", "customer", "Confirmed: Yoga with the provider"),
        ("en", "provider", "Confirmed: Yoga with the customer"),
        ("da", "customer", "Bekræftet: Yoga med udbyderen"),
    ] {
        for name in ["", "  ", "\u{a0}\t"] {
            let mut facts = facts("booking_confirmed", locale);
            facts["occasion"]["title"] = json!("Yoga");
            facts["occasion"]["part"] = json!(part);
            facts["occasion"]["other_name"] = json!(name);
            facts["recipient"]["name"] = json!(name);
            let mail = read(&mail_of(&facts));
            assert_eq!(mail.subject, expected);
            let entry = mail.invitations[0].1.replace("\r\n ", "");
            assert!(entry.contains("SUMMARY:Yoga\r\n"), "{entry}");
            assert!(!entry.contains("CN=:") && !entry.contains("CN=\"\""), "{entry}");
            assert!(mail.text.starts_with(if locale == "en" { "Hello," } else { "Hej" }));
        }
    }
}

#[test]
fn the_message_id_is_made_of_the_outbox_id() {
    let expected = "Message-ID: <0193f000-0000-7000-8000-000000000001@convene.example>\r\n";
    for _ in 0..2 {
        assert!(read(&mail_of(&facts("booking_confirmed", "en"))).raw.contains(expected));
    }
}

#[test]
fn what_people_write_cannot_become_markup_links_or_headers() {
    let mut facts = facts("booking_cancelled", "en");
    facts["occasion"]["title"] = json!("Yoga\r\nBcc: eve@example.org\r\n\r\n<script>x</script>");
    facts["occasion"]["reason"] = json!("\n[Win](https://evil.example)\n{{ site }}");
    facts["recipient"]["name"] = json!("A\"\r\nBcc: eve@example.org\r\nBEGIN:VALARM");
    let mail = mail_of(&facts);
    let parsed = MessageParser::default().parse(&mail).expect("a MIME message");
    assert!(parsed.bcc().is_none());
    let read = read(&mail);
    assert!(!read.html.contains("<script>"), "{}", read.html);
    assert!(!read.html.contains("href=\"https:&#x2f;&#x2f;evil"), "{}", read.html);
    assert!(read.text.contains("{{ site }}"), "what people write is not a template");
    for (_, ics) in &read.invitations {
        assert!(!ics.lines().any(|line| line == "BEGIN:VALARM"), "{ics}");
        parser::read_calendar(&parser::unfold(ics)).expect("a calendar");
    }
}

#[test]
fn a_link_that_proves_an_address_keeps_its_token_whole() {
    let mail = read(&mail_of(&facts("auth_confirmation", "en")));
    assert!(mail.text.contains(
        "https://api.convene.example/auth/v1/confirm?token=pkce_a%2Bb%2Fc&type=signup\
         &redirect_to=https%3A%2F%2Fconvene.example%2Fwelcome%3Fa%3D1%26b%3D2"
    ));
}
