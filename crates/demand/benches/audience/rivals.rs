//! DuckDB and ClickHouse on the same rows: the rules as SQL, run by `rivals.py` in a virtual environment of its own.

use crate::people::World;
use crate::{Report, middle, seed_ids};
use anyhow::{Context, Result, ensure};
use demand::audience::{Behaviour, Did, Key, Likeness, Rule, Times, What};
use serde_json::{Value, json};
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where rows and databases lie until the end.
pub struct Folder(PathBuf);

pub struct Files {
    pub events: BufWriter<File>,
    pub people: BufWriter<File>,
}

impl Folder {
    pub fn new() -> Result<Folder> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("audience");
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(Folder(folder))
    }

    pub fn files(&self) -> Result<Files> {
        let create =
            |name: &str| File::create(self.0.join(name)).map(|file| BufWriter::with_capacity(1 << 20, file));
        Ok(Files { events: create("events.bin")?, people: create("people.bin")? })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            println!("{} was left behind: {error}", self.0.display());
        }
    }
}

/// Counts the same rules with both, checks their answers and reports how many times our CPU time they take.
pub fn compare(
    folder: &Folder,
    world: &World,
    seeds: &[(Rule, Likeness)],
    rules: &[Rule],
    counts: &[(u64, f64)],
    report: &mut Report,
) -> Result<()> {
    ensure!(seed_ids(rules).next().is_some(), "none of the rules asks for likeness");
    let python = python()?;
    let plan = json!({
        "likeness": likeness_sql(seeds),
        "queries": rules.iter().map(|rule| [pass(rule, seeds), sets(rule, seeds)]).collect::<Vec<_>>(),
    });
    std::fs::write(folder.0.join("plan.json"), plan.to_string())?;
    for (engine, name) in [("clickhouse", "ClickHouse"), ("duckdb", "DuckDB")] {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/audience/rivals.py");
        let output = Command::new(&python).arg(script).arg(engine).arg(&folder.0).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "{name}: {said}{}", String::from_utf8_lossy(&output.stderr));
        let said: Value = serde_json::from_str(said.lines().last().context("no answer")?)?;
        let mut ratios = Vec::new();
        let (mut theirs, mut ours) = (0.0, 0.0);
        for ((rule, (count, ms)), answer) in
            rules.iter().zip(counts).zip(said["answers"].as_array().into_iter().flatten())
        {
            for way in 0..2 {
                let counted = answer["counts"][way].as_u64();
                ensure!(counted == Some(*count), "{name} counts {counted:?}, we {count}: {}", rule.text());
            }
            let cpu_ms = 1000.0
                * answer["cpu"][0]
                    .as_f64()
                    .unwrap_or(f64::MAX)
                    .min(answer["cpu"][1].as_f64().unwrap_or(f64::MAX));
            ratios.push(cpu_ms / ms.max(0.001));
            theirs += cpu_ms;
            ours += ms;
        }
        ensure!(ratios.len() == rules.len(), "{name} answered {} of {} rules", ratios.len(), rules.len());
        report.figure(
            &format!("{name}, mean of the same {} rules", rules.len()),
            theirs / rules.len() as f64,
            "ms of CPU",
        );
        report.figure(&format!("{name}, loading"), said["loading"].as_f64().unwrap_or_default(), "s");
        report.ratio(&format!("{name}, {} rules together", rules.len()), theirs / ours, "our CPU time");
        report.ratio(&format!("{name}, the middle rule"), middle(&ratios), "our CPU time");
    }
    println!("all {} answers agree on {} people", rules.len() * 4, world.features.people());
    Ok(())
}

/// A Python with both in it, made once.
fn python() -> Result<PathBuf> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("audience-venv");
    let python = home.join("bin/python");
    let there = python.exists()
        && Command::new(&python).args(["-c", "import duckdb, chdb"]).output()?.status.success();
    if !there {
        let made = Command::new("python3").args(["-m", "venv"]).arg(&home).status()?;
        ensure!(made.success(), "python3 -m venv failed");
        let installed =
            Command::new(&python).args(["-m", "pip", "install", "--quiet", "duckdb", "chdb"]).status()?;
        ensure!(installed.success(), "pip could not install duckdb and chdb");
    }
    Ok(python)
}

