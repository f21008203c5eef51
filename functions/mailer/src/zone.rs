//! Makes a VTIMEZONE from the transitions that chrono-tz knows.
//!
//! Every offset in force during a fixed range of years is written as an observance of its own; a
//! rule (RRULE) would promise more than is known. The range is the same in every mail, because
//! calendars keep the first definition of a zone they see and use it for later entries.

use std::fmt::Write as _;

use chrono::{DateTime, Duration, Offset, TimeZone, Utc};
use chrono_tz::{OffsetComponents, OffsetName, Tz};

/// The range in which a VTIMEZONE is valid: bookings are made at most two years ahead.
const FROM: DateTime<Utc> = first_of(2025);
const UNTIL: DateTime<Utc> = first_of(2040);

/// The first instant of a year.
const fn first_of(year: i32) -> DateTime<Utc> {
    match chrono::NaiveDate::from_ymd_opt(year, 1, 1) {
        Some(day) => day.and_time(chrono::NaiveTime::MIN).and_utc(),
        None => DateTime::<Utc>::MIN_UTC,
    }
}

/// Whether the VTIMEZONE of a zone covers an instant.
pub fn knows(at: DateTime<Utc>) -> bool {
    (FROM + Duration::days(366)..UNTIL - Duration::days(1)).contains(&at)
}

/// The VTIMEZONE of `zone`, always the same.
pub fn vtimezone(zone: Tz) -> String {
    between(zone, FROM, UNTIL)
}

/// The VTIMEZONE of `zone`, valid for every instant from a year after `from` until `until`.
fn between(zone: Tz, from: DateTime<Utc>, until: DateTime<Utc>) -> String {
    let mut observances = vec![Observance::at(zone, from)];
    let mut at = from;
    while let Some(change) = next_change(zone, at, until) {
        observances.push(Observance::at(zone, change));
        at = change;
    }
    let mut text = format!("BEGIN:VTIMEZONE\r\nTZID:{}\r\n", zone.name());
    for observance in observances {
        // Writing to a String cannot fail.
        let _ = observance.write(&mut text);
    }
    text.push_str("END:VTIMEZONE\r\n");
    text
}

struct Observance {
    starts: DateTime<Utc>,
    from_seconds: i32,
    to_seconds: i32,
    is_daylight: bool,
    name: String,
}

impl Observance {
    fn at(zone: Tz, instant: DateTime<Utc>) -> Self {
        let before = zone.offset_from_utc_datetime(&(instant - Duration::seconds(1)).naive_utc());
        let after = zone.offset_from_utc_datetime(&instant.naive_utc());
        Self {
            starts: instant,
            from_seconds: before.fix().local_minus_utc(),
            to_seconds: after.fix().local_minus_utc(),
            is_daylight: !after.dst_offset().is_zero(),
            name: after.abbreviation().unwrap_or("LMT").to_owned(),
        }
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let kind = if self.is_daylight { "DAYLIGHT" } else { "STANDARD" };
        // The onset is written in the local time of the moment before it.
        let onset = self.starts.naive_utc() + Duration::seconds(self.from_seconds.into());
        write!(text, "BEGIN:{kind}\r\nDTSTART:{}\r\n", onset.format("%Y%m%dT%H%M%S"))?;
        write!(text, "TZOFFSETFROM:{}\r\n", utc_offset(self.from_seconds))?;
        write!(text, "TZOFFSETTO:{}\r\n", utc_offset(self.to_seconds))?;
        write!(text, "TZNAME:{}\r\nEND:{kind}\r\n", self.name)
    }
}

/// The first instant after `from`, and not after `until`, at which another offset is in force. The
/// search takes steps of a day. It would miss a zone that changes twice within a day; no zone does.
fn next_change(zone: Tz, from: DateTime<Utc>, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let state = |at: DateTime<Utc>| {
        let offset = zone.offset_from_utc_datetime(&at.naive_utc());
        (offset.fix().local_minus_utc(), offset.dst_offset())
    };
    let mut low = from;
    let now = state(from);
    let mut high = loop {
        let next = low + Duration::days(1);
        if state(next) != now {
            break next;
        }
        if next > until {
            return None;
        }
        low = next;
    };
    while high - low > Duration::seconds(1) {
        let middle = low + (high - low) / 2;
        if state(middle) == now { low = middle } else { high = middle }
    }
    // Offsets change on whole seconds; the midpoints of the search may not be whole.
    let change = DateTime::from_timestamp(high.timestamp(), 0)?;
    let change = if state(change) == now { change + Duration::seconds(1) } else { change };
    (change <= until).then_some(change)
}

