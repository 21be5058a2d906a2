//! Two ways to load a server: as many visitors as there are connections, each asking when it was answered (closed); and
//! visitors who come at a rate, whether or not those before them were answered (open).
//!
//! In the open way a latency begins when a request was meant to be sent, so that a server which stands still is not
//! spared the requests that it kept from being sent (G. Tene's coordinated omission; B. Schroeder, A. Wierman and
//! M. Harchol-Balter, Open Versus Closed, NSDI 2006).

use crate::client::Connection;
use crate::crowd::{Crowd, Kind};
use kernel::Dice;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Connections of an open load, at most; who comes when all are taken waits, and the wait counts.
const CONNECTIONS_MAX: usize = 768;
/// How long what is under way may go on after the end.
const GRACE: Duration = Duration::from_secs(5);

/// What came of a load.
#[derive(Default)]
pub struct Tally {
    /// Latencies in microseconds of what was served (refusals such as “taken” are), by kind.
    pub served: BTreeMap<Kind, Vec<u64>>,
    /// The same from the moment a request was sent: what the house needed, without the wait for a connection.
    pub in_house: Vec<u64>,
    /// Latencies of what was sent away with 503.
    pub shed: Vec<u64>,
    pub statuses: BTreeMap<(Kind, u16), usize>,
    /// Sent away without a time to come again.
    pub shed_without_retry: usize,
    /// Connections that broke, and answers that did not come.
    pub unanswered: usize,
    /// Requests that were meant to be sent and never were.
    pub unsent: usize,
    /// How late requests set out while a connection was free for them, in microseconds: the client's own delay.
    pub client_late: Vec<u64>,
    pub seconds: f64,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        for (kind, latencies) in other.served {
            self.served.entry(kind).or_default().extend(latencies);
        }
        for (key, count) in other.statuses {
            *self.statuses.entry(key).or_default() += count;
        }
        self.in_house.extend(other.in_house);
        self.shed.extend(other.shed);
        self.client_late.extend(other.client_late);
        self.shed_without_retry += other.shed_without_retry;
        self.unanswered += other.unanswered;
        self.unsent += other.unsent;
    }

    pub fn served_count(&self) -> usize {
        self.served.values().map(Vec::len).sum()
    }

    /// What was served in a second.
    pub fn rate(&self) -> f64 {
        self.served_count() as f64 / self.seconds
    }

    pub fn count(&self, kind: Kind, statuses: impl Fn(u16) -> bool) -> usize {
        let of_kind = self.statuses.iter().filter(|((one, status), _)| *one == kind && statuses(*status));
        of_kind.map(|(_, count)| count).sum()
    }

    /// Answers of 5xx that do not say “busy”.
    pub fn faults(&self) -> usize {
        let faults = self.statuses.iter().filter(|((_, status), _)| *status >= 500 && *status != 503);
        faults.map(|(_, count)| count).sum()
    }

    /// A percentile of what was served, in milliseconds.
    pub fn ms(&self, kind: Kind, share: f64) -> f64 {
        ms(self.served.get(&kind).cloned().unwrap_or_default(), share)
    }

    /// A percentile of what the house needed for what was served, in milliseconds.
    pub fn ms_in_house(&self, share: f64) -> f64 {
        ms(self.in_house.clone(), share)
    }

    /// The same of all kinds together, as visitors saw it.
    pub fn ms_of_all(&self, share: f64) -> f64 {
        ms(self.served.values().flatten().copied().collect(), share)
    }

    pub fn told(&self) -> Value {
        let by_kind: BTreeMap<&str, Value> = self
            .served
            .iter()
            .map(|(kind, latencies)| {
                let at = |share| ms(latencies.clone(), share);
                let told = json!({ "count": latencies.len(), "p50_ms": at(0.5), "p99_ms": at(0.99), "p999_ms": at(0.999) });
                (kind.code(), told)
            })
            .collect();
        let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
        for ((kind, status), count) in &self.statuses {
            statuses.insert(format!("{} {status}", kind.code()), *count);
        }
        json!({
            "seconds": self.seconds,
            "served_per_second": self.rate(),
            "in_house_p50_ms": self.ms_in_house(0.5),
            "in_house_p99_ms": self.ms_in_house(0.99),
            "by_kind": by_kind,
            "statuses": statuses,
            "shed": self.shed.len(),
            "shed_p99_ms": ms(self.shed.clone(), 0.99),
            "faults": self.faults(),
            "unanswered": self.unanswered,
            "unsent": self.unsent,
            "client_late_p99_ms": ms(self.client_late.clone(), 0.99),
        })
    }
}

