//! Calendars of other programs, and the busy times they mean.

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{BUDGET, DEPTH, RULES, busy_times, within};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The busy times of events, as `start/end` in UTC.
fn times(events: &[&str]) -> Result<Vec<String>, String> {
    times_within(BUDGET, events)
}

fn times_within(budget: Duration, events: &[&str]) -> Result<Vec<String>, String> {
    let events: String =
        events.iter().map(|e| format!("BEGIN:VEVENT\r\n{e}\r\nEND:VEVENT\r\n")).collect();
    let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n");
    let (from, until) = (at("2026-10-20T00:00:00Z"), at("2026-11-10T00:00:00Z"));
    let times = within(budget, &text, Tz::Europe__Copenhagen, from, until)?;
    let short = |at: DateTime<Utc>| at.format("%m-%dT%H:%M").to_string();
    Ok(times
        .iter()
        .map(|busy| format!("{}/{}", short(busy.starts_at), short(busy.ends_at)))
        .collect())
}

fn meets(events: &[&str], expected: &[&str]) {
    assert_eq!(times(events).unwrap(), expected, "{events:?}");
}

#[test]
fn times_are_read_in_utc_in_zones_floating_and_as_days() {
    meets(
        &["UID:a\r\nDTSTART:20261021T080000Z\r\nDTEND:20261021T090000Z"],
        &["10-21T08:00/10-21T09:00"],
    );
    meets(
        &["UID:a\r\nDTSTART;TZID=America/New_York:20261021T080000\r\nDURATION:PT1H30M"],
        &["10-21T12:00/10-21T13:30"],
    );
    meets(
        &["UID:a\r\nDTSTART:20261021T080000\r\nDTEND:20261021T090000"],
        &["10-21T06:00/10-21T07:00"],
    );
    // In this night the clocks are put back: the day has 25 hours.
    meets(&["UID:a\r\nDTSTART;VALUE=DATE:20261025"], &["10-24T22:00/10-25T23:00"]);
    meets(
        &["UID:a\r\nDTSTART;VALUE=DATE:20261021\r\nDTEND;VALUE=DATE:20261023"],
        &["10-20T22:00/10-22T22:00"],
    );
    // A zone that only the calendar file knows is read as the owner's zone.
    meets(
        &["UID:a\r\nDTSTART;TZID=\"Romance Standard Time\":20261021T080000\r\nDURATION:PT1H"],
        &["10-21T06:00/10-21T07:00"],
    );
}

#[test]
fn events_recur_by_the_clock_on_the_wall() {
    meets(
        &["UID:a\r\nDTSTART;TZID=Europe/Copenhagen:20050103T090000\r\nDURATION:PT1H\r\n\
           RRULE:FREQ=WEEKLY;BYDAY=MO"],
        &["10-26T08:00/10-26T09:00", "11-02T08:00/11-02T09:00", "11-09T08:00/11-09T09:00"],
    );
    for until in ["20261022", "20261022T235959", "20261022T220000Z"] {
        meets(
            &[&format!(
                "UID:a\r\nDTSTART;TZID=Europe/Copenhagen:20261020T090000\r\nDURATION:PT1H\r\n\
                 RRULE:FREQ=DAILY;UNTIL={until}"
            )],
            &["10-20T07:00/10-20T08:00", "10-21T07:00/10-21T08:00", "10-22T07:00/10-22T08:00"],
        );
    }
    meets(
        &[
            "UID:a\r\nDTSTART:20261021T080000Z\r\nDURATION:PT1H\r\nRDATE:20261023T080000Z,20261024T080000Z",
        ],
        &["10-21T08:00/10-21T09:00", "10-23T08:00/10-23T09:00", "10-24T08:00/10-24T09:00"],
    );
}

#[test]
fn an_occurrence_is_left_out_moved_or_cancelled() {
    let daily = "UID:a\r\nDTSTART:20261021T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=4\r\n\
                 EXDATE:20261022T080000Z";
    let moved =
        "UID:a\r\nRECURRENCE-ID:20261023T080000Z\r\nDTSTART:20261023T120000Z\r\nDURATION:PT1H";
    let cancelled = "UID:a\r\nRECURRENCE-ID:20261024T080000Z\r\nDTSTART:20261024T080000Z\r\n\
                     DURATION:PT1H\r\nSTATUS:CANCELLED";
    meets(&[daily, moved, cancelled], &["10-21T08:00/10-21T09:00", "10-23T12:00/10-23T13:00"]);
}

