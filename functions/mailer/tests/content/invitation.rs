//! The calendar entry, read back by a parser, and resolved to the instant that was booked.

use chrono::{DateTime, Utc};
use icalendar::{Calendar, Component, EventLike, parser};
use serde_json::json;

use crate::{facts, mail_of, read};

#[test]
fn an_invitation_is_found_both_inline_and_attached_and_reads_back() {
    for (kind, method, status) in [
        ("booking_confirmed", "REQUEST", "CONFIRMED"),
        ("booking_rescheduled", "REQUEST", "CONFIRMED"),
        ("booking_cancelled", "CANCEL", "CANCELLED"),
    ] {
        let mail = read(&mail_of(&facts(kind, "en")));
        let [(inline_method, inline), (_, attached)] = mail.invitations.as_slice() else {
            panic!("{kind}: {} invitations", mail.invitations.len());
        };
        assert_eq!(inline_method, method);
        assert_eq!(inline, attached);
        let calendar: Calendar = inline.parse().expect("a calendar");
        assert_eq!(calendar.property_value("METHOD"), Some(method));
        let event = calendar.events().next().expect("an event");
        assert_eq!(event.get_uid(), Some("0193f000-0000-7000-8000-00000000000b@booking.convene"));
        assert_eq!(event.get_sequence(), Some(3));
        assert_eq!(event.property_value("STATUS"), Some(status));
        assert_eq!(event.get_summary(), Some("Dansk, samtale; begyndere · Tara"));
        assert_eq!(event.get_location(), Some("Nørregade 1, 2. th."));
        assert_eq!(event.get_url(), Some("https://meet.example/abc?x=1,2"));
        let description = event.get_description().expect("a description");
        assert!(description.contains("Ring på; to gange\nTak"), "{description}");
        assert_eq!(event.get_attendees()[0].cal_address, "mailto:alma@example.org");
        assert_eq!(event.property_value("ORGANIZER"), Some("mailto:hello@convene.example"));
        // RFC 5545 folds at 75 octets, and a VTIMEZONE has neither DTSTAMP nor UID.
        assert!(inline.lines().all(|line| line.len() <= 75), "{inline}");
        assert_eq!(inline.matches("DTSTAMP:").count(), 1);
        assert_eq!(inline.matches("\nUID:").count(), 1);
    }
}

#[test]
fn nothing_is_withdrawn_that_was_never_sent() {
    let mut facts = facts("booking_cancelled", "en");
    facts["occasion"]["was_confirmed"] = json!(false);
    assert!(read(&mail_of(&facts)).invitations.is_empty());
    // A request that is moved and then answered, in either order: no entry was sent, so none is
    // cancelled.
    for kind in ["booking_rescheduled", "booking_cancelled", "booking_declined"] {
        let mut facts = crate::facts(kind, "en");
        facts["occasion"]["was_confirmed"] = json!(false);
        assert!(read(&mail_of(&facts)).invitations.is_empty(), "{kind}");
    }
    for kind in ["booking_requested", "booking_reminder", "waitlist_offer", "payout_paid"] {
        assert!(read(&mail_of(&crate::facts(kind, "en"))).invitations.is_empty(), "{kind}");
    }
}

/// Instants around clock changes, in zones that change by an hour, by half an hour, and not at all:
/// the entry means the instant that was booked.
#[test]
fn an_invitation_means_the_instant_that_was_booked() {
    for zone in
        ["Europe/Copenhagen", "America/New_York", "Australia/Lord_Howe", "Africa/Nairobi", "UTC"]
    {
        for day in
            ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"]
        {
            for quarter in 0..96 {
                let midnight: DateTime<Utc> = format!("{day}T00:00:00Z").parse().expect("a day");
                let starts = midnight + chrono::Duration::minutes(quarter * 15);
                let ends = starts + chrono::Duration::minutes(90);
                let mut facts = facts("booking_confirmed", "en");
                facts["recipient"]["timezone"] = json!(zone);
                facts["occasion"]["starts_at"] = json!(starts);
                facts["occasion"]["ends_at"] = json!(ends);
                let mail = read(&mail_of(&facts));
                let ics = &mail.invitations[0].1;
                assert_eq!(instant(ics, "DTSTART"), starts, "{zone}\n{ics}");
                assert_eq!(instant(ics, "DTEND"), ends, "{zone}\n{ics}");
            }
        }
    }
}

