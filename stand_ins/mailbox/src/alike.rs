//! Whether two libraries that know nothing of each other read a mail alike: mail-parser and
//! mailparse the message, icalendar and calcard its calendar entry.
//!
//! A mail server and a calendar program are other people's code. What two of them read in two ways
//! is written wrongly, and the mailbox refuses it, so that whichever test sent it fails.

use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty};
use chrono::NaiveDateTime;
use icalendar::{Calendar, CalendarComponent, CalendarDateTime, Component, DatePerhapsTime};
use mail_parser::{MessageParser, MimeHeaders, PartType};
use mailparse::{MailHeaderMap, ParsedMail};

/// What is read differently, or not at all.
pub fn problem(raw: &[u8]) -> Option<String> {
    let Some(one) = MessageParser::default().parse(raw) else {
        return Some("mail-parser reads nothing".into());
    };
    let other = match mailparse::parse_mail(raw) {
        Ok(other) => other,
        Err(error) => return Some(format!("mailparse: {error}")),
    };
    let header = |name: &str| other.headers.get_first_value(name).unwrap_or_default();
    let message_id = header("Message-ID");
    let sides = [
        ("subject", one.subject().unwrap_or_default().to_owned(), header("Subject")),
        (
            "message id",
            one.message_id().unwrap_or_default().to_owned(),
            message_id.trim_matches(['<', '>']).to_owned(),
        ),
        ("text", text_of(one.body_text(0)), part(&other, "text/plain")),
        ("html", text_of(one.body_html(0)), part(&other, "text/html")),
    ];
    let of_mail = sides.iter().find(|(_, one, other)| tidy(one) != tidy(other));
    if let Some((what, one, other)) = of_mail {
        return Some(format!("{what}: {one:?} or {other:?}"));
    }
    let entries = one.parts.iter().filter_map(|part| match &part.body {
        PartType::Text(text) if part.content_type()?.subtype() == Some("calendar") => Some(text),
        _ => None,
    });
    entries.map(|text| in_calendar(text)).find_map(|problem| problem)
}

fn text_of(text: Option<std::borrow::Cow<'_, str>>) -> String {
    text.unwrap_or_default().into_owned()
}

/// The first part of a kind.
fn part(mail: &ParsedMail<'_>, kind: &str) -> String {
    let found = mail.parts().find(|part| part.ctype.mimetype == kind);
    found.and_then(|part| part.get_body().ok()).unwrap_or_default()
}

/// Blanks are not compared: one library keeps the last line's end, and the other does not.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn in_calendar(text: &str) -> Option<String> {
    let one: Calendar = match text.parse() {
        Ok(one) => one,
        Err(error) => return Some(format!("icalendar: {error}")),
    };
    let Ok(other) = ICalendar::parse(text) else { return Some("calcard reads nothing".into()) };
    let one: Vec<[String; 6]> = one.components.iter().filter_map(seen_by_one).collect();
    let other: Vec<[String; 6]> = other
        .components
        .iter()
        .filter(|component| component.component_type == ICalendarComponentType::VEvent)
        .map(seen_by_other)
        .collect();
    // A booking has a time.
    let said = one.first().is_some_and(|event| !event[4].is_empty());
    (!said || one != other).then(|| format!("entry: {one:?} or {other:?}"))
}

fn seen_by_one(component: &CalendarComponent) -> Option<[String; 6]> {
    let CalendarComponent::Event(event) = component else { return None };
    let text = |name| tidy(event.property_value(name).unwrap_or_default());
    let time = |at| local(at).map(|at| at.to_string()).unwrap_or_default();
    Some([
        text("UID"),
        text("SUMMARY"),
        text("LOCATION"),
        text("DESCRIPTION"),
        time(event.get_start()),
        time(event.get_end()),
    ])
}

fn local(at: Option<DatePerhapsTime>) -> Option<NaiveDateTime> {
    match at? {
        DatePerhapsTime::DateTime(CalendarDateTime::Utc(at)) => Some(at.naive_utc()),
        DatePerhapsTime::DateTime(CalendarDateTime::Floating(at)) => Some(at),
        DatePerhapsTime::DateTime(CalendarDateTime::WithTimezone { date_time, .. }) => {
            Some(date_time)
        }
        DatePerhapsTime::Date(_) => None,
    }
}

fn seen_by_other(event: &calcard::icalendar::ICalendarComponent) -> [String; 6] {
    let value = |name| event.property(&name).and_then(|entry| entry.values.first());
    let text = |name| tidy(value(name).and_then(|value| value.as_text()).unwrap_or_default());
    let time = |name| {
        let at = value(name).and_then(|value| value.as_partial_date_time()?.to_date_time());
        at.map(|at| at.date_time.to_string()).unwrap_or_default()
    };
    [
        text(ICalendarProperty::Uid),
        text(ICalendarProperty::Summary),
        text(ICalendarProperty::Location),
        text(ICalendarProperty::Description),
        time(ICalendarProperty::Dtstart),
        time(ICalendarProperty::Dtend),
    ]
}

#[cfg(test)]
mod tests {
    use super::problem;

    const MAIL: &str = "Subject: =?utf-8?Q?Caf=C3=A9?=\r\nMessage-ID: <a@b>\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n--x\r\n\
        Content-Type: text/html; charset=utf-8\r\n\r\n<p>Hello</p>\r\n--x\r\n\
        Content-Type: text/calendar; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\n\
        PRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Tea\\, twice\r\n\
        DTSTART;TZID=Europe/Copenhagen:20300101T100000\r\nDTEND:20300101T100000Z\r\n\
        END:VEVENT\r\nEND:VCALENDAR\r\n--x--\r\n";

    #[test]
    fn what_is_written_well_is_read_alike() {
        assert_eq!(problem(MAIL.as_bytes()), None);
    }

    #[test]
    fn what_is_written_badly_is_noticed() {
        for (whole, broken) in [
            ("DTSTART;TZID=Europe/Copenhagen:20300101T100000", "DTSTART:tomorrow"),
            ("BEGIN:VEVENT\r\nUID:a\r\n", ""),
        ] {
            assert!(MAIL.contains(whole));
            let broken = MAIL.replace(whole, broken);
            assert!(problem(broken.as_bytes()).is_some(), "{broken}");
        }
    }
}