fn utc_offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.abs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match rest {
        0 => format!("{sign}{hours:02}{minutes:02}"),
        _ => format!("{sign}{hours:02}{minutes:02}{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn both_sides_of_a_change_are_written_out() {
        let text = between(
            Tz::Europe__Copenhagen,
            instant("2025-10-25T00:30:00Z"),
            instant("2026-10-25T01:30:00Z"),
        );
        let last_two = "BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\n\
             TZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\n\
             BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\n\
             TZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
        assert!(text.ends_with(last_two), "{text}");
        assert!(text.starts_with("BEGIN:VTIMEZONE\r\nTZID:Europe/Copenhagen\r\nBEGIN:"));
    }

    #[test]
    fn half_hours_and_southern_summers_are_kept() {
        let text = between(
            Tz::Australia__Lord_Howe,
            instant("2025-10-03T00:00:00Z"),
            instant("2026-10-04T00:00:00Z"),
        );
        assert!(text.contains("DTSTART:20261004T020000\r\nTZOFFSETFROM:+1030\r\nTZOFFSETTO:+1100"));
    }

    #[test]
    fn a_zone_without_changes_has_one_observance() {
        let (from, until) = (instant("2026-01-01T00:00:00Z"), instant("2026-12-31T00:00:00Z"));
        assert_eq!(between(Tz::Africa__Nairobi, from, until).matches("DTSTART").count(), 1);
        assert_eq!(between(Tz::UTC, from, until).matches("TZOFFSETTO:+0000").count(), 1);
    }

    /// In every zone, the observance in force at an instant gives the same offset as chrono-tz.
    #[test]
    fn every_zone_resolves_to_its_own_offset_on_every_day_it_knows() {
        for zone in chrono_tz::TZ_VARIANTS {
            let text = vtimezone(zone);
            let observances = read(&text);
            let days = (0..).map(|day| instant("2025-01-01T12:00:00Z") + Duration::days(day));
            for at in days.skip_while(|at| !knows(*at)).take_while(|at| knows(*at)) {
                let expected = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
                let begun = observances.iter().rfind(|(begins, _)| *begins <= at);
                let (_, offset) = begun.expect("an observance is in force");
                let expected = utc_offset(expected.local_minus_utc());
                assert_eq!(*offset, expected, "{zone} on {at}\n{text}");
            }
        }
    }

    /// The observances of a VTIMEZONE in order: the start and the offset of each. RFC 5545 says
    /// that the last one that has begun is in force.
    fn read(text: &str) -> Vec<(DateTime<Utc>, String)> {
        let mut observances = Vec::new();
        let mut starts = None;
        let mut from = 0;
        for line in text.lines() {
            if let Some(onset) = line.strip_prefix("DTSTART:") {
                let parsed = chrono::NaiveDateTime::parse_from_str(onset, "%Y%m%dT%H%M%S");
                starts = Some(parsed.expect("an onset").and_utc());
            } else if let Some(offset) = line.strip_prefix("TZOFFSETFROM:") {
                let sign = if offset.starts_with('-') { -1 } else { 1 };
                let digits: Vec<i64> = offset.as_bytes()[1..]
                    .chunks(2)
                    .map(|two| std::str::from_utf8(two).expect("ASCII").parse().expect("digits"))
                    .collect();
                from = sign * (digits[0] * 3600 + digits[1] * 60 + digits.get(2).unwrap_or(&0));
            } else if let Some(offset) = line.strip_prefix("TZOFFSETTO:") {
                let begins = starts.expect("DTSTART comes first") - Duration::seconds(from);
                observances.push((begins, offset.to_owned()));
            }
        }
        assert!(observances.is_sorted_by_key(|(begins, _)| *begins), "{text}");
        observances
    }
}
