//! A house in service audits itself. What an audit finds is logged, and stands over every page of an operator's console
//! until the same audit finds it no more.

use crate::house::House;
use crate::{check, views};
use kernel::Result;
use std::sync::Mutex;

/// What the last audits found; each node of a house keeps its own.
#[derive(Default)]
pub struct Findings(Mutex<Found>);

#[derive(Default)]
struct Found {
    books: Vec<String>,
    whole: Vec<String>,
}

impl Findings {
    /// A sentence for each thing that does not agree; empty when all is well.
    pub fn sentences(&self) -> Vec<String> {
        let found = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut sentences = [found.books.as_slice(), &found.whole].concat();
        sentences.sort();
        sentences.dedup();
        sentences
    }

    fn keep(&self, sentences: Vec<String>, of: impl FnOnce(&mut Found) -> &mut Vec<String>) {
        for sentence in &sentences {
            tracing::error!(sentence, "the books do not agree");
        }
        *of(&mut self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())) = sentences;
    }
}

/// Audits every book from its newest seal on; a house does so every few minutes.
pub fn books(house: &House) -> Result<()> {
    let mut sentences = Vec::new();
    for book in house.read_blocking(views::places::with_books)? {
        sentences
            .extend(house.read_blocking(move |view| ledger::audit::discrepancies_since_seal(view, &book))?);
    }
    house.findings().keep(sentences, |found| &mut found.books);
    Ok(())
}

/// Every invariant over everything there is, as `ferryman check` does it; a house does so every hour.
pub fn whole(house: &House) -> Result<()> {
    let now = house.now();
    let sentences = house.read_blocking(move |view| check::broken(view, now))?;
    house.findings().keep(sentences, |found| &mut found.whole);
    Ok(())
}
