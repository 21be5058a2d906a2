//! The threads that run closures: writers with group commit, readers on snapshots.
//!
//! A writer takes every closure that is waiting in its lane into one transaction, commits once and
//! only then answers them all. Savepoints, which undo one closure alone, cost SQLite a quarter of
//! its speed and PostgreSQL a way there and back, so it first hopes to need none; see `Care`. What
//! conflicts is run again by itself.

use crate::connection::{Connection, Tx, View};
use crate::{Lane, postgres};
use kernel::{Error, Kind, Refusal, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;

/// Closures in one commit, at most.
const BATCH_MAX: usize = 512;
/// Closures that may wait for the writers while somebody else asks; far more than one batch of each.
const WAITING_MAX: u64 = 8_192;
/// Runs of one closure, at most, when others keep conflicting with it.
const TRIES_MAX: u64 = 5;
/// Batches that get savepoints at once after one that turned out to need them.
const CAREFUL_BATCHES: u32 = 16;

/// What a rehearsal may do to a commit. Whichever way, the caller learns nothing but that it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitFault {
    /// The process dies just before: nothing is kept.
    KilledBefore,
    /// The process dies just after: everything is kept, nobody is told.
    KilledAfter,
    /// The same, and the process does die: nothing is flushed, no destructor runs, no lock is given back.
    AbortedBefore,
    AbortedAfter,
}

/// An answer that is on its way.
pub struct Waiting<T>(oneshot::Receiver<Result<T>>);

impl<T> Waiting<T> {
    pub async fn answer(self) -> Result<T> {
        self.0.await.unwrap_or_else(|_| Err(Error::fault("the database has stopped")))
    }

    pub fn wait(self) -> Result<T> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(Error::fault("the database has stopped")))
    }
}

/// A closure that waits for its turn, with whom to answer.
trait Job: Send {
    /// Runs the closure and keeps its result; says why when its changes must be undone.
    fn run(&mut self, tx: &Tx) -> Outcome;
    /// Answers after the commit; a lost commit overrules what the closure said.
    fn answer(self: Box<Self>, lost: Option<&str>);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Keep,
    Undo,
    Retry,
}

struct Story<T, F> {
    story: F,
    result: Option<Result<T>>,
    to: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: FnMut(&Tx) -> Result<T> + Send> Job for Story<T, F> {
    fn run(&mut self, tx: &Tx) -> Outcome {
        let result =
            catch_unwind(AssertUnwindSafe(|| (self.story)(tx))).unwrap_or_else(|panic| Err(describe(panic)));
        let outcome = match &result {
            Ok(_) => Outcome::Keep,
            Err(error) if postgres::may_retry(error) => Outcome::Retry,
            Err(_) => Outcome::Undo,
        };
        self.result = Some(result);
        outcome
    }

    fn answer(self: Box<Self>, lost: Option<&str>) {
        let said = self.result.unwrap_or_else(|| Err(Error::fault("the transaction did not run")));
        let answer = match (said, lost) {
            (Ok(_), Some(why)) => Err(Error::fault(why)),
            (Err(error), _) if postgres::may_retry(&error) => Err(busy().into()),
            (said, _) => said,
        };
        // Whoever asked may have gone; the work is done either way.
        let _ = self.to.send(answer);
    }
}

fn describe(panic: Box<dyn std::any::Any + Send>) -> Error {
    let message =
        panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    Error::fault(format!("a transaction panicked: {}", message.unwrap_or("without a message")))
}

fn busy() -> Refusal {
    Refusal::new(
        Kind::Busy,
        "busy",
        "Many people want the same thing right now. Please try again.",
        "同时操作的人太多了，请再试一次。",
    )
}

#[derive(Default)]
struct Plan(Mutex<Vec<(u64, CommitFault)>>);

impl Plan {
    /// Counts one commit and says whether a fault was planned for it; of two that are due, one waits for the next.
    fn next(&self) -> Option<CommitFault> {
        let mut planned = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        planned.iter_mut().for_each(|(left, _)| *left = left.saturating_sub(1));
        let due = planned.iter().position(|(left, _)| *left == 0)?;
        Some(planned.swap_remove(due).1)
    }
}

pub(crate) struct Writers {
    lanes: Vec<Mutex<Sender<Box<dyn Job>>>>,
    plan: Arc<Plan>,
    counts: Arc<Counts>,
}

/// What was asked of the database since it was opened, and what still waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    pub writes_waiting: u64,
    /// Transactions that were answered.
    pub writes: u64,
    /// Commits that kept them; one keeps many.
    pub commits: u64,
    pub reads_waiting: u64,
    pub reads: u64,
}

#[derive(Default)]
struct Counts {
    waiting: AtomicU64,
    answered: AtomicU64,
    commits: AtomicU64,
}

