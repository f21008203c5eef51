//! How long the phases of a request took, for `Server-Timing`.

use std::{
    fmt::Write as _,
    sync::Mutex,
    time::{Duration, Instant},
};

/// The phases of one request, if they are measured.
pub(crate) struct Timing {
    began: Option<Instant>,
    /// The ends of phases; a repeated phase has several.
    ends: Mutex<Vec<(&'static str, Duration)>>,
}

impl Timing {
    pub(super) fn start(wanted: bool) -> Self {
        Self { began: wanted.then(Instant::now), ends: Mutex::default() }
    }

    /// A phase has ended.
    pub(super) fn ended(&self, phase: &'static str) {
        if let Some(began) = self.began
            && let Ok(mut ends) = self.ends.lock()
        {
            ends.push((phase, began.elapsed()));
        }
    }

    /// Every phase with its milliseconds, in the order they began; `response` is what is left.
    pub(super) fn header(&self) -> Option<String> {
        self.began?;
        self.ended("response");
        let mut phases: Vec<(&str, Duration)> = Vec::new();
        let mut before = Duration::ZERO;
        for (name, end) in self.ends.lock().iter().flat_map(|ends| ends.iter()) {
            let took = end.saturating_sub(before);
            before = *end;
            match phases.iter_mut().find(|(known, _)| known == name) {
                Some((_, sum)) => *sum += took,
                None => phases.push((name, took)),
            }
        }
        let mut header = String::new();
        for (name, took) in phases {
            let separator = if header.is_empty() { "" } else { ", " };
            let _ = write!(header, "{separator}{name};dur={:.1}", took.as_secs_f64() * 1000.0);
        }
        Some(header)
    }
}
