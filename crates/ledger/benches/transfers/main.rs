//! Transfers a second: through `Db::write` and `ledger::post`, with and without a hot account.
//!
//! Beside it, on the same disk and server: the same row and the same two balances by hand, in batches of the size that
//! `Db::write` made of them (what by hand leaves out: to look for a transfer of the same id, for the accounts and for the
//! newest seal, a limit, the reserved sums, and to answer 256 callers one by one); and PostgreSQL's own
//! `pgbench` (its TPC-B-like script). Every answered transfer is on disk (fsync on).

mod by_hand;
#[path = "../../../db/benches/sales/commits.rs"]
mod commits;
mod pgbench;
#[path = "../../../db/benches/sales/raw.rs"]
mod raw;
#[path = "../../../db/benches/sales/statement.rs"]
mod statement;

use anyhow::Result;
use commits::Commits;
use db::scratch::{self, Scratch};
use db::{Db, Lane, Synchronous, Waiting};
use kernel::{Dice, Instant as Moment, Money, PlaceId};
use ledger::{Posted, Transfer};
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

/// Transfers that wait for their answer at the same time.
const WAITING: usize = 256;
const ON_SQLITE: usize = 40_000;
const ON_POSTGRES: usize = 6_000;
/// Each way is measured this often, one after the other; the middle one counts.
const ROUNDS: usize = 3;
/// Connections that write on PostgreSQL.
const LANES: usize = 8;
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
    report.measure(
        "SQLite",
        ON_SQLITE,
        || Ok(scratch::on_sqlite(Synchronous::Full)?),
        |scratch| Ok(scratch.db.clone()),
        |scratch, moves, batch| by_hand::rate(raw::Sqlite::open(&scratch.address())?, moves, batch),
    )?;
    match std::env::var("FERRYMAN_BENCH_POSTGRES") {
        Ok(url) => {
            let ours = report.measure(
                "PostgreSQL",
                ON_POSTGRES,
                || Ok(scratch::on_postgres(&url)?),
                |scratch| Ok(Db::open_postgres(&scratch.address(), LANES, 1)?),
                |scratch, moves, batch| by_hand::rate(raw::Postgres::open(&scratch.address())?, moves, batch),
            )?;
            report.beside_pgbench(&url, ours)?;
        }
        Err(_) => println!("FERRYMAN_BENCH_POSTGRES is not set: PostgreSQL is left out"),
    }
    println!("{}", json!({ "figures": report.figures, "ratios": report.ratios }));
    Ok(())
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

/// Transfers a second through the ordinary call, into accounts that were opened before; and how many a commit took.
fn through(db: &Db, moves: Vec<Transfer>) -> Result<(f64, f64)> {
    let count = moves.len() as f64;
    hand_in(db, openings(&moves), &Commits::default())?;
    let (start, commits) = (Instant::now(), Commits::default());
    hand_in(db, moves, &commits)?;
    Ok((count / start.elapsed().as_secs_f64(), count / commits.count() as f64))
}

/// Keeps [`WAITING`] transfers under way; those who are answered make room for others, half of them at a time.
fn hand_in(db: &Db, moves: Vec<Transfer>, commits: &Commits) -> Result<()> {
    let mut waiting: VecDeque<Waiting<Posted>> = VecDeque::new();
    for transfer in moves {
        if waiting.len() == WAITING {
            for first in waiting.drain(..WAITING / 2) {
                first.wait()?;
            }
        }
        let (lane, answered) = (Lane::of(&transfer.book), commits.answered());
        waiting.push_back(db.submit(lane, move |tx| {
            answered.begin();
            ledger::post(tx, &transfer, transfer.happened_at)
        }));
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
    fn measure(
        &mut self,
        engine: &str,
        count: usize,
        place: impl Fn() -> Result<Scratch>,
        open: impl Fn(&Scratch) -> Result<Db>,
        by_hand: impl Fn(&Scratch, &[Transfer], usize) -> Result<f64>,
    ) -> Result<f64> {
        let shapes = [Shape::Cold, Shape::Hot, Shape::ManyBooks];
        let (mut ours, mut batches, mut hand) = (<[Vec<f64>; 3]>::default(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            for (rates, shape) in ours.iter_mut().zip(shapes) {
                let place = place()?;
                let (rate, batch) = through(&open(&place)?, transfers(shape, count))?;
                rates.push(rate);
                if shape == Shape::Cold {
                    batches.push(batch);
                }
            }
            let batch = batches.last().map_or(1, |batch| batch.round() as usize);
            hand.push(by_hand(&place()?, &transfers(Shape::Cold, count), batch)?);
        }
        let [cold, hot, many] = ours.map(middle);
        let (hand, batch) = (middle(hand), middle(batches));
        self.figure(format!("{engine}: customer to customer, one book"), cold);
        self.figure(format!("{engine}: everybody to one account"), hot);
        self.figure(format!("{engine}: customer to customer, {BOOKS} books"), many);
        self.figure(format!("{engine}: by hand, one connection, batches of {batch:.0}"), hand);
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