impl Counts {
    fn enter(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    /// So many are not waiting any more.
    fn leave(&self, count: usize) {
        self.waiting.fetch_sub(count as u64, Ordering::Relaxed);
        self.answered.fetch_add(count as u64, Ordering::Relaxed);
    }
}

impl Writers {
    pub fn start(connections: Vec<Connection>) -> Writers {
        let (plan, counts) = (Arc::new(Plan::default()), Arc::new(Counts::default()));
        let lanes = connections
            .into_iter()
            .enumerate()
            .map(|(i, connection)| {
                let (sender, jobs) = channel();
                let (plan, counts) = (plan.clone(), counts.clone());
                spawn(format!("writer {i}"), move || write_all(&connection, &jobs, &plan, &counts));
                Mutex::new(sender)
            })
            .collect();
        Writers { lanes, plan, counts }
    }

    pub fn submit<T: Send + 'static>(
        &self,
        lane: Lane,
        story: impl FnMut(&Tx) -> Result<T> + Send + 'static,
    ) -> Waiting<T> {
        let (to, waiting) = oneshot::channel();
        let job = Box::new(Story { story, result: None, to });
        self.counts.enter();
        let lane = &self.lanes[(lane.0 % self.lanes.len() as u64) as usize];
        // When the thread is gone the job is dropped, and waiting for it says that the database has stopped.
        let _ = lane.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).send(job);
        Waiting(waiting)
    }

    /// Refuses (`busy`) while too many wait already.
    pub fn check_room(&self) -> Result<(), Refusal> {
        if self.counts.waiting.load(Ordering::Relaxed) < WAITING_MAX { Ok(()) } else { Err(busy()) }
    }

    pub fn plan_commit_fault(&self, nth: u64, fault: CommitFault) {
        self.plan.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((nth.max(1), fault));
    }
}

/// How a batch guards against a closure whose changes must be undone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    /// No savepoints: most closures that refuse have not written yet. One that has spoils the batch.
    Hopeful,
    /// A savepoint for each closure.
    Careful,
}

fn write_all(connection: &Connection, jobs: &Receiver<Box<dyn Job>>, plan: &Plan, counts: &Counts) {
    let mut careful_left = 0_u32;
    while let Ok(first) = jobs.recv() {
        let mut batch = vec![first];
        batch.extend(jobs.try_iter().take(BATCH_MAX - 1));
        // One alone is undone with its transaction.
        let care = if careful_left == 0 || batch.len() == 1 { Care::Hopeful } else { Care::Careful };
        careful_left = careful_left.saturating_sub(1);
        let mut written = write_together(connection, &mut batch, plan, care);
        if matches!(written, Written::Spoilt) && batch.len() > 1 {
            careful_left = CAREFUL_BATCHES;
            written = write_together(connection, &mut batch, plan, Care::Careful);
        }
        counts.leave(batch.len());
        counts.commits.fetch_add(1, Ordering::Relaxed);
        match written {
            Written::Kept => batch.into_iter().for_each(|job| job.answer(None)),
            Written::Lost(why) => batch.into_iter().for_each(|job| job.answer(Some(&why))),
            Written::Spoilt => batch.into_iter().for_each(|job| job.answer(Some(SPOILT))),
            Written::Conflict => batch.into_iter().for_each(|job| write_alone(connection, job, plan)),
        }
    }
}

/// A closure that met a conflict runs by itself, a bounded number of times, a little later each time.
fn write_alone(connection: &Connection, job: Box<dyn Job>, plan: &Plan) {
    let mut alone = [job];
    for try_number in 1..=TRIES_MAX {
        match write_together(connection, &mut alone, plan, Care::Hopeful) {
            Written::Conflict if try_number < TRIES_MAX => {
                std::thread::sleep(Duration::from_millis(3 * try_number * try_number));
            }
            Written::Lost(why) => return answer_one(alone, Some(&why)),
            Written::Spoilt => return answer_one(alone, Some(SPOILT)),
            Written::Kept | Written::Conflict => return answer_one(alone, None),
        }
    }
}

fn answer_one([job]: [Box<dyn Job>; 1], lost: Option<&str>) {
    job.answer(lost);
}

/// What a closure hears that swallowed an error with which its transaction went; any other has its own answer.
const SPOILT: &str = "a statement failed, and the transaction with it";

enum Written {
    Kept,
    Lost(String),
    Conflict,
    /// A closure must be undone that has written, or broke the transaction, and there is no savepoint to go back to.
    Spoilt,
}

