//! Transfers a second: through `Db::write` and `ledger::post`, with and without a hot account.
//!
//! Beside it, on the same disk and server: the same rows by hand in batches, and PostgreSQL's own `pgbench` (its
//! TPC-B-like script). Every answered transfer is on disk (fsync on).

mod by_hand;
mod pgbench;

use anyhow::Result;
use db::{Db, Lane, Waiting};
use kernel::{Dice, Instant as Moment, Money, PlaceId};
use ledger::{Posted, Transfer};
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

/// Transfers that wait for their answer at the same time; also the size of a batch by hand.
pub const WAITING: usize = 256;
const ON_SQLITE: usize = 40_000;
const ON_POSTGRES: usize = 6_000;
/// Each way is measured this often, one after the other; the middle one counts.
const ROUNDS: usize = 3;
/// Customers of a book, and books.
const ACCOUNTS: u64 = 1_000;
const BOOKS: u64 = 16;

/// Between whom money moves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// From customer to customer of one book.
    Cold,
    /// From customers to the one revenue account of their book.
    Hot,
    /// From customer to customer, in many books.
    ManyBooks,
}

fn main() -> Result<()> {
    let mut report = Report::default();
    report.measure("SQLite", ON_SQLITE, by_hand::File::new, |file, moves| file.by_hand(moves))?;
    match std::env::var("FERRYMAN_BENCH_POSTGRES") {
        Ok(url) => {
            let schema = || by_hand::Schema::new(&url);
            let ours =
                report.measure("PostgreSQL", ON_POSTGRES, schema, |schema, moves| schema.by_hand(moves))?;
            report.beside_pgbench(&url, ours)?;
        }
        Err(_) => println!("FERRYMAN_BENCH_POSTGRES is not set: PostgreSQL is left out"),
    }
    println!("{}", json!({ "figures": report.figures, "ratios": report.ratios }));
    Ok(())
}

/// A database of its own, gone at the end.
pub trait Place {
    fn open(&self) -> Result<Db>;
}

/// Seeded transfers; the same for every way of writing them.
pub fn transfers(shape: Shape, count: usize) -> Vec<Transfer> {
    let mut dice = Dice::seeded(9);
    (0..count)
        .map(|i| {
            let from = dice.below(ACCOUNTS);
            let to = (from + 1 + dice.below(ACCOUNTS - 1)) % ACCOUNTS;
            let book = if shape == Shape::ManyBooks { dice.below(BOOKS) } else { 0 };
            Transfer {
                book: PlaceId(format!("plc_{book:02}")),
                id: format!("ord_{i:08}/{:08x}", dice.below(1 << 32)),
                debit: format!("customer:{from}"),
                credit: if shape == Shape::Hot { "revenue".into() } else { format!("customer:{to}") },
                amount: Money::fen(dice.between(1, 10_000)),
                code: "bench",
                reference: format!("ord_{i:08}"),
                happened_at: Moment::from_micros(i as i64),
            }
        })
        .collect()
}

/// Transfers a second through the ordinary call, into accounts that were opened before.
fn through(db: &Db, moves: Vec<Transfer>) -> Result<f64> {
    let count = moves.len();
    hand_in(db, openings(&moves))?;
    let start = Instant::now();
    hand_in(db, moves)?;
    Ok(count as f64 / start.elapsed().as_secs_f64())
}

/// Keeps [`WAITING`] transfers under way; those who are answered make room for others, half of them at a time.
fn hand_in(db: &Db, moves: Vec<Transfer>) -> Result<()> {
    let mut waiting: VecDeque<Waiting<Posted>> = VecDeque::new();
    for transfer in moves {
        if waiting.len() == WAITING {
            for first in waiting.drain(..WAITING / 2) {
                first.wait()?;
            }
        }
        let lane = Lane::of(&transfer.book);
        waiting.push_back(db.submit(lane, move |tx| ledger::post(tx, &transfer, transfer.happened_at)));
    }
    for last in waiting {
        last.wait()?;
    }
    Ok(())
}

/// One transfer into every account.
fn openings(moves: &[Transfer]) -> Vec<Transfer> {
    let accounts: BTreeSet<_> =
        moves.iter().flat_map(|one| [(&one.book, &one.debit), (&one.book, &one.credit)]).collect();
    let open = |(i, (book, account)): (usize, (&PlaceId, &String))| Transfer {
        book: book.clone(),
        id: format!("open/{i}"),
        debit: "opening".into(),
        credit: account.clone(),
        ..moves[0].clone()
    };
    accounts.into_iter().enumerate().map(open).collect()
}

#[derive(Default)]
struct Report {
    figures: Vec<Value>,
    ratios: Vec<Value>,
}

impl Report {
    /// Answers transfers a second through the ordinary call, without a hot account.
    fn measure<P: Place>(
        &mut self,
        engine: &str,
        count: usize,
        place: impl Fn() -> Result<P>,
        by_hand: impl Fn(&P, &[Transfer]) -> Result<f64>,
    ) -> Result<f64> {
        let shapes = [Shape::Cold, Shape::Hot, Shape::ManyBooks];
        let mut ours: [Vec<f64>; 3] = Default::default();
        let mut hand = Vec::new();
        for _ in 0..ROUNDS {
            for (rates, shape) in ours.iter_mut().zip(shapes) {
                rates.push(through(&place()?.open()?, transfers(shape, count))?);
            }
            hand.push(by_hand(&place()?, &transfers(Shape::Cold, count))?);
        }
        let [cold, hot, many] = ours.map(middle);
        let hand = middle(hand);
        self.figure(format!("{engine}: customer to customer, one book"), cold);
        self.figure(format!("{engine}: everybody to one account"), hot);
        self.figure(format!("{engine}: customer to customer, {BOOKS} books"), many);
        self.figure(format!("{engine}: by hand, one connection, batches of {WAITING}"), hand);
        self.ratio(format!("{engine}: one hot account"), hot / cold, "no hot account");
        self.ratio(format!("{engine}: through db.write"), cold / hand, "by hand in batches");
        Ok(cold)
    }

    fn beside_pgbench(&mut self, url: &str, ours: f64) -> Result<()> {
        match pgbench::tpc_b(url)? {
            Some(theirs) => {
                self.figure("PostgreSQL: pgbench, TPC-B-like, 16 clients".into(), theirs);
                self.ratio("PostgreSQL: through db.write".into(), ours / theirs, "pgbench's TPC-B");
            }
            None => println!("pgbench is not installed: it is left out"),
        }
        Ok(())
    }

    fn figure(&mut self, name: String, value: f64) {
        self.figures.push(json!({ "name": name, "value": value, "unit": "transfers/s" }));
    }

    fn ratio(&mut self, name: String, value: f64, base: &str) {
        self.ratios.push(json!({ "name": name, "value": value, "base": base }));
    }
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