fn ms(mut micros: Vec<u64>, share: f64) -> f64 {
    micros.sort_unstable();
    let at = (micros.len() as f64 * share).ceil() as usize;
    micros.get(at.saturating_sub(1)).map_or(0.0, |micros| *micros as f64 / 1000.0)
}

struct Visitor {
    crowd: Arc<Crowd>,
    connection: Connection,
    dice: Dice,
    tally: Tally,
}

impl Visitor {
    fn new(crowd: &Arc<Crowd>, at: SocketAddr, seed: u64) -> Visitor {
        let dice = Dice::seeded(seed);
        Visitor { crowd: crowd.clone(), connection: Connection::to(at), dice, tally: Tally::default() }
    }

    /// Asks for one thing; its latency begins at `since`.
    async fn ask(&mut self, since: Instant) {
        let wish = self.crowd.wish(&mut self.dice);
        let sent = Instant::now();
        let answered = self.connection.ask(&wish.ask).await;
        let in_house = sent.elapsed().as_micros() as u64;
        let micros = since.elapsed().as_micros() as u64;
        let Ok(answer) = answered else {
            self.tally.unanswered += 1;
            return;
        };
        *self.tally.statuses.entry((wish.kind, answer.status)).or_default() += 1;
        if answer.status == 503 {
            self.tally.shed.push(micros);
            self.tally.shed_without_retry += usize::from(!answer.says_when_to_retry());
        } else {
            self.tally.served.entry(wish.kind).or_default().push(micros);
            self.tally.in_house.push(in_house);
        }
        if self.crowd.hear(&wish, &answer).is_err() {
            self.tally.unanswered += 1;
        }
    }
}

/// As many visitors as connections.
pub async fn closed(crowd: &Arc<Crowd>, at: SocketAddr, connections: usize, lasting: Duration) -> Tally {
    let began = Instant::now();
    let visitors: Vec<_> = (0..connections)
        .map(|n| {
            let mut visitor = Visitor::new(crowd, at, 1_000 + n as u64 + 7_919 * connections as u64);
            tokio::spawn(async move {
                while began.elapsed() < lasting {
                    visitor.ask(Instant::now()).await;
                }
                visitor.tally
            })
        })
        .collect();
    gather(visitors, began).await
}

/// Visitors who come at a rate, by chance (Poisson).
pub async fn open(
    crowd: &Arc<Crowd>,
    at: SocketAddr,
    per_second: f64,
    lasting: Duration,
    seed: u64,
) -> Tally {
    let began = Instant::now();
    let (send, arrivals) = mpsc::unbounded_channel::<Instant>();
    let arrivals = Arc::new(tokio::sync::Mutex::new(arrivals));
    let last = began + lasting + GRACE;
    let visitors: Vec<_> = (0..CONNECTIONS_MAX)
        .map(|n| {
            let (mut visitor, arrivals) = (Visitor::new(crowd, at, seed + n as u64), arrivals.clone());
            tokio::spawn(async move {
                loop {
                    let waited = Instant::now();
                    let Some(meant) = arrivals.lock().await.recv().await else { return visitor.tally };
                    let now = Instant::now();
                    if now > last {
                        visitor.tally.unsent += 1;
                        continue;
                    }
                    if waited < meant {
                        visitor.tally.client_late.push((now - meant).as_micros() as u64);
                    }
                    visitor.ask(meant).await;
                }
            })
        })
        .collect();
    arrive(send, began, per_second, lasting, seed).await;
    let mut tally = gather(visitors, began).await;
    tally.seconds = lasting.as_secs_f64();
    tally
}

/// Lets visitors in at their moments; the time between two is exponential.
async fn arrive(
    send: mpsc::UnboundedSender<Instant>,
    began: Instant,
    per_second: f64,
    lasting: Duration,
    seed: u64,
) {
    let mut dice = Dice::seeded(seed);
    let mut meant = 0.0;
    loop {
        meant -= (1.0 - dice.fraction()).ln() / per_second;
        if meant > lasting.as_secs_f64() {
            return;
        }
        let at = began + Duration::from_secs_f64(meant);
        if at > Instant::now() {
            tokio::time::sleep_until(at.into()).await;
        }
        if send.send(at).is_err() {
            return;
        }
    }
}

async fn gather(visitors: Vec<tokio::task::JoinHandle<Tally>>, began: Instant) -> Tally {
    let mut all = Tally::default();
    for visitor in visitors {
        if let Ok(tally) = visitor.await {
            all.add(tally);
        }
    }
    all.seconds = began.elapsed().as_secs_f64();
    all
}
