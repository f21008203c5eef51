//! Every kind of mail in every language, read by independent libraries: mail-parser and icalendar
//! here, mailparser and ical.js in Node. All must read the same.

use chrono::{DateTime, Utc};
use icalendar::{Calendar, CalendarDateTime, Component, DatePerhapsTime, EventLike};
use mail_parser::{MessageParser, MimeHeaders, PartType};
use mailer::{Message, Settings, compose};
use serde_json::{Value, json};
use tests::World;

/// Zones whose clocks change by an hour, by half an hour, at other times of the year, and never;
/// and instants around clock changes.
const ZONES: [&str; 10] = [
    "Europe/Copenhagen",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Africa/Nairobi",
    "Asia/Kathmandu",
    "Pacific/Auckland",
    "America/Santiago",
    "Pacific/Kiritimati",
    "UTC",
];
const STARTS: [&str; 5] = [
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00Z",
    "2027-03-28T00:30:00Z",
    "2027-03-14T06:30:00Z",
    "2027-07-01T12:00:00Z",
];

#[tokio::test]
async fn every_mail_reads_alike_in_two_libraries() {
    let mut mails = Vec::new();
    for locale in ["en", "da"] {
        mails.extend(mailer::templates().map(|kind| mail(kind, locale, None)));
    }
    for zone in ZONES {
        mails.extend(STARTS.map(|start| mail("booking_confirmed", "en", Some((zone, start)))));
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), serde_json::to_string(&mails).unwrap()).unwrap();
    let path = file.path().to_string_lossy();
    World::new().await.story_with("mails", &[], &[("MAILS", &path)]).await;
}

/// A mail as it is sent, and what the libraries here read in it.
fn mail(kind: &str, locale: &str, at: Option<(&str, &str)>) -> Value {
    let facts = include_str!("../../functions/mailer/tests/facts.json");
    let mut facts: Value = serde_json::from_str(facts).unwrap();
    facts["type"] = json!(kind);
    facts["recipient"]["locale"] = json!(locale);
    if kind.starts_with("goods_") {
        facts["occasion"] = Value::Null;
    }
    if let Some((zone, start)) = at {
        let start: DateTime<Utc> = start.parse().unwrap();
        facts["recipient"]["timezone"] = json!(zone);
        facts["occasion"]["starts_at"] = json!(start);
        facts["occasion"]["ends_at"] = json!(start + chrono::Duration::hours(1));
    }
    let message: Message = serde_json::from_value(facts).unwrap();
    let settings = Settings {
        smtp_url: "smtp://127.0.0.1:1".parse().unwrap(),
        mail_from: "hello@convene.example".parse().unwrap(),
        site_url: "https://convene.example".parse().unwrap(),
        api_url: "https://api.convene.example/".parse().unwrap(),
    };
    let raw = compose(&message, &settings).unwrap().formatted();
    let read = MessageParser::default().parse(&raw).expect("a MIME message");
    let entry = read.parts.iter().find_map(|part| {
        let kind = part.content_type()?;
        let PartType::Text(text) = &part.body else { return None };
        (kind.subtype() == Some("calendar")).then(|| entry(text))
    });
    let address = |list: Option<&mail_parser::Address<'_>>| {
        list.and_then(|list| list.first()?.address().map(str::to_owned))
    };
    json!({
        "name": format!("{kind} {locale} {at:?}"),
        "raw": String::from_utf8(raw.clone()).unwrap(),
        "subject": read.subject(),
        "from": address(read.from()),
        "to": address(read.to()),
        "message_id": read.message_id(),
        "text": read.body_text(0).map(|text| text.replace("\r\n", "\n")),
        "entry": entry,
    })
}

fn entry(text: &str) -> Value {
    let calendar: Calendar = text.parse().expect("a calendar");
    let event = calendar.events().next().expect("an event");
    json!({
        "method": calendar.property_value("METHOD"),
        "uid": event.get_uid(),
        "sequence": event.get_sequence(),
        "status": event.property_value("STATUS"),
        "summary": event.get_summary(),
        "location": event.get_location(),
        "description": event.get_description(),
        "organizer": event.property_value("ORGANIZER"),
        "attendee": event.get_attendees()[0].cal_address,
        "start": instant(event.get_start()),
        "end": instant(event.get_end()),
    })
}

fn instant(at: Option<DatePerhapsTime>) -> DateTime<Utc> {
    match at.expect("a time") {
        DatePerhapsTime::DateTime(CalendarDateTime::Utc(at)) => at,
        DatePerhapsTime::DateTime(at) => at.try_into_utc().expect("one instant"),
        DatePerhapsTime::Date(_) => panic!("a booking is no whole day"),
    }
}
