//! Audiences of ten million synthetic consumers: random rules of up to eight terms, next to DuckDB and ClickHouse.
//!
//! The rules are counted three times each on one thread; a rule's figure is the middle one, in CPU time. The
//! others get the same rows and the same rules, each as one pass over the events and as one set a term; the
//! quicker of the two counts, in CPU time of their whole process. Every answer is compared with ours.
//! `FERRYMAN_BENCH_PEOPLE` asks for another number of consumers, `FERRYMAN_BENCH_RIVALS=no` for no others.

mod people;
mod rivals;
mod rules;

use anyhow::{Result, ensure};
use cpu_time::ThreadTime;
use demand::audience::{Features, Likeness, Members, Plan, Rule};
use kernel::{AudienceId, Dice};
use people::World;
use roaring::RoaringBitmap;
use serde_json::{Value, json};
use std::time::Instant;

const PEOPLE: u32 = 10_000_000;
/// Random rules that are counted, and how many of them others count too.
const RULES: usize = 400;
const RIVAL_RULES: usize = 8;

fn main() -> Result<()> {
    let people = std::env::var("FERRYMAN_BENCH_PEOPLE").ok().map_or(Ok(PEOPLE), |text| text.parse())?;
    let alone = std::env::var("FERRYMAN_BENCH_RIVALS").is_ok_and(|said| said == "no");
    let folder = (!alone).then(rivals::Folder::new).transpose()?;
    let mut report = Report::default();

    let (began, worked) = (Instant::now(), ThreadTime::now());
    let mut world = World::make(people, folder.as_ref())?;
    report.figure("consumers", f64::from(people), "");
    report.figure("things they did", world.events as f64, "");
    report.figure("making and noting them", began.elapsed().as_secs_f64(), "s");
    report.figure("making and noting them", worked.elapsed().as_secs_f64(), "s of CPU");
    report.figure("memory of the features", world.features.bytes() as f64 / 1e6, "MB");

    let seeds = measure_seeds(&mut world.features, &mut report)?;
    let mut dice = Dice::seeded(2016);
    let rules: Vec<Rule> = (0..RULES).map(|_| rules::random(&mut dice, people)).collect();
    let counts = count_all(&world.features, &rules, &mut report)?;
    compare_with_roaring(&world.features, &mut report)?;
    if let Some(folder) = &folder {
        rivals::compare(folder, &world, &seeds, &rules[..RIVAL_RULES], &counts, &mut report)?;
    }
    change_all(&mut world, &mut dice, &mut report);
    println!("{}", json!({ "figures": report.figures, "ratios": report.ratios }));
    Ok(())
}

/// Scores everybody's likeness to two seeds, before any rule asks.
fn measure_seeds(features: &mut Features, report: &mut Report) -> Result<Vec<(Rule, Likeness)>> {
    let mut seeds = Vec::new();
    for (i, seed) in rules::seeds().into_iter().enumerate() {
        let began = ThreadTime::now();
        let likeness = Likeness::measure(features, &seed).map_err(refused)?;
        let cpu = began.elapsed().as_secs_f64() * 1000.0;
        report.figure(&format!("measuring the likeness to seed {}", i + 1), cpu, "ms of CPU");
        report.figure(&format!("its AUC on people it did not see, seed {}", i + 1), likeness.auc, "");
        features.keep_likeness(rules::seed_id(i), likeness.clone());
        seeds.push((seed, likeness));
    }
    Ok(seeds)
}

/// One rule's terms, its count and its CPU time.
struct Counted {
    terms: usize,
    count: u64,
    ms: f64,
}

