//! Tamper evidence: what was booked is closed, a batch at a time, under a digest that covers the one before it.
//!
//! A seal covers every transfer of a book up to an instant, in the order of booking. Sealing happens behind the
//! sales, so that no sale waits for a hash; a transfer that comes with an older clock is booked after the seal
//! (`transfers::insert`). With each seal stand the sums of the accounts that moved, so that balances can be
//! audited, and statements opened, from the newest seal instead of from the beginning.
//! Whoever changes a sealed row must change every later digest; whoever wrote a digest down will see it.

use crate::balances::Sums;
use crate::transfers::{self, Kept};
use db::{FromRow, Row, Tx, View};
use kernel::{Currency, Instant, PlaceId, Result};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A transfer is sealed when it is this old: by then nothing older is still on its way.
pub const LAG_SECONDS: i64 = 60;
/// Transfers under one seal, about: the last instant is always taken whole.
pub const TRANSFERS_MAX: usize = 20_000;
const PAGE: i64 = 2_000;
/// What the first seal of a book follows.
const BEGINNING: &str = "";

/// A closed batch of a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// 1, 2, 3, ….
    pub number: i64,
    /// Every transfer booked up to this instant, and after the previous seal's, is in it.
    pub until: Instant,
    pub transfers: i64,
    /// The previous seal's digest; empty for the first.
    pub previous: String,
    /// SHA-256, in hexadecimal.
    pub digest: String,
    pub sealed_at: Instant,
}

impl FromRow for Seal {
    fn from_row(row: &mut Row) -> Result<Seal> {
        Ok(Seal {
            number: row.next()?,
            until: row.next()?,
            transfers: row.next()?,
            previous: row.next()?,
            digest: row.next()?,
            sealed_at: row.next()?,
        })
    }
}

/// The newest seal of a book.
pub fn newest(view: &View, book: &PlaceId) -> Result<Option<Seal>> {
    Ok(of_book(view, book, 1)?.pop())
}

/// The seals of a book, the newest first.
pub fn of_book(view: &View, book: &PlaceId, at_most: i64) -> Result<Vec<Seal>> {
    view.all(
        "select number, until, transfers, previous, digest, sealed_at
         from seal
         where book_id = $1
         order by number desc
         limit $2",
        &[book, &at_most],
    )
}

/// Seals what was booked up to an instant; nothing when nothing was. One seal takes about [`TRANSFERS_MAX`]
/// transfers: call again until it answers `None`.
pub fn seal(tx: &Tx, book: &PlaceId, until: Instant, now: Instant) -> Result<Option<Seal>> {
    let last = newest(tx, book)?;
    let (number, from, previous) = follows(last.as_ref());
    let batch = Batch::read(tx, book, from, until, TRANSFERS_MAX)?;
    let Some(end) = batch.end() else { return Ok(None) };
    let digest = batch.digest(book, number, &previous);
    let seal = Seal { number, until: end, transfers: batch.count(), previous, digest, sealed_at: now };
    write(tx, book, &seal)?;
    for ((account, currency), moved) in &batch.moved {
        let before = checkpoint(tx, book, account, *currency, number)?;
        write_checkpoint(tx, book, number, account, *currency, before.plus(*moved))?;
    }
    Ok(Some(seal))
}

/// What the chain of a book says that the transfers under it do not; empty when all is well.
pub fn broken(view: &View, book: &PlaceId) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut sums: BTreeMap<(String, Currency), Sums> = BTreeMap::new();
    let mut last: Option<Seal> = None;
    let mut seals = of_book(view, book, i64::MAX)?;
    seals.reverse();
    for seal in seals {
        let (number, from, previous) = follows(last.as_ref());
        let batch = Batch::read(view, book, from, seal.until, usize::MAX)?;
        if seal.number != number || seal.previous != previous {
            found.push(format!("seal {} of book {book} does not follow seal {}", seal.number, number - 1));
        }
        if seal.transfers != batch.count() || seal.digest != batch.digest(book, seal.number, &seal.previous) {
            found.push(format!("what lies under seal {} of book {book} was changed", seal.number));
        }
        for ((account, currency), moved) in batch.moved {
            let sum = sums.entry((account.clone(), currency)).or_default();
            *sum = sum.plus(moved);
            if checkpoint(view, book, &account, currency, seal.number + 1)? != *sum {
                found.push(format!(
                    "account {account} of book {book} stands otherwise at seal {}",
                    seal.number
                ));
            }
        }
        last = Some(seal);
    }
    Ok(found)
}

/// How an account stood at the newest seal before one of this number; at nothing when it had not moved.
pub fn checkpoint(
    view: &View,
    book: &PlaceId,
    account: &str,
    currency: Currency,
    before: i64,
) -> Result<Sums> {
    let found = view.maybe(
        "select debits_posted, credits_posted, debits_pending, credits_pending
         from checkpoint
         where book_id = $1 and account = $2 and currency = $3 and number < $4
         order by number desc
         limit 1",
        &[book, &account, &currency, &before],
    )?;
    Ok(found.unwrap_or_default())
}

