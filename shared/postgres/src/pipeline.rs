//! Brief reads that are asked in the same moment share a connection, one behind the other.
//!
//! A backend that has the next request already neither falls asleep nor is woken, and on a busy
//! machine that costs more than a short read itself. Each read ends with a Sync of its own, so it
//! is a transaction of its own; Postgres answers in the order of the requests (decision 21).
//!
//! Only reads share a connection, because asking again does no harm: whoever waits too long behind
//! another one, or is refused, asks once more over a connection of its own.

use std::{
    collections::VecDeque,
    hash::BuildHasher,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use deadpool::managed::Object;
use foldhash::fast::FixedState;
use quick_cache::sync::Cache;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{
    Failure,
    line::Turn,
    transaction::{Asked, Outcome, Transaction},
    wire::{Opener, Wire},
};

/// How many reads wait in a pipeline at most.
const DEPTH: usize = 64;

/// How many brief reads may be before one until it asks alone.
const PATIENCE: u32 = 150;

/// How long a read may be that shares a connection, in bytes.
const LENGTH: usize = 8 * 1024;

/// How many bytes are sent at most before the answers to them were read. All of them have room in
/// the buffers of the system, or both sides would wait for the other one to read.
const AHEAD: usize = 32 * 1024;

/// How many times as long a read takes alone, where a backend is woken for it.
const WAKING: u32 = 3;

/// How long a pipeline stays open without a read.
const LINGER: Duration = Duration::from_millis(2);

/// How many forms of reads are remembered.
const FORMS: usize = 4096;

/// The connections that brief reads share, and what reads take.
pub(crate) struct Pipelines {
    /// What reads of a form take, by the hash of their role and text.
    means: Cache<u64, Duration>,
    hasher: FixedState,
    open: Mutex<Vec<mpsc::Sender<Job>>>,
    most: usize,
    brief: Duration,
    /// How many reads are under way.
    reading: AtomicUsize,
}

/// A read on its way, counted until this is dropped.
pub(crate) struct Reading<'a> {
    pipelines: &'a Pipelines,
    form: u64,
    began: Instant,
    /// Whether others were under way when it began.
    pub(crate) has_company: bool,
}

/// A read that was handed over.
pub(crate) struct Waiting {
    answer: oneshot::Receiver<Outcome>,
    /// What comes over a new pipeline, which needs a connection.
    pub(crate) jobs: Option<mpsc::Receiver<Job>>,
}

/// A read without what it borrows.
pub(crate) struct Job {
    form: u64,
    settings: Vec<(String, String)>,
    first: Option<String>,
    sql: String,
    params: Vec<Option<String>>,
    then: Option<(String, Vec<Option<String>>)>,
    reply: oneshot::Sender<Outcome>,
}

impl Pipelines {
    /// At most `most` at a time, for reads that take `brief` at most; none switches them off.
    pub(crate) fn new(most: usize, brief: Duration) -> Arc<Self> {
        Arc::new(Self {
            means: Cache::new(FORMS),
            hasher: FixedState::default(),
            open: Mutex::default(),
            most,
            brief,
            reading: AtomicUsize::new(0),
        })
    }

    /// Begin a read. `None` if it cannot share a connection.
    pub(crate) fn begin(&self, t: &Transaction<'_>) -> Option<Reading<'_>> {
        let may = self.most > 0 && t.may_be_asked_again() && t.length() <= LENGTH;
        may.then(|| Reading {
            form: self.hasher.hash_one((t.role(), t.sql)),
            has_company: self.reading.fetch_add(1, Relaxed) > 0,
            began: Instant::now(),
            pipelines: self,
        })
    }

    /// Learn what a read took. Beside others it may have waited for a processor, so that only a
    /// shorter time says something.
    fn took(&self, form: u64, took: Duration, had_company: bool) {
        let mean = self.means.get(&form).unwrap_or(took);
        match took < mean {
            true => self.means.insert(form, (mean + took) / 2),
            false if had_company => {}
            // Once in a while any read waits for a processor, a hundred times as long as it takes.
            false => self.means.insert(form, (mean * 7 + took.min(mean * 2)) / 8),
        }
    }
}

impl Reading<'_> {
    /// A place in a pipeline, if reads of this form are brief and there is room.
    pub(crate) fn hand_over(&self, t: &Transaction<'_>) -> Option<Waiting> {
        self.pipelines.means.get(&self.form).filter(|mean| *mean <= self.pipelines.brief)?;
        let mut open = self.pipelines.open.lock().ok()?;
        open.retain(|pipeline| !pipeline.is_closed());
        let (reply, answer) = oneshot::channel();
        let job = Job::of(self.form, t, reply);
        if open.len() < self.pipelines.most {
            let (pipeline, jobs) = mpsc::channel(DEPTH);
            pipeline.try_send(job).ok()?;
            open.push(pipeline);
            return Some(Waiting { answer, jobs: Some(jobs) });
        }
        open.iter().max_by_key(|pipeline| pipeline.capacity())?.try_send(job).ok()?;
        Some(Waiting { answer, jobs: None })
    }

