//! One event of an external calendar: the parts that decide when its owner is busy.

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use icalendar::parser::{Component, Property};

/// The UIDs of our own calendar entries are ignored: a provider may keep their bookings in the
/// calendar that they name here, and a booking already closes its own time.
const OURS: &str = "@booking.convene";

/// When an event takes place.
pub struct Event {
    /// What all of its occurrences have in common.
    pub uid: String,
    /// When it begins, the first time.
    pub starts_at: DateTime<Tz>,
    /// The occurrence of another event with the same UID that this event replaces.
    pub replaces: Option<DateTime<Utc>>,
    /// Whether its owner is busy during the event.
    pub is_busy: bool,
    /// Its recurrence rules, with their ends in UTC.
    pub rules: Vec<String>,
    /// Further starts.
    pub more: Vec<DateTime<Utc>>,
    /// Starts at which it does not take place.
    pub but: Vec<DateTime<Utc>>,
    length: Length,
}

/// How long it lasts: whole days by the local clock, or a duration.
enum Length {
    Days(u64),
    Elapsed(Duration),
}

impl Event {
    /// Read a VEVENT. Without a readable start it has no time.
    pub fn read(component: &Component<'_>, zone: Tz) -> Option<Self> {
        let value = |name| component.find_prop(name).map(|found| found.val.as_str().trim());
        let all = |name: &'static str| {
            component.properties.iter().filter(move |property| property.name == name)
        };
        let times = |name| all(name).flat_map(|property| times(property, zone)).collect();
        let start = component.find_prop("DTSTART")?;
        let (starts_at, is_day) = time(start.val.as_str(), start, zone)?;
        let uid = value("UID").unwrap_or_default().to_owned();
        let is_busy = !value("TRANSP").is_some_and(|word| word.eq_ignore_ascii_case("TRANSPARENT"))
            && !value("STATUS").is_some_and(|word| word.eq_ignore_ascii_case("CANCELLED"))
            && value("X-MICROSOFT-CDO-BUSYSTATUS") != Some("FREE")
            && !uid.ends_with(OURS);
        let replaced = component.find_prop("RECURRENCE-ID");
        Some(Self {
            uid,
            replaces: replaced.and_then(|id| times_of(id, zone).next()),
            is_busy,
            rules: all("RRULE").map(|rule| with_end_in_utc(rule.val.as_str(), zone)).collect(),
            more: times("RDATE"),
            but: times("EXDATE"),
            length: length(component, starts_at, is_day, zone),
            starts_at,
        })
    }

    /// The end of the occurrence that starts at this time.
    pub fn end_of(&self, start: DateTime<Tz>) -> DateTime<Tz> {
        match self.length {
            Length::Elapsed(duration) => start + duration,
            Length::Days(days) => {
                let day = start.date_naive() + Days::new(days);
                on_the_wall(day.and_time(start.time()), start.timezone())
            }
        }
    }
}

fn length(component: &Component<'_>, starts_at: DateTime<Tz>, is_day: bool, zone: Tz) -> Length {
    let end = component.find_prop("DTEND");
    let ends_at = end.and_then(|end| time(end.val.as_str(), end, zone)).map(|(at, _)| at);
    let duration = component.find_prop("DURATION").and_then(|d| duration(d.val.as_str().trim()));
    match (is_day, ends_at, duration) {
        (true, Some(end), _) => {
            let days = (end.date_naive() - starts_at.date_naive()).num_days();
            Length::Days(u64::try_from(days).unwrap_or(0).max(1))
        }
        (true, None, Some(duration)) => {
            Length::Days(u64::try_from(duration.num_days()).unwrap_or(0).max(1))
        }
        (true, None, None) => Length::Days(1),
        (false, Some(end), _) => Length::Elapsed(end.to_utc() - starts_at.to_utc()),
        (false, None, duration) => Length::Elapsed(duration.unwrap_or_default()),
    }
}

fn times(property: &Property<'_>, zone: Tz) -> Vec<DateTime<Utc>> {
    times_of(property, zone).collect()
}

/// The instants of a property, which may list several; of a period, its start.
fn times_of(property: &Property<'_>, zone: Tz) -> impl Iterator<Item = DateTime<Utc>> {
    let listed = property.val.as_str().split(',').map(|one| one.split('/').next().unwrap_or(one));
    listed.filter_map(move |one| time(one, property, zone)).map(|(at, _)| at.to_utc())
}

/// A time in the zone of its property, and whether it is a whole day.
fn time(text: &str, property: &Property<'_>, zone: Tz) -> Option<(DateTime<Tz>, bool)> {
    let named = property.params.iter().find(|parameter| parameter.key == "TZID");
    let named = named.and_then(|parameter| parameter.val.as_ref());
    let zone = named.and_then(|name| name.as_str().trim_matches('"').parse().ok()).unwrap_or(zone);
    let text = text.trim();
    if let Some(utc) = text.strip_suffix('Z') {
        let at = NaiveDateTime::parse_from_str(utc, "%Y%m%dT%H%M%S").ok()?;
        return Some((at.and_utc().with_timezone(&Tz::UTC), false));
    }
    match NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S") {
        Ok(wall) => Some((on_the_wall(wall, zone), false)),
        Err(_) => {
            let day = NaiveDate::parse_from_str(text, "%Y%m%d").ok()?;
            Some((on_the_wall(day.and_time(NaiveTime::MIN), zone), true))
        }
    }
}

/// The first instant at which the local clock shows this time. If a clock change skips the time,
/// the instant it would have been without the change.
fn on_the_wall(wall: NaiveDateTime, zone: Tz) -> DateTime<Tz> {
    let later = || zone.from_local_datetime(&(wall + Duration::hours(3))).earliest();
    zone.from_local_datetime(&wall)
        .earliest()
        .or_else(|| later().map(|at| at - Duration::hours(3)))
        .unwrap_or_else(|| zone.from_utc_datetime(&wall))
}

/// Reads `P1W` or `P1DT2H30M`. Months and years are refused, because their length varies.
fn duration(text: &str) -> Option<Duration> {
    let mut seconds = 0_i64;
    let mut number = String::new();
    for letter in text.trim_start_matches('+').strip_prefix('P')?.chars() {
        let unit = match letter {
            '0'..='9' => {
                number.push(letter);
                continue;
            }
            'T' => continue,
            'W' => 604_800,
            'D' => 86_400,
            'H' => 3_600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        let count: i64 = number.parse().ok()?;
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
        number.clear();
    }
    Duration::try_seconds(seconds)
}

/// The rule in the form that RFC 5545 requires, with its end in UTC. Many calendars write a day or
/// a local time instead.
fn with_end_in_utc(rule: &str, zone: Tz) -> String {
    let parts = rule.trim().split(';').map(|part| match part.strip_prefix("UNTIL=") {
        Some(end) if !end.ends_with('Z') => match NaiveDate::parse_from_str(end, "%Y%m%d") {
            Ok(day) => {
                let end = on_the_wall(day.and_time(NaiveTime::MIN), zone) + Duration::days(1);
                format!("UNTIL={}", (end - Duration::seconds(1)).to_utc().format("%Y%m%dT%H%M%SZ"))
            }
            Err(_) => match NaiveDateTime::parse_from_str(end, "%Y%m%dT%H%M%S") {
                Ok(wall) => {
                    let end = on_the_wall(wall, zone).to_utc();
                    format!("UNTIL={}", end.format("%Y%m%dT%H%M%SZ"))
                }
                Err(_) => part.to_owned(),
            },
        },
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(";")
}
