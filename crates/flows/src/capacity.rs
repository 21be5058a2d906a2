//! How much this process does at once: bulkheads, each with so many places for one kind of work, so that a crowd behind
//! one keeps nobody out of another; whoever finds too many waiting is sent away at once instead of waiting in vain.
//!
//! A server that takes in more than it can do answers everybody late; one that sends the rest away serves the others as
//! on any other day. The word is M. Nygard's (*Release It!*): money that a provider tells of has one of
//! its own, so that no crowd keeps it out. Queues behind the doors (of readers, of the writers) are as bounded as the
//! bulkheads in front of them.

use kernel::{Kind, Refusal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A kind of work, from what costs least to what is never turned away while there is any room at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Answered from memory: how a line stands, which ad to show.
    Glance,
    /// Reads the database: pages, maps, lists.
    Look,
    /// Changes something: holds, forms, orders.
    Change,
    /// Asks a provider, or may have to: checkouts, refunds. A provider may take its time.
    Pay,
    /// Hashes a password, which takes a core for a while.
    SignIn,
    /// What a provider tells of money that moved.
    Notice,
}

impl Work {
    pub const ALL: [Work; 6] =
        [Work::Glance, Work::Look, Work::Change, Work::Pay, Work::SignIn, Work::Notice];

    /// Whether who has a place for this may do that as well: a notice is followed by what it asks for.
    pub fn covers(self, other: Work) -> bool {
        self == other || (self, other) == (Work::Notice, Work::Pay)
    }

    pub fn code(self) -> &'static str {
        match self {
            Work::Glance => "glance",
            Work::Look => "look",
            Work::Change => "change",
            Work::Pay => "pay",
            Work::SignIn => "sign_in",
            Work::Notice => "notice",
        }
    }
}

/// Who looks takes a core at some time or other, so that this many a core keep all of them busy.
const LOOKS_PER_CORE: usize = 8;

const WAITING_PER_LOOK: usize = 4;
const LOOKS_MAX: usize = 100_000;

/// A request's whole time, at most.
const TIME_MAX: Duration = Duration::from_secs(30);

/// The bulkheads of a process.
pub struct Capacity {
    bulkheads: [Bulkhead; 6],
    time_max_ms: AtomicU64,
}

/// Why somebody is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    /// Too many wait already, or no place came free in time. Nothing was done.
    Overloaded,
    /// Nobody waits any more for what takes so long; it may go on by itself.
    TooSlow,
}

struct Bulkhead {
    places: Arc<Semaphore>,
    places_max: AtomicUsize,
    waiting: AtomicUsize,
    waiting_max: AtomicUsize,
    patience: Duration,
    sent_away: AtomicU64,
}

/// How full a bulkhead is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fullness {
    pub inside: usize,
    pub places: usize,
    pub waiting: usize,
    /// Since the process began.
    pub sent_away: u64,
}

/// A place in a bulkhead, for as long as it is held.
pub struct Pass(#[allow(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Bulkhead {
    /// So many places, and so many who may wait for one, for so long.
    fn new(places: usize, waiting_max: usize, patience_seconds: u64) -> Bulkhead {
        Bulkhead {
            places: Arc::new(Semaphore::new(places)),
            places_max: AtomicUsize::new(places),
            waiting: AtomicUsize::new(0),
            waiting_max: AtomicUsize::new(waiting_max),
            patience: Duration::from_secs(patience_seconds),
            sent_away: AtomicU64::new(0),
        }
    }

    /// Whoever may wait lets all who are here already come in and be counted before anything is done for them. Otherwise
    /// work that never waits for anything would be done for one after the other, as if nobody stood behind them.
    async fn enter(&self) -> Option<Pass> {
        if self.waiting_max.load(Ordering::Relaxed) == 0 {
            return self.places.clone().try_acquire_owned().ok().map(Pass);
        }
        let _waiting = Waiting::join(self)?;
        tokio::task::yield_now().await;
        let place = tokio::time::timeout(self.patience, self.places.clone().acquire_owned()).await;
        Some(Pass(place.ok()?.ok()?))
    }
}

/// Counted among those who wait, until it is dropped; whoever asked may go away at any moment.
struct Waiting<'a>(&'a Bulkhead);