/// One pass over the events: every term's count by person, then the rule over them.
fn pass(rule: &Rule, seeds: &[(Rule, Likeness)]) -> String {
    let dids: Vec<&Did> = dids(rule);
    if dids.is_empty() {
        return format!(
            "select count(*) from people p where {}",
            expression(rule, seeds, &mut |_| String::new())
        );
    }
    let conditions: Vec<String> = dids.iter().map(|did| condition(did)).collect();
    let counts: Vec<String> = conditions
        .iter()
        .enumerate()
        .map(|(i, condition)| format!("count(*) filter (where {condition}) as c{i}"))
        .collect();
    let mut next = 0;
    let wanted = expression(rule, seeds, &mut |did| {
        let i = next;
        next += 1;
        match did.times {
            Times::AtLeast(n) => format!("coalesce(t.c{i}, 0) >= {n}"),
            Times::AtMost(n) => format!("coalesce(t.c{i}, 0) <= {n}"),
        }
    });
    format!(
        "select count(*) from people p left join (select id, {} from events where ({}) group by id) t on p.id = t.id where {wanted}",
        counts.join(", "),
        conditions.join(") or (")
    )
}

/// A set of people for every term.
fn sets(rule: &Rule, seeds: &[(Rule, Likeness)]) -> String {
    let wanted = expression(rule, seeds, &mut |did| {
        let (n, not) = match did.times {
            Times::AtLeast(n) => (n, ""),
            Times::AtMost(n) => (n + 1, "not "),
        };
        let often = if n > 1 { format!(" group by id having count(*) >= {n}") } else { String::new() };
        format!("p.id {not}in (select id from events where {}{often})", condition(did))
    });
    format!("select count(*) from people p where {wanted}")
}

fn dids(rule: &Rule) -> Vec<&Did> {
    let dids = rule.terms().into_iter().filter_map(|term| match term {
        Rule::Did(did) => Some(did),
        _ => None,
    });
    dids.collect()
}

fn expression(rule: &Rule, seeds: &[(Rule, Likeness)], did: &mut dyn FnMut(&Did) -> String) -> String {
    let mut join = |parts: &[Rule], with: &str| {
        let parts: Vec<String> = parts.iter().map(|part| expression(part, seeds, did)).collect();
        format!("({})", parts.join(with))
    };
    match rule {
        Rule::All(parts) => join(parts, " and "),
        Rule::Any(parts) => join(parts, " or "),
        Rule::Not(part) => format!("not ({})", expression(part, seeds, did)),
        Rule::Did(term) => format!("({})", did(term)),
        Rule::Lives(city) => format!("p.home = {city}"),
        Rule::Like(like) => {
            let number: usize = like.seed.0.trim_start_matches("aud_").parse().unwrap_or_default();
            match seeds[number].1.cut(like.people) {
                Some(points) => format!("p.like{number} >= {points}"),
                None => "1 = 0".into(),
            }
        }
        Rule::Likely(_) => unreachable!("the rules of this bench ask for what people did"),
    }
}

fn condition(did: &Did) -> String {
    format!("{} and days_ago < {}", about(did.behaviour, &did.what), did.days)
}

fn about(behaviour: Behaviour, what: &What) -> String {
    let number = Behaviour::ALL.iter().position(|one| *one == behaviour).unwrap_or_default();
    let digits = |text: &str| text.trim_start_matches(|letter: char| !letter.is_ascii_digit()).to_owned();
    let what = match what {
        What::Anything => return format!("behaviour = {number}"),
        What::Title(title) => format!("title = {}", digits(&title.0)),
        What::Genre(genre) => format!("genre = {genre}"),
        What::Category(category) => format!("category = {category}"),
        What::Place(place) => format!("place = {}", digits(&place.0)),
        What::City(city) => format!("city = {city}"),
    };
    format!("behaviour = {number} and {what}")
}

/// Everybody's points for each seed, from the reasons alone.
fn likeness_sql(seeds: &[(Rule, Likeness)]) -> String {
    let (mut has, mut points) = (Vec::new(), Vec::new());
    for (number, (seed, likeness)) in seeds.iter().enumerate() {
        let mut sum = String::from("1");
        for (i, reason) in likeness.reasons.iter().enumerate() {
            let held = match &reason.key {
                Key::Did(behaviour, what) => {
                    has.push(format!(
                        "max(case when {} and days_ago < 90 then 1 else 0 end) as h{number}_{i}",
                        about(*behaviour, what)
                    ));
                    format!("coalesce(t.h{number}_{i}, 0) = 1")
                }
                Key::Lives(city) => format!("p.home = {city}"),
                Key::Likely(_) => unreachable!("nobody is alike by what was reckoned of them"),
            };
            let (with, without) = if reason.points > 0 { (reason.points, 0) } else { (0, -reason.points) };
            sum.push_str(&format!(" + (case when {held} then {with} else {without} end)"));
        }
        let is_seed =
            sets(seed, &[]).split_once(" where ").map(|(_, wanted)| wanted.to_owned()).unwrap_or_default();
        points.push(format!("(case when {is_seed} then 0 else {sum} end) as like{number}"));
    }
    format!(
        "select p.id as id, p.home as home, {} from homes p left join (select id, {} from events where SLICE group by id) t on p.id = t.id where p.SLICE",
        points.join(", "),
        has.join(", ")
    )
}
