//! Waiting outside of the database: first come, first served, and not for longer than it is worth.

use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, Mutex, Weak},
    time::{Duration, Instant},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::Failure;

/// What a turn is taken to last before one has ended.
const USUAL: Duration = Duration::from_millis(10);

/// How many of those who want the same lock stand before it in the database: one has it, and one
/// is there when it is let go.
const ABREAST: usize = 2;

/// A line before something of which there is only so much.
pub(crate) struct Line {
    turns: Arc<Semaphore>,
    width: u32,
    pace: Mutex<Pace>,
}

/// How fast a line moves.
struct Pace {
    /// How long a turn lasts: the mean of the last ones.
    lasts: Duration,
    /// When a turn last began or ended.
    moved: Instant,
    /// Who waits.
    waiting: u32,
}

impl Line {
    /// A line of which `width` at a time have their turn.
    pub(crate) fn new(width: usize) -> Arc<Self> {
        let pace = Pace { lasts: USUAL, moved: Instant::now(), waiting: 0 };
        let width_or_one = width.max(1);
        Arc::new(Self {
            turns: Arc::new(Semaphore::new(width_or_one)),
            width: u32::try_from(width_or_one).unwrap_or(u32::MAX),
            pace: Mutex::new(pace),
        })
    }

    /// One's turn, before `until`. Whoever cannot expect it by then is refused at once, and not
    /// after having waited in vain.
    pub(crate) async fn turn(self: &Arc<Self>, until: Instant) -> Result<Turn, Failure> {
        if let Ok(permit) = self.turns.clone().try_acquire_owned() {
            return Ok(Turn::of(self.clone(), permit));
        }
        let left = until.saturating_duration_since(Instant::now());
        let _waiting = self.wait(left).ok_or(Failure::Busy)?;
        match timeout(left, self.turns.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Turn::of(self.clone(), permit)),
            _ => Err(Failure::Busy),
        }
    }

    /// Do `work` in one's turn. If it takes longer than `brief`, the turn ends before the work, and
    /// the next one begins.
    pub(crate) async fn while_brief<T>(
        self: &Arc<Self>,
        brief: Duration,
        until: Instant,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let turn = self.turn(until).await?;
        let mut work = pin!(work);
        if let Ok(done) = timeout(brief, &mut work).await {
            return done;
        }
        drop(turn);
        work.await
    }

    /// A place in the line, unless it is longer than `left`.
    fn wait(&self, left: Duration) -> Option<Waiting<'_>> {
        let mut pace = self.pace.lock().ok()?;
        if pace.is_too_slow(self.width, left) {
            return None;
        }
        pace.waiting += 1;
        Some(Waiting(self))
    }

    /// Whether who comes now and has `left` to wait would be refused.
    pub(crate) fn is_too_long(&self, left: Duration) -> bool {
        self.turns.available_permits() == 0
            && self.pace.lock().is_ok_and(|pace| pace.is_too_slow(self.width, left))
    }

    fn began(&self) -> Instant {
        let now = Instant::now();
        if let Ok(mut pace) = self.pace.lock() {
            pace.moved = now;
        }
        now
    }

    fn ended(&self, lasted: Duration) {
        if let Ok(mut pace) = self.pace.lock() {
            pace.moved = Instant::now();
            pace.lasts = (pace.lasts * 7 + lasted) / 8;
        }
    }
}

impl Pace {
    /// Whether the next one in a line of `width` could not expect a turn within `left`.
    fn is_too_slow(&self, width: u32, left: Duration) -> bool {
        // What nobody has left for long lasts longer than it usually did.
        let lasts = self.lasts.max(self.moved.elapsed());
        lasts * (self.waiting + 1) / width > left
    }
}

/// A place in a line, which is left when this is dropped.
struct Waiting<'a>(&'a Line);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Ok(mut pace) = self.0.pace.lock() {
            pace.waiting -= 1;
        }
    }
}

/// A turn, which ends when this is dropped.
pub(crate) struct Turn {
    line: Arc<Line>,
    began: Instant,
    _permit: OwnedSemaphorePermit,
}

impl Turn {
    fn of(line: Arc<Line>, permit: OwnedSemaphorePermit) -> Self {
        Self { began: line.began(), line, _permit: permit }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.line.ended(self.began.elapsed());
    }
}

/// Lines before locks, by what is locked. A line is forgotten when nobody stands in it.
#[derive(Default)]
pub(crate) struct Lines(Mutex<HashMap<String, Weak<Line>>>);

