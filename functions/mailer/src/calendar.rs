//! The calendar entry of a booking: one UID for its whole life, and a version number that only
//! grows.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use icalendar::{
    Attendee, Calendar, Component, Event, EventLike, EventStatus, PartStat, Property, Role,
};

use crate::{
    Settings,
    message::{Message, Occasion},
    text::one_line,
    zone::{knows, vtimezone},
};

/// What the receiver's calendar must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Add or move the entry.
    Request,
    /// Remove it.
    Cancel,
}

impl Method {
    /// The word of RFC 5546.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }
}

/// An invitation, ready to be attached.
pub struct Invitation {
    /// Request or cancel.
    pub method: Method,
    /// The iCalendar stream.
    pub text: String,
}

/// The invitation that belongs to `message`, if one does.
///
/// The platform is the organizer and the receiver the only attendee, so neither side learns the
/// other's address. A booking that its provider has not accepted has no entry, even if it is moved.
/// An entry that was never sent is not cancelled.
pub fn invitation(message: &Message, settings: &Settings) -> Option<Invitation> {
    let booking = message.occasion.as_ref().filter(|booking| booking.was_confirmed)?;
    let booking_id = booking.booking_id?;
    let method = match message.kind.as_str() {
        "booking_confirmed" | "booking_rescheduled" => Method::Request,
        "booking_cancelled" => Method::Cancel,
        _ => return None,
    };
    let zone = message.zone();
    let mut calendar = Calendar::empty();
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Convene//Convene//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", method.as_str()),
    ] {
        calendar.append_property((name, value));
    }
    let mut event = event(message, booking, method, settings);
    calendar.push(event.uid(&format!("{booking_id}@booking.convene")).done());
    let mut text = calendar.to_string();
    if is_local(booking, zone) {
        // The crate writes a DTSTAMP and a UID into every component, but a VTIMEZONE must not have
        // them. So the time zone is inserted as text.
        let zone = vtimezone(zone);
        text = text.replacen("BEGIN:VEVENT", &format!("{zone}BEGIN:VEVENT"), 1);
    }
    Some(Invitation { method, text })
}

fn event(message: &Message, booking: &Occasion, method: Method, settings: &Settings) -> Event {
    let (status, partstat) = match method {
        Method::Request => (EventStatus::Confirmed, PartStat::Accepted),
        Method::Cancel => (EventStatus::Cancelled, PartStat::Declined),
    };
    let mut attendee = Attendee::new(format!("mailto:{}", message.recipient.address))
        .role(Role::ReqParticipant)
        .partstat(partstat)
        .rsvp(false);
    let name = one_line(&message.recipient.name);
    if !name.is_empty() {
        attendee = attendee.cn(parameter(&name));
    }
    let mut organizer = Property::new("ORGANIZER", format!("mailto:{}", settings.mail_from));
    organizer.add_parameter("CN", &parameter(&message.marketplace.name));

    let mut event = Event::new();
    event
        .sequence(booking.ics_sequence)
        .timestamp(booking.updated_at)
        .last_modified(booking.updated_at)
        .summary(&summary(booking))
        .append_property(time("DTSTART", booking.starts_at, booking, message.zone()))
        .append_property(time("DTEND", booking.ends_at, booking, message.zone()))
        .append_property(organizer)
        .attendee(attendee)
        .add_property("TRANSP", "OPAQUE");
    let page = booking_url(settings, booking);
    if let Some(place) = booking.place.as_deref().or(booking.meeting_url.as_deref()) {
        event.location(&one_line(place));
    }
    event.url(booking.meeting_url.as_deref().unwrap_or(&page));
    let notes = booking.notes.as_deref().map(|notes| notes.replace("\r\n", "\n"));
    let lines = [booking.meeting_url.clone(), notes, Some(page)];
    let description: Vec<String> = lines.into_iter().flatten().collect();
    event.description(&description.join("\n\n").replace(is_bare_control, " "));
    event.status(status);
    event.done()
}

fn is_bare_control(letter: char) -> bool {
    letter.is_control() && letter != '\n'
}

fn summary(booking: &Occasion) -> String {
    let (title, other) = (one_line(&booking.title), one_line(&booking.other_name));
    if other.is_empty() { title } else { format!("{title} · {other}") }
}

fn booking_url(settings: &Settings, booking: &Occasion) -> String {
    let site = settings.site_url.as_str().trim_end_matches('/');
    match booking.booking_id {
        Some(booking_id) => format!("{site}/bookings/{booking_id}"),
        None => site.to_owned(),
    }
}

/// Whether both times can be written in the receiver's local time.
///
/// In an hour that happens twice, local time and zone do not say which of the two is meant, and
/// calendar programs disagree. So such times are written in UTC, and so are times outside the range
/// of the VTIMEZONE.
fn is_local(booking: &Occasion, zone: Tz) -> bool {
    zone != Tz::UTC
        && [booking.starts_at, booking.ends_at].into_iter().all(|at| {
            let wall = at.with_timezone(&zone).naive_local();
            knows(at) && wall.and_local_timezone(zone).single().is_some()
        })
}

/// A local time of the receiver, which the VTIMEZONE turns into an instant; otherwise UTC.
fn time(name: &str, at: DateTime<Utc>, booking: &Occasion, zone: Tz) -> Property {
    if !is_local(booking, zone) {
        return Property::new(name, at.format("%Y%m%dT%H%M%SZ").to_string());
    }
    let wall = at.with_timezone(&zone);
    let mut property = Property::new(name, wall.format("%Y%m%dT%H%M%S").to_string());
    property.add_parameter("TZID", zone.name());
    property
}

/// The value of a parameter cannot contain double quotes, so they are removed.
fn parameter(text: &str) -> String {
    one_line(text).replace('"', "'")
}
