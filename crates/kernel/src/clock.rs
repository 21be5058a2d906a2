//! Where the time comes from: an argument, so that a rehearsal can hold it.

use crate::Instant;
use std::sync::atomic::{AtomicI64, Ordering};

/// The only source of the present.
pub trait Clock: Send + Sync {
    fn now(&self) -> Instant;

    /// What clocks outside the house show, such as those of people's phones.
    fn outside(&self) -> Instant {
        self.now()
    }
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that may ask the machine")]
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Instant::from_micros(since.as_micros() as i64)
    }
}

/// The machine's clock, moved by a fixed amount: a demonstration goes on living in its own time.
pub struct ShiftedClock {
    micros: i64,
}

impl ShiftedClock {
    /// A clock that shows `then` now and runs on from there.
    pub fn starting_at(then: Instant) -> ShiftedClock {
        ShiftedClock { micros: then.micros - SystemClock.now().micros }
    }

    /// A clock this many microseconds away from the machine's.
    pub fn by_micros(micros: i64) -> ShiftedClock {
        ShiftedClock { micros }
    }

    pub fn micros(&self) -> i64 {
        self.micros
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Instant {
        Instant::from_micros(SystemClock.now().micros + self.micros)
    }

    fn outside(&self) -> Instant {
        SystemClock.now()
    }
}

/// A clock that stands still until somebody moves it.
pub struct FalseClock(AtomicI64);

impl FalseClock {
    pub fn at(instant: Instant) -> FalseClock {
        FalseClock(AtomicI64::new(instant.micros))
    }

    pub fn set(&self, instant: Instant) {
        self.0.store(instant.micros, Ordering::SeqCst);
    }

    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for FalseClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst))
    }
}
