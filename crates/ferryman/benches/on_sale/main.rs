//! An opening night against the real program: `ferryman serve` with its sandbox wallet, over HTTP, on a database on disk.
//!
//! 90 of 100 requests read (the film's page, the seat page, the state of the seats, the line), 8 hold two seats, 2 begin
//! a payment that is then made at the wallet and told by its signed notice. First it finds how much the server
//! does with more and more connections; then visitors come at 50, 100 and 300 of a hundred of that, whether or not
//! the server answers. At the end everything that was acknowledged must be in the database, and every invariant holds.
//!
//! Absolute figures are this machine's on this day, with the client and the wallet on it; what compares are ratios: to the
//! least server there is under the same client (`peer`), and to the base line of the same run.

mod audit;
mod client;
mod crowd;
#[allow(dead_code, reason = "the test uses the rest")]
mod house;
mod load;
mod peer;
#[allow(dead_code, reason = "the test uses the rest")]
mod town;
mod waiting;

use anyhow::{Result, ensure};
use crowd::{Crowd, Kind};
use db::Synchronous;
use db::scratch::{self, Scratch};
use house::Serving;
use load::Tally;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use town::Size;

/// Connections of a closed load, until what is served grows no more.
const CONNECTIONS: [usize; 6] = [4, 8, 16, 32, 64, 128];
const STEP: Duration = Duration::from_secs(4);
/// Growth that counts.
const GROWTH: f64 = 1.03;
/// Shares of the base line at which visitors come.
const SHARES: [f64; 3] = [0.5, 1.0, 3.0];
const PEER_CONNECTIONS: usize = 32;

fn main() -> Result<()> {
    if peer::is_this() {
        return peer::serve();
    }
    let mut report = Report::default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let only = std::env::var("FERRYMAN_BENCH_ONLY").unwrap_or_default();
    if only != "postgres" {
        report.measure(&runtime, "SQLite", scratch::on_sqlite(Synchronous::Full)?)?;
    }
    match std::env::var("FERRYMAN_BENCH_POSTGRES") {
        Ok(url) if only != "sqlite" => {
            report.measure(&runtime, "PostgreSQL", scratch::on_postgres(&url)?)?;
        }
        _ => println!(
            "PostgreSQL is left out: FERRYMAN_BENCH_POSTGRES is not set, or something else was asked for"
        ),
    }
    println!("{}", json!({ "figures": report.figures, "ratios": report.ratios, "details": report.details }));
    Ok(())
}

