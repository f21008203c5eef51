//! `Prefer`: the preferences of a request.

use http::HeaderMap;

use crate::refusal::Refusal;

/// What to do with a row that exists already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// It is changed to the given values.
    Merge,
    /// It stays as it is.
    Ignore,
}

/// What a write returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Return {
    Minimal,
    HeadersOnly,
    Representation,
}

/// How rows are counted beyond the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Count {
    Exact,
    Planned,
    Estimated,
}

/// Preferences that are understood, and the words of those that are not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preferences {
    /// `resolution=`: what happens to duplicates.
    pub resolution: Option<Conflict>,
    /// `return=`.
    pub returned: Option<Return>,
    /// `count=`.
    pub count: Option<Count>,
    /// `tx=`: whether to commit.
    pub commit: Option<bool>,
    /// `missing=`: whether missing members mean defaults.
    pub defaults: Option<bool>,
    /// `handling=`: whether unknown preferences are refused.
    pub strict: Option<bool>,
    /// `timezone=`, if it is a known name or a number of hours east of Greenwich.
    pub timezone: Option<String>,
    /// `max-affected=`.
    pub max_affected: Option<i64>,
    /// Preferences that are not understood.
    pub unknown: Vec<String>,
}

impl Preferences {
    /// Read the headers. The first preference of each kind counts.
    pub fn read(headers: &HeaderMap, zones: &[String]) -> Self {
        let mut found = Self::default();
        let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        for word in values.flat_map(|value| value.split(',')).map(str::trim) {
            if !word.is_empty() && !found.take(word, zones) {
                found.unknown.push(word.to_owned());
            }
        }
        found
    }

    fn take(&mut self, word: &str, zones: &[String]) -> bool {
        fn set<T>(place: &mut Option<T>, value: T) -> bool {
            place.get_or_insert(value);
            true
        }
        match word {
            "resolution=merge-duplicates" => set(&mut self.resolution, Conflict::Merge),
            "resolution=ignore-duplicates" => set(&mut self.resolution, Conflict::Ignore),
            "return=minimal" => set(&mut self.returned, Return::Minimal),
            "return=headers-only" => set(&mut self.returned, Return::HeadersOnly),
            "return=representation" => set(&mut self.returned, Return::Representation),
            "count=exact" => set(&mut self.count, Count::Exact),
            "count=planned" => set(&mut self.count, Count::Planned),
            "count=estimated" => set(&mut self.count, Count::Estimated),
            "tx=commit" => set(&mut self.commit, true),
            "tx=rollback" => set(&mut self.commit, false),
            "missing=default" => set(&mut self.defaults, true),
            "missing=null" => set(&mut self.defaults, false),
            "handling=strict" => set(&mut self.strict, true),
            "handling=lenient" => set(&mut self.strict, false),
            _ => match word.split_once('=') {
                Some(("timezone", zone)) if is_offset(zone) || zones.iter().any(|z| z == zone) => {
                    set(&mut self.timezone, zone.to_owned())
                }
                Some(("max-affected", number)) => match number.parse() {
                    Ok(number) => set(&mut self.max_affected, number),
                    Err(_) => false,
                },
                _ => false,
            },
        }
    }

    /// Refuse unknown preferences, if the request asks for that.
    pub(super) fn refuse_unknown(&self) -> Result<(), Refusal> {
        if self.strict != Some(true) || self.unknown.is_empty() {
            return Ok(());
        }
        let list = self.unknown.join(", ");
        Err(Refusal::new(400, "PGRST122", "Invalid preferences given with handling=strict")
            .details(format!("Invalid preferences: {list}")))
    }

    /// The limit on affected rows; it applies only if handling is strict.
    pub fn affected_limit(&self) -> Option<i64> {
        self.max_affected.filter(|_| self.strict == Some(true))
    }

    /// `Preference-Applied`, in PostgREST's order; empty if nothing applied.
    pub fn applied(&self, write: bool, tx_allowed: bool, insert: bool) -> String {
        let resolution = self.resolution.filter(|_| insert).map(|resolution| match resolution {
            Conflict::Merge => "resolution=merge-duplicates",
            Conflict::Ignore => "resolution=ignore-duplicates",
        });
        let missing = self.defaults.filter(|_| write).map(|defaults| match defaults {
            true => "missing=default",
            false => "missing=null",
        });
        let returned = self.returned.filter(|_| write).map(|returned| match returned {
            Return::Minimal => "return=minimal",
            Return::HeadersOnly => "return=headers-only",
            Return::Representation => "return=representation",
        });
        let count = self.count.map(|count| match count {
            Count::Exact => "count=exact",
            Count::Planned => "count=planned",
            Count::Estimated => "count=estimated",
        });
        let commit = self.commit.filter(|_| tx_allowed).map(|commit| match commit {
            true => "tx=commit",
            false => "tx=rollback",
        });
        let handling = self.strict.map(|strict| match strict {
            true => "handling=strict",
            false => "handling=lenient",
        });
        let zone = self.timezone.as_ref().map(|zone| format!("timezone={zone}"));
        let affected = self.affected_limit().map(|limit| format!("max-affected={limit}"));
        let fixed = [resolution, missing, returned, count, commit, handling];
        let words = fixed.into_iter().flatten().map(ToOwned::to_owned);
        words.chain(zone).chain(affected).collect::<Vec<_>>().join(", ")
    }
}

/// Whether a time zone is an offset: `-4`, `+05:30`.
fn is_offset(zone: &str) -> bool {
    let number = |text: &str, most: u8| {
        (1..=2).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && text.parse().is_ok_and(|number: u8| number <= most)
    };
    let zone = zone.strip_prefix(['+', '-']).unwrap_or(zone);
    let (hours, minutes) = zone.split_once(':').unwrap_or((zone, "0"));
    number(hours, 14) && number(minutes, 59)
}
