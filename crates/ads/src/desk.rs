//! The desk where pages ask for an ad: the book behind a lock, with the views still to be written down.

use crate::book::Book;
use crate::choosing::{Ask, Chosen, choose};
use crate::clicks::Click;
use crate::holdout::Lots;
use crate::impressions::{Arm, Impression};
use kernel::{AudienceId, Dice, Money};
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard};

/// Views that wait to be written, at most; beyond it no ad is shown, so that none is shown unseen.
pub const WAITING_MAX: usize = 20_000;

pub struct Desk {
    lots: Lots,
    book: Mutex<Book>,
    seen: Mutex<Vec<Impression>>,
}

impl Desk {
    pub fn new(book: Book, lots: Lots) -> Desk {
        Desk { lots, book: Mutex::new(book), seen: Mutex::default() }
    }

    /// Puts a book that was read again in the place of the old one.
    pub fn replace(&self, book: Book) {
        let mut open = lock(&self.book);
        let carried = book.carrying(&open);
        *open = carried;
    }

    /// Chooses an ad for a view and notes it, as what is withheld; nothing when no campaign wants it.
    pub fn show(&self, ask: &Ask, dice: &mut Dice) -> Option<Chosen> {
        let mut seen = lock(&self.seen);
        if seen.len() >= WAITING_MAX {
            return None;
        }
        let mut book = lock(&self.book);
        let decision = choose(&book, &self.lots, ask, dice);
        book.note(ask, &decision);
        seen.extend(decision.withheld.map(|withheld| withheld.impression(ask, Arm::Withheld)));
        let chosen = decision.shown?;
        seen.push(chosen.impression(ask, Arm::Exposed));
        Some(chosen)
    }

    /// The audiences that live campaigns are aimed at.
    pub fn audiences(&self) -> BTreeSet<AudienceId> {
        lock(&self.book).audiences()
    }

    /// The views to write down now; they are the caller's from here on.
    pub fn take_seen(&self) -> Vec<Impression> {
        std::mem::take(&mut lock(&self.seen))
    }

    /// After a click was charged to a place's allotment.
    pub fn note_click(&self, click: &Click, cost: Money) {
        lock(&self.book).note_click(click, cost);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