    /// The answer, unless it does not come in time. Then nobody else shall stand in that pipeline.
    pub(crate) async fn answer(&self, waiting: Waiting) -> Option<Outcome> {
        match timeout(self.pipelines.brief * PATIENCE, waiting.answer).await {
            Ok(Ok(outcome)) => return Some(outcome),
            // Asking twice is no way for what is always refused.
            Ok(Err(_)) => drop(self.pipelines.means.remove(&self.form)),
            Err(_) => self.pipelines.open.lock().ok()?.clear(),
        }
        None
    }

    /// It was answered over a connection of its own.
    pub(crate) fn was_alone(&self) {
        self.pipelines.took(self.form, self.began.elapsed(), self.has_company);
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.pipelines.reading.fetch_sub(1, Relaxed);
    }
}

impl Job {
    fn of(form: u64, t: &Transaction<'_>, reply: oneshot::Sender<Outcome>) -> Self {
        let owned = |texts: &[Option<&str>]| texts.iter().map(|t| t.map(str::to_owned)).collect();
        Self {
            form,
            settings: t.settings.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
            first: t.first.map(str::to_owned),
            sql: t.sql.to_owned(),
            params: owned(t.params),
            then: t.then.map(|(sql, params)| (sql.to_owned(), owned(params))),
            reply,
        }
    }

    fn ask(&self, wire: &mut Wire) -> Result<Asked, Failure> {
        fn lent(texts: &[Option<String>]) -> Vec<Option<&str>> {
            texts.iter().map(Option::as_deref).collect()
        }
        let settings: Vec<_> =
            self.settings.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let then = self.then.as_ref().map(|(sql, params)| (sql.as_str(), lent(params)));
        let t = Transaction {
            first: self.first.as_deref(),
            params: &lent(&self.params),
            then: then.as_ref().map(|(sql, params)| (*sql, params.as_slice())),
            ..Transaction::read(&settings, &self.sql)
        };
        wire.ask(&settings, &t)
    }
}

/// A pipeline: what was sent over a connection and not answered.
pub(crate) struct Pipeline {
    pub(crate) jobs: mpsc::Receiver<Job>,
    pub(crate) pipelines: Arc<Pipelines>,
    pub(crate) deadline: Duration,
    /// The right to the connection.
    pub(crate) _turn: Turn,
}

/// A read that was sent.
struct Sent {
    asked: Asked,
    length: usize,
    form: u64,
    reply: oneshot::Sender<Outcome>,
}

impl Pipeline {
    /// Answer what comes over a connection, until nothing comes any more.
    pub(crate) async fn run(mut self, mut wire: Object<Opener>) {
        if let Err(error) = self.serve(&mut wire).await {
            tracing::debug!(%error, "a shared connection is given up");
            // What is still to come there, the next request shall not meet.
            drop(Object::take(wire));
        }
    }

    async fn serve(&mut self, wire: &mut Wire) -> Result<(), Failure> {
        let mut sent = VecDeque::new();
        let mut since = Instant::now();
        loop {
            let Some(Sent { asked, .. }) = sent.front() else {
                match timeout(LINGER, self.jobs.recv()).await {
                    Ok(Some(job)) => {
                        since = Instant::now();
                        self.send(job, wire, &mut sent).await?;
                    }
                    Ok(None) => return Ok(()),
                    // Whoever came in this moment is still served.
                    Err(_) => self.jobs.close(),
                }
                continue;
            };
            tokio::select! {
                biased;
                Some(job) = self.jobs.recv(), if ahead(&sent) < AHEAD => {
                    self.send(job, wire, &mut sent).await?;
                }
                answer = timeout(self.deadline, wire.answer(*asked)) => {
                    let outcome = match answer.map_err(|_| Failure::Deadline)? {
                        Ok(outcome) => Some(outcome),
                        // It is asked again, where an error is explained.
                        Err(Failure::Refused(refused)) if !refused.fatal => None,
                        Err(failure) => return Err(failure),
                    };
                    let Some(Sent { form, reply, .. }) = sent.pop_front() else { return Ok(()) };
                    self.pipelines.took(form, since.elapsed() * WAKING, false);
                    since = Instant::now();
                    outcome.map(|outcome| reply.send(outcome));
                }
            }
        }
    }

    /// Send a read, and those that came with it.
    async fn send(
        &mut self,
        first: Job,
        wire: &mut Wire,
        sent: &mut VecDeque<Sent>,
    ) -> Result<(), Failure> {
        let mut next = Some(first);
        while let Some(job) = next {
            // Whoever has left needs no answer.
            if !job.reply.is_closed() {
                let before = wire.unsent();
                let asked = job.ask(wire)?;
                let length = wire.unsent() - before;
                sent.push_back(Sent { asked, length, form: job.form, reply: job.reply });
            }
            next = (ahead(sent) < AHEAD).then(|| self.jobs.try_recv().ok()).flatten();
        }
        if wire.unsent() == 0 {
            return Ok(());
        }
        let sending = timeout(self.deadline, wire.send()).await;
        Ok(sending.map_err(|_| Failure::Deadline)??)
    }
}

fn ahead(sent: &VecDeque<Sent>) -> usize {
    sent.iter().map(|sent| sent.length).sum()
}