#[test]
fn what_makes_nobody_busy_closes_nothing() {
    for word in ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"] {
        let event = format!("UID:a\r\nDTSTART:20261021T080000Z\r\nDURATION:PT1H\r\n{word}");
        meets(&[&event], &[]);
    }
    meets(&["UID:1@booking.convene\r\nDTSTART:20261021T080000Z\r\nDURATION:PT1H"], &[]);
    meets(&["UID:a\r\nDTSTART:20261021T080000Z"], &[]);
    meets(&["UID:a\r\nDTSTART:20261001T080000Z\r\nDURATION:PT1H"], &[]);
    meets(&["UID:a\r\nSUMMARY:without a time"], &[]);
}

#[test]
fn times_that_touch_are_one_and_long_ones_are_cut() {
    meets(
        &[
            "UID:a\r\nDTSTART:20261021T080000Z\r\nDURATION:PT1H",
            "UID:b\r\nDTSTART:20261021T090000Z\r\nDURATION:PT1H",
            "UID:c\r\nDTSTART:20261021T083000Z\r\nDURATION:PT10M",
        ],
        &["10-21T08:00/10-21T10:00"],
    );
    meets(
        &["UID:a\r\nDTSTART;VALUE=DATE:20200101\r\nDTEND;VALUE=DATE:20400101"],
        &["10-19T00:00/11-11T00:00"],
    );
}

#[test]
fn what_cannot_be_read_is_said_and_what_never_ends_is_ended() {
    let read =
        |text| busy_times(text, Tz::UTC, at("2026-10-20T00:00:00Z"), at("2026-11-10T00:00:00Z"));
    assert!(read("<html>").is_err());
    assert!(read("").is_err());
    let start = "UID:a\r\nDTSTART:19700101T000000Z\r\nDURATION:PT1S";
    assert!(times(&[&format!("{start}\r\nRRULE:FREQ=SOMETIMES")]).is_err());
    // Twenty-nine days of February are the most there are.
    let never = format!("{start}\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30");
    assert_eq!(times(&[&never]), Ok(Vec::new()));
}

#[test]
fn recurring_events_are_given_up_when_their_time_is_over() {
    let too_long = Err("Its recurring events take too long to work out.".to_owned());
    let start = "UID:a\r\nDTSTART:19700101T000000Z\r\nDURATION:PT1S";
    // Neither one of many starts nor many events of none take the time of others.
    for rule in ["FREQ=SECONDLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"] {
        let event = format!("{start}\r\nRRULE:{rule}");
        assert_eq!(times_within(Duration::ZERO, &[&event]), too_long, "{rule}");
    }
    assert_eq!(times(&[&format!("{start}\r\nRRULE:FREQ=SECONDLY")]), too_long);
    assert_eq!(times_within(Duration::ZERO, &[start]), Ok(Vec::new()), "it does not recur");

    let daily = "\r\nRRULE:FREQ=DAILY;COUNT=1";
    assert_eq!(times(&[&format!("{start}{}", daily.repeat(RULES))]), Ok(Vec::new()));
    assert_eq!(times(&[&format!("{start}{}", daily.repeat(RULES + 1))]), too_long);
}

/// A process that runs out of stack takes everybody's clock with it.
#[test]
fn parts_that_lie_too_deep_are_not_read() {
    let (from, until) = (at("2026-10-20T00:00:00Z"), at("2026-11-10T00:00:00Z"));
    let nested = |begin: &str, end: &str, depth: usize| {
        let text = format!(
            "BEGIN:VCALENDAR\r\n{}{}END:VCALENDAR\r\n",
            begin.repeat(depth),
            end.repeat(depth)
        );
        busy_times(&text, Tz::UTC, from, until)
    };
    let no_calendar = Err("It is no iCalendar file.".to_owned());
    for (begin, end) in
        [("BEGIN:VEVENT\r\n", "END:VEVENT\r\n"), ("begin:x\n\n", "end:x\n"), ("BEGIN:\n", "")]
    {
        assert_eq!(nested(begin, end, 140_000), no_calendar, "{begin}");
    }
    let (begin, end) = ("BEGIN:VEVENT\r\n", "END:VEVENT\r\n");
    assert_eq!(nested(begin, end, DEPTH - 1), Ok(Vec::new()));
    assert_eq!(nested(begin, end, DEPTH), no_calendar);
}