impl Lines {
    /// The line before `what`.
    pub(crate) fn before(&self, what: &str) -> Arc<Line> {
        let Ok(mut lines) = self.0.lock() else { return Line::new(ABREAST) };
        if let Some(line) = lines.get(what).and_then(Weak::upgrade) {
            return line;
        }
        lines.retain(|_, line| line.strong_count() > 0);
        let line = Line::new(ABREAST);
        lines.insert(what.to_owned(), Arc::downgrade(&line));
        line
    }

    /// Whether anybody waits for a turn at one of the locks.
    pub(crate) fn is_crowded(&self) -> bool {
        let is_crowded = |line: Arc<Line>| line.pace.lock().is_ok_and(|pace| pace.waiting > 0);
        self.0.lock().is_ok_and(|lines| lines.values().filter_map(Weak::upgrade).any(is_crowded))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soon(ms: u64) -> Instant {
        Instant::now() + Duration::from_millis(ms)
    }

    #[tokio::test]
    async fn who_came_first_has_the_first_turn() {
        let line = Line::new(1);
        let first = line.turn(soon(1000)).await.unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let waiting: Vec<_> = (0..5)
            .map(|n| {
                let (line, order) = (line.clone(), order.clone());
                tokio::spawn(async move {
                    let _turn = line.turn(soon(1000)).await.unwrap();
                    order.lock().unwrap().push(n);
                })
            })
            .collect();
        tokio::task::yield_now().await;
        drop(first);
        for task in waiting {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
    }

    #[tokio::test]
    async fn a_line_longer_than_the_patience_refuses_the_newest_at_once() {
        let line = Line::new(1);
        let _held = line.turn(soon(1000)).await.unwrap();
        // Turns are taken to last 10 ms: five of them are there in 50 ms, and a sixth is not.
        let mut waiting: Vec<_> = (0..5).map(|_| Box::pin(line.turn(soon(60)))).collect();
        for turn in &mut waiting {
            assert!(futures_util::poll!(turn).is_pending());
        }
        let began = Instant::now();
        assert!(line.is_too_long(Duration::from_millis(59)));
        assert!(!line.is_too_long(Duration::from_millis(600)));
        assert!(matches!(line.turn(soon(60)).await, Err(Failure::Busy)));
        assert!(began.elapsed() < Duration::from_millis(20), "{:?}", began.elapsed());
        // Who gives up leaves the line.
        drop(waiting);
        assert_eq!(line.pace.lock().unwrap().waiting, 0);
        assert!(!line.is_too_long(Duration::from_millis(59)));
    }

    #[tokio::test]
    async fn a_line_that_stands_still_takes_nobody_for_long() {
        let line = Line::new(1);
        let _held = line.turn(soon(1000)).await.unwrap();
        line.pace.lock().unwrap().moved -= Duration::from_secs(1);
        assert!(matches!(line.turn(soon(500)).await, Err(Failure::Busy)));
        assert!(futures_util::poll!(Box::pin(line.turn(soon(1500)))).is_pending());
    }

    #[tokio::test]
    async fn who_takes_long_lets_the_next_one_begin() {
        for (brief, begins) in [(Duration::ZERO, true), (Duration::from_secs(3600), false)] {
            let line = Line::new(1);
            let held = line.while_brief(brief, soon(1000), std::future::pending::<Result<(), _>>());
            let mut held = pin!(held);
            let first = timeout(Duration::from_millis(20), &mut held).await;
            assert!(first.is_err(), "it goes on in any case");
            let next = line.while_brief(brief, soon(20), async { Ok(1) }).await;
            assert_eq!(next.is_ok(), begins, "{brief:?}");
        }
    }

    #[tokio::test]
    async fn there_is_a_crowd_when_somebody_waits_for_a_turn_at_a_lock() {
        let lines = Lines::default();
        let line = lines.before("a");
        let mut turns = Vec::new();
        for _ in 0..ABREAST {
            turns.push(line.turn(soon(1000)).await.unwrap());
            assert!(!lines.is_crowded());
        }
        let mut waiting = Box::pin(line.turn(soon(1000)));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert!(lines.is_crowded());
        drop(waiting);
        assert!(!lines.is_crowded());
    }

    #[tokio::test]
    async fn a_line_is_forgotten_when_nobody_stands_in_it() {
        let lines = Lines::default();
        let a = lines.before("a");
        assert!(Arc::ptr_eq(&a, &lines.before("a")));
        drop(a);
        let _b = lines.before("b");
        assert_eq!(lines.0.lock().unwrap().len(), 1);
    }
}
