//! The calendar entry of a booking: one UID for its whole life, a version that only grows.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use icalendar::{Attendee, Calendar, Component, Event, EventStatus, PartStat, Property, Role};

use crate::{
    message::{Message, Occasion},
    zone::vtimezone,
};

/// What the receiver's calendar has to do.
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
/// other's address. An entry that was never sent is not withdrawn.
pub fn invitation(message: &Message, zone: Tz, organizer: &str) -> Option<Invitation> {
    let booking = message.occasion.as_ref()?;
    let booking_id = booking.booking_id?;
    let method = match message.kind.as_str() {
        "booking_confirmed" | "booking_rescheduled" => Method::Request,
        "booking_cancelled" if booking.was_confirmed => Method::Cancel,
        _ => return None,
    };
    let mut calendar = Calendar::empty();
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Convene//Convene//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", method.as_str()),
    ] {
        calendar.append_property((name, value));
    }
    let mut event = event(message, booking, method, zone, organizer);
    calendar.push(event.uid(&format!("{booking_id}@booking.convene")).done());
    // The crate writes a DTSTAMP and a UID into every component, which a VTIMEZONE must not have.
    // So the zone is inserted as text.
    let zone = vtimezone(zone, booking.starts_at, booking.ends_at + Duration::days(1));
    let text = calendar.to_string().replacen("BEGIN:VEVENT", &format!("{zone}BEGIN:VEVENT"), 1);
    Some(Invitation { method, text })
}

fn event(
    message: &Message,
    booking: &Occasion,
    method: Method,
    zone: Tz,
    organizer: &str,
) -> Event {
    let (status, partstat) = match method {
        Method::Request => (EventStatus::Confirmed, PartStat::Accepted),
        Method::Cancel => (EventStatus::Cancelled, PartStat::Declined),
    };
    let attendee = Attendee::new(format!("mailto:{}", message.recipient.address))
        .cn(parameter(&message.recipient.name))
        .role(Role::ReqParticipant)
        .partstat(partstat)
        .rsvp(false);
    let mut organizer = Property::new("ORGANIZER", format!("mailto:{organizer}"));
    organizer.add_parameter("CN", &parameter(&message.marketplace.name));

    let mut event = Event::new();
    event
        .sequence(booking.ics_sequence)
        .timestamp(booking.updated_at)
        .last_modified(booking.updated_at)
        .summary(&format!("{} · {}", plain(&booking.title), plain(&booking.other_name)))
        .append_property(local("DTSTART", booking.starts_at, zone))
        .append_property(local("DTEND", booking.ends_at, zone))
        .append_property(organizer)
        .attendee(attendee)
        .add_property("TRANSP", "OPAQUE");
    event.status(status);
    event.done()
}

/// A time on the receiver's wall, which the VTIMEZONE makes an instant again.
///
/// In the hour that happens twice the zone alone cannot say which of the two is meant: RFC
/// 5545 reads it as the first. The second is written in UTC, which is never ambiguous.
fn local(name: &str, at: DateTime<Utc>, zone: Tz) -> Property {
    let wall = at.with_timezone(&zone);
    let reads_back = wall.naive_local().and_local_timezone(zone).earliest() == Some(wall);
    if zone == Tz::UTC || !reads_back {
        return Property::new(name, at.format("%Y%m%dT%H%M%SZ").to_string());
    }
    let mut property = Property::new(name, wall.format("%Y%m%dT%H%M%S").to_string());
    property.add_parameter("TZID", zone.name());
    property
}

/// One line of text: the crate escapes what is special, but a bare carriage return is not.
fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// A parameter's value cannot contain a double quote at all.
fn parameter(text: &str) -> String {
    plain(text).replace('"', "'")
}