/// Calendars keep the first definition of a zone that they see, and read other entries by it.
#[test]
fn a_zone_is_defined_in_the_same_way_in_every_mail() {
    let zone = |starts_at: &str, zone: &str| -> String {
        let mut facts = facts("booking_confirmed", "en");
        let starts: DateTime<Utc> = starts_at.parse().expect("an instant");
        facts["recipient"]["timezone"] = json!(zone);
        facts["occasion"]["starts_at"] = json!(starts);
        facts["occasion"]["ends_at"] = json!(starts + chrono::Duration::hours(1));
        let entry = read(&mail_of(&facts)).invitations[0].1.clone();
        let begin = entry.find("BEGIN:VTIMEZONE").expect("a zone");
        entry[begin..entry.find("BEGIN:VEVENT").expect("an event")].to_owned()
    };
    for name in ["Europe/Copenhagen", "Africa/Casablanca", "America/New_York", "Africa/Nairobi"] {
        let first = zone("2026-02-01T10:00:00Z", name);
        for day in ["2026-07-01", "2027-01-15", "2028-10-30", "2031-05-05"] {
            assert_eq!(zone(&format!("{day}T10:00:00Z"), name), first, "{name} {day}");
        }
    }
}

#[test]
fn both_hours_that_a_clock_shows_twice_are_written_in_utc() {
    for (starts, ends) in [
        ("2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"),
        ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"),
        ("2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"),
        // This booking is later than the definition of the zone reaches.
        ("2045-06-01T10:00:00Z", "2045-06-01T11:00:00Z"),
    ] {
        let mut facts = facts("booking_confirmed", "en");
        facts["occasion"]["starts_at"] = json!(starts);
        facts["occasion"]["ends_at"] = json!(ends);
        let entry = read(&mail_of(&facts)).invitations[0].1.clone();
        let compact = |at: &str| at.replace(['-', ':'], "");
        assert!(entry.contains(&format!("DTSTART:{}\r\n", compact(starts))), "{entry}");
        assert!(entry.contains(&format!("DTEND:{}\r\n", compact(ends))), "{entry}");
        assert!(!entry.contains("VTIMEZONE"), "{entry}");
    }
}

/// The instant a property of the event means, resolved through the stream's own VTIMEZONE.
fn instant(ics: &str, name: &str) -> DateTime<Utc> {
    let unfolded = parser::unfold(ics);
    let calendar = parser::read_calendar(&unfolded).expect("a calendar");
    let part = |name: &str| calendar.components.iter().find(|c| c.name == name);
    let property = part("VEVENT").and_then(|e| e.find_prop(name)).expect("the property");
    let text = property.val.as_ref();
    if let Some(utc) = text.strip_suffix('Z') {
        return wall(utc).and_utc();
    }
    let zone = part("VTIMEZONE").expect("a VTIMEZONE");
    let tzid = property.params[0].val.as_ref().expect("a TZID");
    assert_eq!(zone.find_prop("TZID").expect("a TZID").val, *tzid);
    let local = wall(text);
    // RFC 5545: the observance with the latest onset in local time that is not after the given
    // time. If a local time happens twice, the first of the two is meant.
    let observance = zone
        .components
        .iter()
        .map(|o| {
            let value = |name| o.find_prop(name).expect("a property").val.as_ref().to_owned();
            (wall(&value("DTSTART")), seconds(&value("TZOFFSETTO")))
        })
        .filter(|(onset, ..)| *onset <= local)
        .max_by_key(|(onset, ..)| *onset)
        .expect("an observance in force");
    (local - chrono::Duration::seconds(observance.1)).and_utc()
}

fn wall(text: &str) -> chrono::NaiveDateTime {
    chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").expect("a local time")
}

fn seconds(offset: &str) -> i64 {
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let (hours, minutes): (i64, i64) =
        (offset[1..3].parse().expect("hours"), offset[3..5].parse().expect("minutes"));
    sign * (hours * 3600 + minutes * 60)
}
