//! The busy times of a calendar (RFC 5545), recurring events included.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use chrono::{DateTime, Days, NaiveTime, Utc};
use chrono_tz::Tz;
use icalendar::parser::{read_calendar, unfold};
use rrule::{RRule, RRuleSet, Unvalidated};

use super::{Busy, event::Event};

/// How long working out the recurring events of one calendar may take.
pub(super) const BUDGET: Duration = Duration::from_secs(2);

/// How many rules an event may recur by. All of them are asked for their next start before the
/// first start is known, and a rule that never holds is searched for a hundred thousand years.
const RULES: usize = 8;

/// How deep parts may lie within parts: a calendar, an event, an alarm or a participant, its place.
/// The parser calls itself for each, and a process that runs out of stack ends.
const DEPTH: usize = 8;

/// The times from `from` to `until` in which the events of a calendar make their owner busy, merged
/// and in order. Times without a zone, or with an unknown zone, are in `zone`.
pub fn busy_times(
    text: &str,
    zone: Tz,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Busy>, String> {
    within(BUDGET, text, zone, from, until)
}

fn within(
    budget: Duration,
    text: &str,
    zone: Tz,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Busy>, String> {
    let text = unfold(text);
    let calendar = Some(&text)
        .filter(|text| is_flat(text))
        .and_then(|text| read_calendar(text).ok())
        .ok_or_else(|| "It is no iCalendar file.".to_owned())?;
    let events: Vec<Event> = calendar
        .components
        .iter()
        .filter(|component| component.name == "VEVENT")
        .filter_map(|component| Event::read(component, zone))
        .collect();

    // An event that replaces one occurrence removes it, even if the new event is cancelled or at
    // another time.
    let mut replaced: HashMap<&str, Vec<DateTime<Utc>>> = HashMap::new();
    for event in &events {
        if let Some(at) = event.replaces {
            replaced.entry(&event.uid).or_default().push(at);
        }
    }

    let deadline = Instant::now() + budget;
    let mut times = Vec::new();
    for event in events.iter().filter(|event| event.is_busy) {
        let not = replaced.get(event.uid.as_str()).filter(|_| event.replaces.is_none());
        let not = not.map_or(&[][..], Vec::as_slice);
        for start in starts(event, until, deadline)? {
            let busy = Busy { starts_at: start.to_utc(), ends_at: event.end_of(start).to_utc() };
            if busy.ends_at > from && busy.starts_at < until && !not.contains(&busy.starts_at) {
                times.push(busy);
            }
        }
    }
    Ok(merged(times, from, until))
}

/// Whether no part lies too deep. The parser refuses an END that fits no BEGIN, so counting them is
/// enough.
fn is_flat(text: &str) -> bool {
    let mut depth = 0_usize;
    text.lines().all(|line| {
        let has = |word: &str| line.get(..word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word));
        if has("BEGIN:") {
            depth += 1;
        } else if has("END:") {
            depth = depth.saturating_sub(1);
        }
        depth <= DEPTH
    })
}

/// All starts of an event before `until`.
fn starts(
    event: &Event,
    until: DateTime<Utc>,
    deadline: Instant,
) -> Result<Vec<DateTime<Tz>>, String> {
    if event.rules.is_empty() && event.more.is_empty() {
        return Ok(vec![event.starts_at]);
    }
    let too_long = || "Its recurring events take too long to work out.".to_owned();
    // Asked here too: an event that never takes place has no start to ask it at.
    if event.rules.len() > RULES || Instant::now() > deadline {
        return Err(too_long());
    }
    let start = event.starts_at.with_timezone(&rrule::Tz::from(event.starts_at.timezone()));
    let zoned = |at: &DateTime<Utc>| at.with_timezone(&start.timezone());
    let mut set = RRuleSet::new(start)
        .set_rdates(event.more.iter().map(zoned).collect())
        .set_exdates(event.but.iter().map(zoned).collect());
    for rule in &event.rules {
        let unreadable = || format!("A recurring event cannot be read: {rule}");
        let read: RRule<Unvalidated> = rule.parse().map_err(|_| unreadable())?;
        set = set.rrule(read.validate(start).map_err(|_| unreadable())?);
    }
    if event.rules.is_empty() {
        set = set.rdate(start);
    }

    let mut starts = Vec::new();
    for at in &set.limit() {
        if at.to_utc() >= until {
            break;
        }
        if Instant::now() > deadline {
            return Err(too_long());
        }
        starts.push(at.with_timezone(&event.starts_at.timezone()));
    }
    Ok(starts)
}

/// Merge overlapping times. Long times are cut at the borders of whole days, so that the same
/// calendar gives the same times all day.
fn merged(mut times: Vec<Busy>, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Busy> {
    let midnight = |at: DateTime<Utc>| at.with_time(NaiveTime::MIN).single().unwrap_or(at);
    let first = midnight(from) - Days::new(1);
    let last = midnight(until) + Days::new(1);
    times.sort();
    let mut merged: Vec<Busy> = Vec::new();
    for busy in times {
        let busy = Busy { starts_at: busy.starts_at.max(first), ends_at: busy.ends_at.min(last) };
        match merged.last_mut() {
            _ if busy.ends_at <= busy.starts_at => {}
            Some(before) if busy.starts_at <= before.ends_at => {
                before.ends_at = before.ends_at.max(busy.ends_at);
            }
            _ => merged.push(busy),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