fn write_together(connection: &Connection, batch: &mut [Box<dyn Job>], plan: &Plan, care: Care) -> Written {
    let written = try_together(connection, batch, plan, care).unwrap_or_else(|error| {
        if postgres::may_retry(&error) { Written::Conflict } else { Written::Lost(error.to_string()) }
    });
    if !matches!(written, Written::Kept) && connection.in_transaction() {
        // The next `begin` would fail in an open transaction; if this fails too, so does that, and says so.
        let _ = connection.control("rollback");
    }
    written
}

fn try_together(
    connection: &Connection,
    batch: &mut [Box<dyn Job>],
    plan: &Plan,
    care: Care,
) -> Result<Written> {
    connection.begin_write()?;
    if care == Care::Careful {
        connection.control("savepoint story")?;
    }
    for job in batch.iter_mut() {
        let stopped = match care {
            Care::Hopeful => run_hopeful(connection, job.as_mut()),
            Care::Careful => run_careful(connection, job.as_mut())?,
        };
        if let Some(why) = stopped {
            return Ok(why);
        }
    }
    let fault = plan.next();
    match fault {
        Some(CommitFault::KilledBefore) => return Ok(Written::Lost("killed before the commit".into())),
        Some(CommitFault::AbortedBefore) => std::process::abort(),
        _ => connection.control("commit")?,
    }
    match fault {
        Some(CommitFault::KilledAfter) => Ok(Written::Lost("killed after the commit".into())),
        Some(CommitFault::AbortedAfter) => std::process::abort(),
        _ => Ok(Written::Kept),
    }
}

/// Runs one closure; why the batch cannot go on, if it cannot.
fn run_hopeful(connection: &Connection, job: &mut dyn Job) -> Option<Written> {
    let before = connection.changes();
    match job.run(&Tx(View(connection))) {
        Outcome::Retry => Some(Written::Conflict),
        _ if !connection.in_transaction() => Some(gave_up()),
        _ if connection.is_broken() => Some(Written::Spoilt),
        Outcome::Undo if connection.changes() != before => Some(Written::Spoilt),
        Outcome::Keep | Outcome::Undo => None,
    }
}

/// The same after a savepoint, which is there again for the next.
fn run_careful(connection: &Connection, job: &mut dyn Job) -> Result<Option<Written>> {
    let outcome = job.run(&Tx(View(connection)));
    if outcome != Outcome::Retry && !connection.in_transaction() {
        return Ok(Some(gave_up()));
    }
    match outcome {
        Outcome::Retry => return Ok(Some(Written::Conflict)),
        Outcome::Undo => connection.control("rollback to savepoint story")?,
        Outcome::Keep => connection.next_savepoint()?,
    }
    Ok(None)
}

fn gave_up() -> Written {
    Written::Lost("the database gave the transaction up".into())
}

/// Of both together.
pub(crate) fn pulse(writers: &Writers, readers: &Readers) -> Pulse {
    let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
    Pulse {
        writes_waiting: read(&writers.counts.waiting),
        writes: read(&writers.counts.answered),
        commits: read(&writers.counts.commits),
        reads_waiting: read(&readers.counts.waiting),
        reads: read(&readers.counts.answered),
    }
}

type Look = Box<dyn FnOnce(&Connection) + Send>;

pub(crate) struct Readers {
    looks: Mutex<Sender<Look>>,
    counts: Arc<Counts>,
}

impl Readers {
    pub fn start(connections: Vec<Connection>) -> Readers {
        let (sender, looks) = channel::<Look>();
        let looks = Arc::new(Mutex::new(looks));
        for (i, connection) in connections.into_iter().enumerate() {
            let looks = looks.clone();
            spawn(format!("reader {i}"), move || {
                loop {
                    let next = looks.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).recv();
                    let Ok(look) = next else { return };
                    look(&connection);
                }
            });
        }
        Readers { looks: Mutex::new(sender), counts: Arc::default() }
    }

    pub fn submit<T: Send + 'static>(
        &self,
        look: impl FnOnce(&View) -> Result<T> + Send + 'static,
    ) -> Waiting<T> {
        let (to, waiting) = oneshot::channel();
        self.counts.enter();
        let counts = self.counts.clone();
        let look: Look = Box::new(move |connection| {
            counts.leave(1);
            // Whoever asked may have gone while they waited; then nobody needs the answer.
            if !to.is_closed() {
                let _ = to.send(look_once(connection, look));
            }
        });
        let _ = self.looks.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).send(look);
        Waiting(waiting)
    }
}

fn look_once<T>(connection: &Connection, look: impl FnOnce(&View) -> Result<T>) -> Result<T> {
    connection.begin_read()?;
    let seen = catch_unwind(AssertUnwindSafe(|| look(&View(connection))))
        .unwrap_or_else(|panic| Err(describe(panic)));
    connection.control("rollback")?;
    seen
}

fn spawn(name: String, work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().name(name).spawn(work).expect("the machine can start a thread");
}
