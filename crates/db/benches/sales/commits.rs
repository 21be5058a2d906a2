//! How many closures `Db::write` takes into a commit, counted from outside. The ledger's bench has this file too.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A closure is dropped after the commit it was part of, so the first closure to run after one was dropped is the first
/// of another commit in its lane.
#[derive(Clone, Default)]
pub struct Commits(Arc<AtomicU64>);

thread_local! {
    static WAS_ANSWERED: Cell<bool> = const { Cell::new(true) };
}

impl Commits {
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    /// What a closure holds on to.
    pub fn answered(&self) -> Answered {
        Answered(self.clone())
    }
}

pub struct Answered(Commits);

impl Answered {
    /// What a closure calls when it runs.
    pub fn begin(&self) {
        if WAS_ANSWERED.replace(false) {
            self.0.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        WAS_ANSWERED.set(true);
    }
}