/// How long visitors come at each share.
fn lasting() -> Duration {
    let asked = std::env::var("FERRYMAN_BENCH_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(asked.unwrap_or(20))
}

#[derive(Default)]
struct Report {
    figures: Vec<Value>,
    ratios: Vec<Value>,
    details: Vec<Value>,
}

impl Report {
    fn measure(&mut self, runtime: &tokio::runtime::Runtime, engine: &str, place: Scratch) -> Result<()> {
        let folder = Folder::new(engine)?;
        let town = town::found(place.db.clone(), Size::BENCH)?;
        let serving = Serving::start(&place.address(), &folder.0, None)?;
        let crowd = runtime.block_on(async { Crowd::new(town, serving.wallet) });
        let peer = peer::Peer::start()?;
        let least = runtime.block_on(peer.rate(PEER_CONNECTIONS, STEP))?;
        drop(peer);
        let base = runtime.block_on(self.base_line(engine, &crowd, &serving));
        self.figure(engine, "the least server, same client", least, "answers/s");
        self.figure(engine, "base line", base, "answers/s");
        self.ratio(engine, "base line", base / least, "the least server");
        let mut before: Option<Tally> = None;
        for share in SHARES {
            let now = runtime.block_on(self.rush(engine, &crowd, &serving, share, base));
            if let Some(before) = &before {
                let ratio = now.ms_of_all(0.99) / before.ms_of_all(0.99);
                self.ratio(
                    engine,
                    &format!("at {:.0} %: p99", share * 100.0),
                    ratio,
                    "p99 of the rate before",
                );
            }
            before = Some(now);
        }
        let let_in = runtime.block_on(stand_in_line(&crowd, &serving, base * SHARES[0]))?;
        self.figure(engine, "a line at 20/s, crowd at 50 %: turns", let_in.turns_per_second, "turns/s");
        self.figure(engine, "a line at 20/s, crowd at 50 %: holds", let_in.holds_per_second, "holds/s");
        self.ratio(engine, "turns", let_in.turns_per_second / waiting::PACE, "the gate's pace");
        ensure!(let_in.too_early == 0, "{} were let in before their turn", let_in.too_early);
        self.prove(engine, &crowd, serving, &place)
    }

    /// What the server does with so many connections that more do not help.
    async fn base_line(&mut self, engine: &str, crowd: &Arc<Crowd>, serving: &Serving) -> f64 {
        let (mut best, mut in_vain) = (0.0_f64, 0);
        for connections in CONNECTIONS {
            let tally = load::closed(crowd, serving.at, connections, STEP).await;
            let rate = tally.rate();
            println!("{engine}: {connections} connections: {rate:.0}/s, p99 {:.1} ms", tally.ms_of_all(0.99));
            self.detail(engine, &format!("closed, {connections} connections"), &tally, None);
            in_vain = if rate < best * GROWTH { in_vain + 1 } else { 0 };
            best = best.max(rate);
            // One step may have met somebody else's work on the machine.
            if in_vain == 2 {
                break;
            }
        }
        best
    }

    async fn rush(
        &mut self,
        engine: &str,
        crowd: &Arc<Crowd>,
        serving: &Serving,
        share: f64,
        base: f64,
    ) -> Tally {
        let (client, server, clock) = (cpu_time::ProcessTime::now(), serving.cpu_seconds(), Instant::now());
        let tally = load::open(crowd, serving.at, base * share, lasting(), (share * 1e4) as u64).await;
        let wall = clock.elapsed().as_secs_f64();
        let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
        let client = client.elapsed().as_secs_f64() / wall;
        let server = serving.cpu_seconds().zip(server).map_or(0.0, |(after, before)| (after - before) / wall);
        let at = format!("at {:.0} %", share * 100.0);
        println!("{engine} {at}: of {cores} cores the client took {client:.2}, the server {server:.2}");
        if client > 0.5 * cores {
            println!("{engine} {at}: THE CLIENT TOOK MORE THAN HALF OF THE MACHINE; it is the bottleneck");
        }
        self.figure(engine, &format!("{at}: served"), tally.rate(), "answers/s");
        let silent = tally.unanswered + tally.unsent + tally.faults() + tally.shed_without_retry;
        self.figure(engine, &format!("{at}: neither served nor sent away"), silent as f64, "requests");
        for kind in Kind::ALL {
            for (name, percentile) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)] {
                self.figure(
                    engine,
                    &format!("{at}: {} {name}", kind.code()),
                    tally.ms(kind, percentile),
                    "ms",
                );
            }
        }
        self.figure(engine, &format!("{at}: in the house p99"), tally.ms_in_house(0.99), "ms");
        let sold = tally.count(Kind::Hold, |status| status == 201) as f64 * 2.0 / tally.seconds;
        self.figure(engine, &format!("{at}: seats held"), sold, "seats/s");
        let begun = tally.count(Kind::Pay, |status| status == 200) as f64 * 2.0 / tally.seconds;
        self.figure(engine, &format!("{at}: tickets whose payment began"), begun, "tickets/s");
        let all = (tally.served_count() + tally.shed.len()).max(1) as f64;
        self.ratio(engine, &format!("{at}: served"), tally.rate() / base, "the base line");
        self.ratio(engine, &format!("{at}: sent away (503)"), tally.shed.len() as f64 / all, "all answers");
        let usage = json!({ "client_cores": client, "server_cores": server, "memory_mib_max": serving.memory_mib_max() });
        self.detail(engine, &at, &tally, Some(usage));
        println!("{engine} {at}: {:#}", self.details.last().cloned().unwrap_or_default());
        tally
    }

    /// Everything acknowledged is there, nothing is sold twice, every invariant holds.
    fn prove(&mut self, engine: &str, crowd: &Arc<Crowd>, serving: Serving, place: &Scratch) -> Result<()> {
        let told = std::mem::take(&mut *crowd.told());
        let (seconds, lost) = audit::drain(&place.db, &told)?;
        self.figure(engine, "acknowledged holds", told.held.len() as f64, "orders");
        self.figure(engine, "acknowledged payments", told.paid.len() as f64, "orders");
        self.figure(engine, "until the last notice was taken", seconds, "s");
        self.figure(engine, "most memory", serving.memory_mib_max().unwrap_or_default(), "MiB");
        println!(
            "{engine}: {} holds and {} payments acknowledged, {} payments that the wallet did not take, {} pairs of seats left",
            told.held.len(),
            told.paid.len(),
            told.unpaid,
            crowd.pairs_left()
        );
        ensure!(lost == audit::Lost::default(), "acknowledged and not there: {lost:?}");
        serving.stop()?;
        house::check(&place.address())?;
        println!("{engine}: every invariant holds");
        Ok(())
    }

    fn figure(&mut self, engine: &str, name: &str, value: f64, unit: &str) {
        self.figures.push(json!({ "name": format!("{engine}: {name}"), "value": value, "unit": unit }));
    }

    fn ratio(&mut self, engine: &str, name: &str, value: f64, base: &str) {
        self.ratios.push(json!({ "name": format!("{engine}: {name}"), "value": value, "base": base }));
    }

    fn detail(&mut self, engine: &str, name: &str, tally: &Tally, usage: Option<Value>) {
        self.details.push(json!({ "engine": engine, "load": name, "told": tally.told(), "usage": usage }));
    }
}

/// The line, while the crowd comes as before.
async fn stand_in_line(crowd: &Arc<Crowd>, serving: &Serving, per_second: f64) -> Result<waiting::LetIn> {
    let (beside, at, lasting) = (crowd.clone(), serving.at, lasting());
    let rush = tokio::spawn(async move { load::open(&beside, at, per_second, lasting, 77).await });
    let let_in = waiting::watch(crowd, serving.at, lasting.as_secs()).await;
    rush.await?;
    let_in
}

/// A folder that goes away.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Result<Folder> {
        let folder = std::env::temp_dir().join(format!("on-sale-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Folder(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if std::env::var_os("FERRYMAN_BENCH_KEEP").is_none() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