/// The number, the beginning and the predecessor of what comes after a seal.
fn follows(last: Option<&Seal>) -> (i64, Instant, String) {
    last.map_or((1, Instant::from_micros(i64::MIN), BEGINNING.to_owned()), |seal| {
        (seal.number + 1, seal.until, seal.digest.clone())
    })
}

fn write(tx: &Tx, book: &PlaceId, seal: &Seal) -> Result<()> {
    tx.run(
        "insert into seal (book_id, number, until, transfers, previous, digest, sealed_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        &[book, &seal.number, &seal.until, &seal.transfers, &seal.previous, &seal.digest, &seal.sealed_at],
    )?;
    Ok(())
}

fn write_checkpoint(
    tx: &Tx,
    book: &PlaceId,
    number: i64,
    account: &str,
    currency: Currency,
    sums: Sums,
) -> Result<()> {
    tx.run(
        "insert into checkpoint
           (book_id, account, currency, number, debits_posted, credits_posted, debits_pending, credits_pending)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            book,
            &account,
            &currency,
            &number,
            &sums.debits_posted,
            &sums.credits_posted,
            &sums.debits_pending,
            &sums.credits_pending,
        ],
    )?;
    Ok(())
}

/// Transfers taken together.
struct Batch {
    transfers: Vec<Kept>,
    moved: BTreeMap<(String, Currency), Sums>,
}

impl Batch {
    /// Everything after `from` and up to `until`, or about `at_most` of it; the last instant is taken whole.
    fn read(view: &View, book: &PlaceId, from: Instant, until: Instant, at_most: usize) -> Result<Batch> {
        let mut batch = Batch { transfers: Vec::new(), moved: BTreeMap::new() };
        let mut behind = (after(from), String::new());
        loop {
            let page = transfers::booked(view, book, (behind.0, &behind.1), until, PAGE)?;
            let full = page.len() as i64 == PAGE;
            if let Some(last) = page.last() {
                behind = (last.booked_at, last.id.clone());
            }
            for kept in page {
                if batch.transfers.len() >= at_most && batch.end() != Some(kept.booked_at) {
                    return Ok(batch.in_order());
                }
                batch.take(view, book, kept)?;
            }
            if !full {
                return Ok(batch.in_order());
            }
        }
    }

    fn take(&mut self, view: &View, book: &PlaceId, kept: Kept) -> Result<()> {
        let reserved = transfers::amount_freed(view, book, &kept)?;
        for (account, sums) in Sums::of(&kept, reserved) {
            let moved = self.moved.entry((account.to_owned(), kept.amount.currency)).or_default();
            *moved = moved.plus(sums);
        }
        self.transfers.push(kept);
        Ok(())
    }

    /// By the bytes of their ids within an instant: databases collate text each in its own way.
    fn in_order(mut self) -> Batch {
        self.transfers.sort_by(|a, b| (a.booked_at, &a.id).cmp(&(b.booked_at, &b.id)));
        self
    }

    /// When the last of them was booked.
    fn end(&self) -> Option<Instant> {
        self.transfers.last().map(|kept| kept.booked_at)
    }

    fn count(&self) -> i64 {
        self.transfers.len() as i64
    }

    /// SHA-256 over the book, the number, the previous digest and every row.
    fn digest(&self, book: &PlaceId, number: i64, previous: &str) -> String {
        let mut hash = Sha256::new();
        for field in [book.as_ref(), &number.to_string(), previous, &self.count().to_string()] {
            hash.update(field_bytes(Some(field)));
        }
        for kept in &self.transfers {
            hash.update(row_bytes(kept));
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The first instant after another.
fn after(instant: Instant) -> Instant {
    Instant::from_micros(instant.micros.saturating_add(1))
}

/// A row for hashing: every field with its length before it, so that no two rows read the same.
fn row_bytes(kept: &Kept) -> Vec<u8> {
    let numbers = [kept.amount.minor, kept.happened_at.micros, kept.booked_at.micros].map(|n| n.to_string());
    let expires_at = kept.expires_at.map(|at| at.micros.to_string());
    [
        Some(kept.id.as_str()),
        Some(&kept.kind),
        kept.pending_id.as_deref(),
        Some(&kept.debit),
        Some(&kept.credit),
        Some(&numbers[0]),
        Some(kept.amount.currency.code()),
        Some(&kept.code),
        Some(&kept.reference),
        Some(&numbers[1]),
        Some(&numbers[2]),
        expires_at.as_deref(),
    ]
    .into_iter()
    .flat_map(field_bytes)
    .collect()
}

fn field_bytes(field: Option<&str>) -> Vec<u8> {
    let Some(text) = field else { return vec![b'-'] };
    [format!("{}:", text.len()).as_bytes(), text.as_bytes()].concat()
}