fn count_all(features: &Features, rules: &[Rule], report: &mut Report) -> Result<Vec<(u64, f64)>> {
    let mut counted = Vec::with_capacity(rules.len());
    for rule in rules {
        let mut times = [0.0; 3];
        let mut count = 0;
        for time in &mut times {
            let began = ThreadTime::now();
            count = Plan::of(features, rule).map_err(refused)?.count();
            *time = began.elapsed().as_secs_f64() * 1000.0;
        }
        times.sort_by(f64::total_cmp);
        counted.push(Counted { terms: rule.terms().len(), count, ms: times[1] });
    }
    report.spread("rules of 1 to 8 terms", counted.iter().map(|one| one.ms).collect());
    report
        .spread("rules of 8 terms", counted.iter().filter(|one| one.terms == 8).map(|one| one.ms).collect());
    let slow = counted.iter().filter(|one| one.ms >= 20.0).count();
    report.figure("rules that took 20 ms or more", slow as f64, "");
    Ok(counted.into_iter().map(|one| (one.count, one.ms)).collect())
}

/// Two audiences of millions, as they are kept for serving ads: the overlap, next to compressed bitmaps.
fn compare_with_roaring(features: &Features, report: &mut Report) -> Result<()> {
    let members = |seed: &Rule| Ok::<_, anyhow::Error>(Plan::of(features, seed).map_err(refused)?.members());
    let [one, other] = rules::large().map(|rule| members(&rule));
    let (one, other) = (one?, other?);
    let packed = |members: &Members| RoaringBitmap::from_sorted_iter(members.each());
    let (packed_one, packed_other) = (packed(&one)?, packed(&other)?);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        let began = ThreadTime::now();
        let shared = one.shared_with(&other);
        ours.push(began.elapsed().as_secs_f64());
        let began = ThreadTime::now();
        let same = packed_one.intersection_len(&packed_other);
        theirs.push(began.elapsed().as_secs_f64());
        ensure!(shared == same, "{shared} people are in both here, {same} in Roaring bitmaps");
    }
    report.figure("the overlap of two audiences", middle(&ours) * 1000.0, "ms of CPU");
    report.ratio(
        "Roaring bitmaps, the overlap of two audiences",
        middle(&theirs) / middle(&ours),
        "our CPU time",
    );
    Ok(())
}

/// What a new event costs, and somebody's leaving.
fn change_all(world: &mut World, dice: &mut Dice, report: &mut Report) {
    const EVENTS: usize = 100_000;
    const LEAVING: usize = 200;
    let people = world.features.people();
    let began = ThreadTime::now();
    for _ in 0..EVENTS {
        let id = dice.below(people) as u32;
        let event = world.tables.event(id, 3, 5, dice);
        world.tables.note(&mut world.features, &event);
    }
    report.figure("noting an event", began.elapsed().as_secs_f64() * 1e6 / EVENTS as f64, "µs of CPU");
    let began = ThreadTime::now();
    (0..LEAVING).for_each(|_| {
        let gone = loop {
            let id = dice.below(people) as u32;
            if world.features.everybody().contains(id) {
                break id;
            }
        };
        world.features.forget(gone);
    });
    report.figure("forgetting somebody", began.elapsed().as_secs_f64() * 1e6 / LEAVING as f64, "µs of CPU");
}

fn refused(refusal: kernel::Refusal) -> anyhow::Error {
    anyhow::anyhow!(refusal.say.en)
}

fn middle(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn seed_ids(rules: &[Rule]) -> impl Iterator<Item = &AudienceId> {
    rules.iter().flat_map(Rule::seeds)
}

#[derive(Default)]
pub struct Report {
    figures: Vec<Value>,
    ratios: Vec<Value>,
}

impl Report {
    fn figure(&mut self, name: &str, value: f64, unit: &str) {
        println!("{name}: {value:.3} {unit}");
        self.figures.push(json!({ "name": name, "value": value, "unit": unit }));
    }

    fn ratio(&mut self, name: &str, value: f64, base: &str) {
        println!("{name}: {value:.1} × {base}");
        self.ratios.push(json!({ "name": name, "value": value, "base": base }));
    }

    fn spread(&mut self, name: &str, mut times: Vec<f64>) {
        times.sort_by(f64::total_cmp);
        let at = |part: f64| times[((times.len() - 1) as f64 * part).round() as usize];
        for (part, word) in [(0.5, "median"), (0.99, "99th percentile"), (1.0, "slowest")] {
            self.figure(&format!("{name}, {word}"), at(part), "ms of CPU");
        }
    }
}