impl Waiting<'_> {
    fn join(bulkhead: &Bulkhead) -> Option<Waiting<'_>> {
        let here = Waiting(bulkhead);
        let before = bulkhead.waiting.fetch_add(1, Ordering::Relaxed);
        let room = bulkhead.places.available_permits() + bulkhead.waiting_max.load(Ordering::Relaxed);
        (before < room).then_some(here)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Capacity {
    /// The bulkheads of a machine with so many cores.
    ///
    /// Four times as many as look may wait to, which is no longer than it takes to serve five rounds. Changes share their
    /// commits, the more the better; half as many may wait for the next.
    pub fn of_cores(cores: usize) -> Capacity {
        let cores = cores.max(1);
        let looks = LOOKS_PER_CORE * cores;
        let bulkheads = Work::ALL.map(|work| match work {
            Work::Glance => Bulkhead::new(256 * cores, 0, 0),
            Work::Look => Bulkhead::new(looks, WAITING_PER_LOOK * looks, 2),
            Work::Change => Bulkhead::new(64 * cores, 32 * cores, 2),
            Work::Pay => Bulkhead::new(32 * cores, 64 * cores, 2),
            Work::SignIn => Bulkhead::new(8 * cores, 32 * cores, 5),
            Work::Notice => Bulkhead::new(64 * cores, 512 * cores, 5),
        });
        Capacity { bulkheads, time_max_ms: AtomicU64::new(TIME_MAX.as_millis() as u64) }
    }

    /// Lets so many look at once, and four times as many wait to. For a process that serves nobody yet.
    pub fn set_looks(&self, looks: usize) {
        let (bulkhead, looks) = (&self.bulkheads[Work::Look as usize], looks.clamp(1, LOOKS_MAX));
        let before = bulkhead.places_max.swap(looks, Ordering::Relaxed);
        bulkhead.waiting_max.store(WAITING_PER_LOOK * looks, Ordering::Relaxed);
        bulkhead.places.add_permits(looks.saturating_sub(before));
        bulkhead.places.forget_permits(before.saturating_sub(looks));
    }

    /// Lets a request take no longer than this. For a process that serves nobody yet.
    pub fn set_time_max(&self, time_max: Duration) {
        self.time_max_ms.store(time_max.as_millis() as u64, Ordering::Relaxed);
    }

    /// Takes a place, after a short wait if need be.
    pub async fn enter(&self, work: Work) -> Result<Pass, Away> {
        let bulkhead = &self.bulkheads[work as usize];
        let pass = bulkhead.enter().await;
        pass.ok_or_else(|| {
            bulkhead.sent_away.fetch_add(1, Ordering::Relaxed);
            Away::Overloaded
        })
    }

    /// Has something done by whoever finds a place for it, in time.
    pub async fn serve<T>(&self, work: Work, doing: impl Future<Output = T>) -> Result<T, Away> {
        let _pass = self.enter(work).await?;
        let time_max = Duration::from_millis(self.time_max_ms.load(Ordering::Relaxed));
        tokio::time::timeout(time_max, doing).await.map_err(|_| Away::TooSlow)
    }

    pub fn fullness(&self, work: Work) -> Fullness {
        let bulkhead = &self.bulkheads[work as usize];
        let places = bulkhead.places_max.load(Ordering::Relaxed);
        Fullness {
            inside: places.saturating_sub(bulkhead.places.available_permits()),
            places,
            waiting: bulkhead.waiting.load(Ordering::Relaxed),
            sent_away: bulkhead.sent_away.load(Ordering::Relaxed),
        }
    }
}

impl Default for Capacity {
    fn default() -> Capacity {
        Capacity::of_cores(std::thread::available_parallelism().map_or(1, usize::from))
    }
}

impl Away {
    pub const ALL: [Away; 2] = [Away::Overloaded, Away::TooSlow];

    /// When to come again. What took too long once should not be asked for at once.
    pub fn again_seconds(self) -> u32 {
        match self {
            Away::Overloaded => 5,
            Away::TooSlow => 30,
        }
    }

    /// What they hear.
    pub fn refusal(self) -> Refusal {
        let (code, en, zh) = match self {
            Away::Overloaded => (
                "overloaded",
                "More people are here at this moment than can be served. Nothing was done; please try again in a few seconds.",
                "此刻访问的人太多，暂时无法受理。您的操作没有执行，请过几秒再试。",
            ),
            Away::TooSlow => (
                "too_slow",
                "This took so long that we stopped waiting. If you sent something, it may have been done all the same; please look before you send it again.",
                "处理时间过长，已停止等待。如果您提交了操作，它可能已经生效，请先核实，再重新提交。",
            ),
        };
        Refusal::new(Kind::Busy, code, en, zh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
    }

    #[test]
    fn a_full_bulkhead_sends_away_and_keeps_nobody_out_of_another() {
        runtime().block_on(async {
            let capacity = Arc::new(Capacity::of_cores(1));
            let mut inside = Vec::new();
            for _ in 0..8 {
                inside.push(capacity.enter(Work::Look).await.expect("there is room"));
            }
            let waiting: Vec<_> = (0..32)
                .map(|_| {
                    let capacity = capacity.clone();
                    tokio::spawn(async move { capacity.enter(Work::Look).await.map(drop) })
                })
                .collect();
            while capacity.fullness(Work::Look).waiting < 32 {
                tokio::task::yield_now().await;
            }
            let refused = capacity.enter(Work::Look).await.err().expect("too many wait");
            assert_eq!(refused, Away::Overloaded);
            for other in [Work::Glance, Work::Change, Work::Pay, Work::SignIn, Work::Notice] {
                assert!(capacity.enter(other).await.is_ok(), "{other:?}");
            }
            drop(inside);
            for one in waiting {
                one.await.expect("a task").expect("those who waited get in");
            }
            let left = capacity.fullness(Work::Look);
            assert_eq!(left, Fullness { inside: 0, places: 8, waiting: 0, sent_away: 1 });
        });
    }

    #[test]
    fn a_crowd_that_comes_at_once_is_counted_before_anybody_is_worked_on() {
        runtime().block_on(async {
            let capacity = Arc::new(Capacity::of_cores(1));
            let crowd: Vec<_> = (0..200)
                .map(|_| {
                    let capacity = capacity.clone();
                    // Work that waits for nothing.
                    tokio::spawn(async move { capacity.serve(Work::Look, async {}).await })
                })
                .collect();
            let mut served = 0;
            for one in crowd {
                served += usize::from(one.await.expect("a task").is_ok());
            }
            assert_eq!((served, capacity.fullness(Work::Look).sent_away), (8 + 32, 160));
        });
    }

    #[test]
    fn whoever_goes_away_while_waiting_is_not_counted_any_more() {
        runtime().block_on(async {
            let capacity = Capacity::of_cores(1);
            let mut inside = Vec::new();
            for _ in 0..8 {
                inside.push(capacity.enter(Work::Look).await.expect("there is room"));
            }
            let gone = tokio::time::timeout(Duration::from_millis(1), capacity.enter(Work::Look)).await;
            assert!(gone.is_err());
            assert_eq!(capacity.fullness(Work::Look).waiting, 0);
            drop(inside);
            assert_eq!(capacity.fullness(Work::Look).inside, 0);
        });
    }
}
