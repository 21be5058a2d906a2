//! A house in service audits itself. What an audit finds is logged, and stands over every page of an operator's console
//! until the same audit finds it no more; whoever looks reads what the last one found and makes none.

use crate::check::{self, Checked};
use crate::house::House;
use crate::views;
use kernel::{Instant, Kind, Refusal, Result};
use std::sync::{Mutex, MutexGuard};

/// What the last audits found; each node of a house keeps its own.
#[derive(Default)]
pub struct Findings(Mutex<Standing>);

/// One audit that came to its end.
#[derive(Clone, Debug)]
pub struct Audit<T> {
    pub began_at: Instant,
    pub ended_at: Instant,
    pub found: T,
}

impl<T> Audit<T> {
    pub fn took_ms(&self) -> i64 {
        (self.ended_at.micros - self.began_at.micros) / 1000
    }
}

/// The last audits, and since when another is under way.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Every book from its newest seal on: a sentence for each thing that does not agree.
    pub books: Option<Audit<Vec<String>>>,
    /// Every invariant over everything.
    pub whole: Option<Audit<Vec<Checked>>>,
    pub under_way_since: Option<Instant>,
}

impl Findings {
    /// A sentence for each thing that does not agree; empty when all is well.
    pub fn sentences(&self) -> Vec<String> {
        let standing = self.hold();
        let books = standing.books.iter().flat_map(|audit| &audit.found);
        let whole = standing.whole.iter().flat_map(|audit| &audit.found).flat_map(|one| &one.broken);
        let mut sentences: Vec<String> = books.chain(whole).cloned().collect();
        sentences.sort();
        sentences.dedup();
        sentences
    }

    pub fn standing(&self) -> Standing {
        self.hold().clone()
    }

    fn hold(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The turn to audit everything, unless somebody has it: each audit reads everything there is.
    fn turn(&self, now: Instant) -> Option<Turn<'_>> {
        let mut standing = self.hold();
        if standing.under_way_since.is_some() {
            return None;
        }
        standing.under_way_since = Some(now);
        Some(Turn(self))
    }
}

/// Given back also when an audit fails or panics.
struct Turn<'a>(&'a Findings);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.hold().under_way_since = None;
    }
}

fn log<'a>(sentences: impl Iterator<Item = &'a String>) {
    for sentence in sentences {
        tracing::error!(sentence, "the books do not agree");
    }
}

/// Audits every book from its newest seal on; a house does so every few minutes.
pub fn books(house: &House) -> Result<()> {
    let began_at = house.now();
    let mut found = Vec::new();
    for book in house.read_blocking(views::places::with_books)? {
        found.extend(house.read_blocking(move |view| ledger::audit::discrepancies_since_seal(view, &book))?);
    }
    log(found.iter());
    house.findings().hold().books = Some(Audit { began_at, ended_at: house.now(), found });
    Ok(())
}

/// Every invariant over everything there is, as `ferryman check` does it; a house does so every hour. Does nothing
/// while somebody else is at it.
pub fn whole(house: &House) -> Result<()> {
    match house.findings().turn(house.now()) {
        Some(turn) => whole_in(house, &turn),
        None => Ok(()),
    }
}

/// Both audits, because somebody asks for them. Refuses while one is under way (`audit_under_way`).
pub fn at_once(house: &House) -> Result<()> {
    let turn = house.findings().turn(house.now()).ok_or_else(under_way)?;
    books(house)?;
    whole_in(house, &turn)
}

/// The refusal of a second audit beside the first.
pub fn under_way() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "audit_under_way",
        "An audit is under way; its result stands here when it is done.",
        "审计正在进行，完成后结果将显示在此处。",
    )
}

fn whole_in(house: &House, _: &Turn) -> Result<()> {
    let began_at = house.now();
    let found = house.read_blocking(move |view| check::all(view, began_at))?;
    log(found.iter().flat_map(|one| &one.broken));
    house.findings().hold().whole = Some(Audit { began_at, ended_at: house.now(), found });
    Ok(())
}
