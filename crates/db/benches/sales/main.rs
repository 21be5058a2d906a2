//! Sales a second: through `Db::write` with many callers, next to the same statements by hand.
//!
//! A sale is a hold, a confirmation and its postings: ten statements in one transaction. By hand
//! means one raw connection of the engine's own driver, once with batches as large as the writer's
//! are on average, once with a transaction a sale. Every answered sale is on disk (fsync on).

mod commits;
mod raw;
mod sale;
mod statement;
mod through;

use anyhow::Result;
use db::{Db, Synchronous, scratch};
use sale::Sale;
use serde_json::{Value, json};
use std::time::Instant;

/// Callers that wait for their sale at the same time.
const CALLERS: usize = 256;
/// Sales in a round of the quick ways, and of the way with a commit each.
const MANY: usize = 40_000;
const FEW: usize = 2_000;
/// Connections that write on PostgreSQL.
const LANES: usize = 8;
/// Each way is measured this often, one after the other; the middle one counts.
const ROUNDS: usize = 3;

fn main() -> Result<()> {
    let mut report = Report::default();
    measure_sqlite(&mut report)?;
    match std::env::var("FERRYMAN_BENCH_POSTGRES") {
        Ok(url) => measure_postgres(&url, &mut report)?,
        Err(_) => println!("FERRYMAN_BENCH_POSTGRES is not set: PostgreSQL is left out"),
    }
    println!("{}", json!({ "figures": report.figures, "ratios": report.ratios }));
    Ok(())
}

fn measure_sqlite(report: &mut Report) -> Result<()> {
    let by_hand = |count, batch| {
        let scratch = scratch::on_sqlite(Synchronous::Full)?;
        by_hand(raw::Sqlite::open(&scratch.address())?, count, batch)
    };
    let (mut ours, mut batches, mut singles) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let scratch = scratch::on_sqlite(Synchronous::Full)?;
        let measured = through::measure(&scratch, Sale::many(MANY))?;
        let batch = measured.batch_mean.round() as usize;
        ours.push(measured);
        batches.push(by_hand(MANY, batch)?);
        singles.push(by_hand(FEW, 1)?);
    }
    report.add("SQLite", ours, batches, singles);
    Ok(())
}

fn measure_postgres(url: &str, report: &mut Report) -> Result<()> {
    let (many, few) = (MANY / 8, FEW / 2);
    let by_hand = |count, batch| {
        let scratch = scratch::on_postgres(url)?;
        by_hand(raw::Postgres::open(&scratch.address())?, count, batch)
    };
    let (mut ours, mut batches, mut singles) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let scratch = scratch::on_postgres(url)?;
        let measured = through::measure(&Db::open_postgres(&scratch.address(), LANES, 1)?, Sale::many(many))?;
        let batch = measured.batch_mean.round() as usize;
        ours.push(measured);
        batches.push(by_hand(many, batch)?);
        singles.push(by_hand(few, 1)?);
    }
    report.add("PostgreSQL", ours, batches, singles);
    Ok(())
}

/// Sales a second by hand, in a new town.
fn by_hand(mut raw: impl raw::Raw, count: usize, batch: usize) -> Result<f64> {
    raw.control(&sale::town().join(";"))?;
    raw::rate(&mut raw, &Sale::many(count), batch)
}

/// Seconds that some work took.
fn seconds(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}

#[derive(Default)]
struct Report {
    figures: Vec<Value>,
    ratios: Vec<Value>,
}

impl Report {
    fn add(&mut self, engine: &str, ours: Vec<through::Measured>, batches: Vec<f64>, singles: Vec<f64>) {
        let of = |pick: fn(&through::Measured) -> f64| middle(ours.iter().map(pick).collect());
        let (write, batched, single) =
            (of(|measured| measured.sales_per_second), middle(batches), middle(singles));
        self.figure(format!("{engine}: db.write, {CALLERS} callers"), write, "sales/s");
        self.figure(format!("{engine}: by hand, one connection, batches"), batched, "sales/s");
        self.figure(format!("{engine}: by hand, one connection, a commit each"), single, "sales/s");
        self.figure(
            format!("{engine}: sales in a commit of db.write"),
            of(|measured| measured.batch_mean),
            "sales",
        );
        self.figure(format!("{engine}: waiting, half"), of(|measured| measured.wait_ms_p50), "ms");
        self.figure(format!("{engine}: waiting, 99 of 100"), of(|measured| measured.wait_ms_p99), "ms");
        self.ratio(format!("{engine}: db.write"), write / batched, "by hand in batches of the same size");
        self.ratio(format!("{engine}: db.write"), write / single, "by hand with a commit each");
    }

    fn figure(&mut self, name: String, value: f64, unit: &str) {
        self.figures.push(json!({ "name": name, "value": value, "unit": unit }));
    }

    fn ratio(&mut self, name: String, value: f64, base: &str) {
        self.ratios.push(json!({ "name": name, "value": value, "base": base }));
    }
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
