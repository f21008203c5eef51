//! `calendar`: a person's bookings for the calendar program that subscribes to them. The key in the
//! address is the permission; it is in the query, which no access log keeps.

use axum::{
    extract::{RawQuery, State},
    http::header,
    response::IntoResponse,
};
use chrono::{DateTime, Utc};
use errors::{Error, Result};
use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};
use postgres::Caller;
use serde::Deserialize;
use uuid::Uuid;

use crate::Checkout;

/// What `api.read_calendar_feed` returns.
#[derive(Deserialize)]
struct Feed {
    name: String,
    entries: Vec<Entry>,
}

/// A booking, on either side.
#[derive(Deserialize)]
struct Entry {
    booking_id: Uuid,
    title: String,
    other_name: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    status: String,
    place: Option<String>,
    meeting_url: Option<String>,
    notes: Option<String>,
    ics_sequence: u32,
    updated_at: DateTime<Utc>,
}

/// The feed as iCalendar (RFC 5545), with the UIDs that the mails have.
pub(crate) async fn feed(
    State(checkout): State<Checkout>,
    RawQuery(query): RawQuery,
) -> Result<impl IntoResponse> {
    let query = query.unwrap_or_default();
    let key = query.split('&').find_map(|pair| pair.strip_prefix("key="));
    let key = key.ok_or_else(|| Error::bad_request("key: the address of a feed carries a key."))?;
    let read = "select api.read_calendar_feed($1)";
    let feed: Feed = checkout.api.json(Caller::ANON, read, &[&key]).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CACHE_CONTROL, "private, max-age=300"),
    ];
    Ok((headers, calendar(feed).to_string()))
}

fn calendar(feed: Feed) -> Calendar {
    let mut calendar = Calendar::empty();
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Convene//Convene//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-PUBLISHED-TTL", "PT15M"),
    ] {
        calendar.append_property((name, value));
    }
    let mut interval = Property::new("REFRESH-INTERVAL", "PT15M");
    interval.add_parameter("VALUE", "DURATION");
    calendar.append_property(interval);
    calendar.name(&one_line(&feed.name));
    for entry in feed.entries {
        calendar.push(event(&entry));
    }
    calendar
}

/// Times are in UTC, which all programs read in the same way.
fn event(entry: &Entry) -> Event {
    let (title, other) = (one_line(&entry.title), one_line(&entry.other_name));
    let summary = if other.is_empty() { title } else { format!("{title} · {other}") };
    let mut event = Event::new();
    event
        .uid(&format!("{}@booking.convene", entry.booking_id))
        .sequence(entry.ics_sequence)
        .timestamp(entry.updated_at)
        .last_modified(entry.updated_at)
        .starts(entry.starts_at)
        .ends(entry.ends_at)
        .summary(&summary);
    if let Some(place) = entry.place.as_deref().or(entry.meeting_url.as_deref()) {
        event.location(&one_line(place));
    }
    if let Some(url) = &entry.meeting_url {
        event.url(url);
    }
    let notes = entry.notes.as_deref().map(|notes| notes.replace("\r\n", "\n"));
    let lines: Vec<String> = [entry.meeting_url.clone(), notes].into_iter().flatten().collect();
    if !lines.is_empty() {
        let bare = |letter: char| letter.is_control() && letter != '\n';
        event.description(&lines.join("\n\n").replace(bare, " "));
    }
    event.status(match entry.status.as_str() {
        "requested" => EventStatus::Tentative,
        _ => EventStatus::Confirmed,
    });
    event.done()
}

/// Text that people wrote must not start a new line of the calendar.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ").trim().to_owned()
}
