//! A million people who wait for an on-sale: whether the gate keeps its pace, nobody is favoured and nobody forged gets
//! in; and what joining and looking cost.

mod fairness;
#[path = "../../tests/stories/town.rs"]
#[allow(dead_code, reason = "the stories use the rest")]
mod town;

use anyhow::{Result, ensure};
use box_office::line::Standing;
use box_office::on_sales::{Draft, OnSale, PER_MINUTE_MAX};
use flows::wait_in_line as line;
use kernel::{Actor, Dice, Instant as Moment};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::Instant;
use town::{Town, consumer, person};

const PEOPLE: usize = 1_000_000;
/// Places of others, and forged ones, that are tried.
const STRANGE: usize = 1_000_000;
/// People who join after the doors opened.
const LATE: usize = 200_000;
/// What a gate may be off in a minute.
const PACE_SHARE_OFF_MAX: f64 = 0.05;

fn main() -> Result<()> {
    let mut report = Report::default();
    let town = Town::new();
    let draft = Draft {
        opens_at: town.house.now().plus_minutes(30),
        minutes: 120,
        per_minute: PER_MINUTE_MAX,
        turn_minutes: 10,
    };
    let film = town.film.clone();
    town.story("ttl", Actor::System, move |scene| line::announce(scene, &film, &draft))?;
    line::refresh(&town.house)?;

    let (places, seconds) = timed(|| join(&town, 0..PEOPLE))?;
    report.figure("joining early", PEOPLE as f64 / seconds, "people/s");
    town.later(30 * 60);
    line::refresh(&town.house)?;
    let sale = town.house.lines().of(&town.film, town.house.now()).expect("an on-sale");
    ensure!(sale.line.early == Some(PEOPLE as i64), "{:?} were counted", sale.line.early);

    let (turns, seconds) = timed(|| Ok(turns(&town, &sale, &places)))?;
    report.figure("looking where one stands", PEOPLE as f64 / seconds, "looks/s");
    report.pace(&sale, &turns)?;
    report.fairness(&sale, &turns)?;
    report.strangers(&town, &places)?;
    report.late(&town)?;
    println!("{}", json!({ "figures": report.figures, "ratios": report.ratios }));
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, f64)> {
    let began = Instant::now();
    Ok((work()?, began.elapsed().as_secs_f64()))
}

fn join(town: &Town, people: std::ops::Range<usize>) -> Result<Vec<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let join = |n| Ok(runtime.block_on(line::join(&town.house, &consumer(&format!("p{n}")), &town.film))?);
    people.map(join).collect()
}

/// When everybody's turn comes.
fn turns(town: &Town, sale: &OnSale, places: &[String]) -> Vec<Moment> {
    let now = town.house.now();
    let turn = |place| match line::standing(&town.house, &town.film, place, now) {
        Some(Standing::Waiting { turn: Some(turn), .. }) => turn,
        Some(Standing::Turn { .. }) => sale.line.opens_at,
        other => panic!("not waiting: {other:?}"),
    };
    places.iter().map(|place| turn(place)).collect()
}

#[derive(Default)]
struct Report {
    figures: Vec<Value>,
    ratios: Vec<Value>,
}

impl Report {
    /// How many are let in, minute by minute, while there are enough to let in.
    fn pace(&mut self, sale: &OnSale, turns: &[Moment]) -> Result<()> {
        let whole_minutes = turns.len() as i64 / PER_MINUTE_MAX;
        let mut let_in = vec![0_i64; whole_minutes as usize + 2];
        for turn in turns {
            let minute = sale.line.opens_at.seconds_until(*turn) / 60;
            let_in[minute as usize] += 1;
        }
        let off = |count: &i64| (*count as f64 / PER_MINUTE_MAX as f64 - 1.0).abs();
        let worst = let_in[..whole_minutes as usize].iter().map(off).fold(0.0, f64::max);
        let mean = let_in[..whole_minutes as usize].iter().sum::<i64>() as f64 / whole_minutes as f64 / 60.0;
        self.figure("let in, mean", mean, "people/s");
        self.ratio("let in, mean", mean * 60.0 / PER_MINUTE_MAX as f64, "the gate's pace");
        self.ratio("let in, the minute that is furthest off", worst, "the gate's pace");
        ensure!(worst <= PACE_SHARE_OFF_MAX, "a minute is off by {worst:.3}");
        Ok(())
    }

    fn fairness(&mut self, sale: &OnSale, turns: &[Moment]) -> Result<()> {
        let whole = turns.len() as f64 / PER_MINUTE_MAX as f64 * 60e6;
        let wait = |turn: &Moment| (turn.micros - sale.line.opens_at.micros) as f64 / whole;
        let statistic = fairness::worst(&turns.iter().map(wait).collect::<Vec<f64>>());
        self.figure("Kolmogorov and Smirnov, worse half", statistic, "√n·D");
        self.figure("how likely when nobody is favoured", fairness::p_value(statistic), "p");
        ensure!(statistic < fairness::LIMIT, "lots favour somebody: {statistic:.2}");
        Ok(())
    }

    /// Forged places, and places of others, buy nothing.
    fn strangers(&mut self, town: &Town, places: &[String]) -> Result<()> {
        let (mut dice, now) = (Dice::seeded(3), town.house.now().plus_minutes(5));
        let (mut forged_in, mut shared_in) = (0, 0);
        for n in 0..STRANGE {
            let (owner, other) = (n % PEOPLE, (n + 1 + dice.below(1_000) as usize) % PEOPLE);
            let place = &places[owner];
            let mut forged = place.clone().into_bytes();
            let at = dice.below(forged.len() as u64) as usize;
            forged[at] = if forged[at] == b'Z' { b'q' } else { b'Z' };
            let forged = String::from_utf8(forged)?;
            let may = |who: usize, place: &str| {
                let who = person(&format!("p{who}"));
                line::may_buy(&town.house, &town.film, &who, Some(place), now).is_ok()
            };
            forged_in += usize::from(may(owner, &forged));
            shared_in += usize::from(may(other, place));
        }
        self.figure("forged places tried", STRANGE as f64, "places");
        self.figure("let in with a forged place", f64::from(forged_in as u32), "people");
        self.figure("let in with another's place", f64::from(shared_in as u32), "people");
        ensure!(forged_in + shared_in == 0, "{forged_in} forged and {shared_in} shared places were let in");
        Ok(())
    }

    /// Who joins late stands behind everybody, and at a position of their own.
    fn late(&mut self, town: &Town) -> Result<()> {
        let (places, seconds) = timed(|| join(town, PEOPLE..PEOPLE + LATE))?;
        self.figure("joining late", LATE as f64 / seconds, "people/s");
        let sale = town.house.lines().of(&town.film, town.house.now()).expect("an on-sale");
        let positions: Vec<i64> =
            places.iter().filter_map(|place| line::position(&town.house, &sale, place)).collect();
        let distinct: HashSet<i64> = positions.iter().copied().collect();
        ensure!(distinct.len() == LATE, "{} positions for {LATE} people", distinct.len());
        ensure!(positions.is_sorted(), "who came later stands before who came earlier");
        ensure!(positions[0] >= PEOPLE as i64, "somebody late stands before somebody early");
        Ok(())
    }

    fn figure(&mut self, name: &str, value: f64, unit: &str) {
        self.figures.push(json!({ "name": name, "value": value, "unit": unit }));
    }

    fn ratio(&mut self, name: &str, value: f64, base: &str) {
        self.ratios.push(json!({ "name": name, "value": value, "base": base }));
    }
}
