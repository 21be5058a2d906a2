//! Whether somebody will buy from a category tomorrow.
//!
//! Every (person, category) pair with an event in the last days is an example; what was seen, kept and bought until
//! midnight is known, the purchases of the day after are the answer. Boosted trees and a logistic regression give
//! log-odds, whose mean one day put aside turns into probabilities (Platt 1999): among pairs of 5 % about one in twenty
//! buys.
//! `docs/algorithms/purchase_probability.md` lists what is looked at and what was measured.

mod line;

use crate::boosting::{Boosted, Loss, Settings, Table};
use crate::recommend::Kind;
use kernel::{Day, Dice, Instant, Zone};
use line::Line;
use std::collections::BTreeMap;

pub use line::regress;

/// One event in a shop. People, items and categories are numbered from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    pub person: u32,
    pub item: u32,
    pub category: u32,
    pub kind: Kind,
    pub at: Instant,
}

/// Everybody's actions in the order of time, on the days of one zone.
#[derive(Clone, Debug)]
pub struct Diary {
    people: Vec<Vec<Action>>,
    categories: usize,
    zone: Zone,
}

/// A pair without an event in so many days is no candidate.
const DAYS_BACK: i32 = 14;
const KINDS: [Kind; 4] = [Kind::View, Kind::Favourite, Kind::Cart, Kind::Buy];
const WINDOWS_DAYS: [f64; 4] = [1.0, 3.0, 7.0, DAYS_BACK as f64];

/// What is looked at, in the order of a row; unknown is `NaN`. Counts are of the last 1, 3, 7 and 14 days.
pub const FEATURES: [&str; 56] = [
    "views 1d",
    "views 3d",
    "views 7d",
    "views 14d",
    "favourites 1d",
    "favourites 3d",
    "favourites 7d",
    "favourites 14d",
    "carts 1d",
    "carts 3d",
    "carts 7d",
    "carts 14d",
    "buys 1d",
    "buys 3d",
    "buys 7d",
    "buys 14d",
    "hours since view",
    "hours since favourite",
    "hours since cart",
    "hours since buy",
    "hours since first event",
    "items",
    "most events of one item",
    "active days",
    "items kept, not bought",
    "views since the last buy",
    "items of the last day",
    "hours since an item was seen again",
    "person views 1d",
    "person views 3d",
    "person views 7d",
    "person views 14d",
    "person favourites 1d",
    "person favourites 3d",
    "person favourites 7d",
    "person favourites 14d",
    "person carts 1d",
    "person carts 3d",
    "person carts 7d",
    "person carts 14d",
    "person buys 1d",
    "person buys 3d",
    "person buys 7d",
    "person buys 14d",
    "person categories",
    "person hours since event",
    "person buys a view",
    "person buying days",
    "share of the person's views 1d",
    "share of the person's views 3d",
    "share of the person's events",
    "rank by recency",
    "category buys a view",
    "category buyers a visitor",
    "category visitors",
    "weekday",
];

/// A pair on the eve of a day.
#[derive(Clone, Debug)]
pub struct Example {
    pub person: u32,
    pub category: u32,
    /// By [`FEATURES`].
    pub row: Vec<f64>,
    /// Whether they bought in the category on the day.
    pub bought: bool,
}

impl Diary {
    pub fn new(actions: &[Action], zone: Zone) -> Diary {
        let count =
            |number: fn(&Action) -> u32| actions.iter().map(number).max().map_or(0, |max| max as usize + 1);
        let mut people = vec![Vec::new(); count(|action| action.person)];
        actions.iter().for_each(|action| people[action.person as usize].push(*action));
        people.iter_mut().for_each(|own| own.sort_by_key(|action| action.at));
        Diary { people, categories: count(|action| action.category), zone }
    }

    /// Every candidate pair on the eve of `day`, with what happened on it as far as the diary knows.
    pub fn examples(&self, day: Day) -> Vec<Example> {
        let rates = Rates::before(self, day);
        let people = (0..self.people.len() as u32).flat_map(|person| self.examples_of(person, day, &rates));
        people.collect()
    }

    fn examples_of(&self, person: u32, day: Day, rates: &Rates) -> Vec<Example> {
        let (from, to, end) = self.bounds(day);
        let own = &self.people[person as usize];
        let known: Vec<Action> = own.iter().filter(|a| from <= a.at && a.at < to).copied().collect();
        let bought: Vec<u32> = own
            .iter()
            .filter(|a| to <= a.at && a.at < end && a.kind == Kind::Buy)
            .map(|a| a.category)
            .collect();
        let mut by_category: BTreeMap<u32, Vec<Action>> = BTreeMap::new();
        known.iter().for_each(|action| by_category.entry(action.category).or_default().push(*action));
        let mut latest: Vec<Instant> =
            by_category.values().filter_map(|actions| actions.last()).map(|action| action.at).collect();
        latest.sort_unstable_by(|a, b| b.cmp(a));
        let whole = Person::of(&known, to, by_category.len(), &self.zone);
        let example = |(category, actions): (&u32, &Vec<Action>)| {
            let mut row = pair_features(actions, to, &self.zone);
            row.extend_from_slice(&whole.features);
            row.extend(whole.shares(actions, to));
            let last = actions.last().map_or(to, |action| action.at);
            row.push(latest.iter().position(|at| *at == last).unwrap_or(0) as f64);
            row.extend(rates.of(*category));
            row.push(f64::from(day.weekday()));
            Example { person, category: *category, row, bought: bought.contains(category) }
        };
        by_category.iter().map(example).collect()
    }

    /// When a candidate's events begin, midnight before the day, midnight after it.
    fn bounds(&self, day: Day) -> (Instant, Instant, Instant) {
        let midnight = |day: Day| day.at(0, 0, &self.zone);
        (midnight(day.plus(-DAYS_BACK)), midnight(day), midnight(day.plus(1)))
    }
}

fn hours(from: Instant, to: Instant) -> f64 {
    (to.micros - from.micros) as f64 / 3_600e6
}

/// Counts of each kind in each window.
fn counts(actions: &[Action], until: Instant) -> Vec<f64> {
    let mut counts = vec![0.0; KINDS.len() * WINDOWS_DAYS.len()];
    for action in actions {
        let kind = KINDS.iter().position(|kind| *kind == action.kind).unwrap_or(0);
        let age = hours(action.at, until) / 24.0;
        for (w, _) in WINDOWS_DAYS.iter().enumerate().filter(|(_, days)| age <= **days) {
            counts[kind * WINDOWS_DAYS.len() + w] += 1.0;
        }
    }
    counts
}

/// What one person did in one category until midnight; never empty.
fn pair_features(actions: &[Action], until: Instant, zone: &Zone) -> Vec<f64> {
    let mut row = counts(actions, until);
    for kind in KINDS {
        let last = actions.iter().rev().find(|action| action.kind == kind);
        row.push(last.map_or(f64::NAN, |action| hours(action.at, until)));
    }
    row.push(actions.first().map_or(f64::NAN, |action| hours(action.at, until)));
    let mut items: BTreeMap<u32, (f64, bool, bool, Instant)> = BTreeMap::new();
    let mut again = f64::NAN;
    for action in actions {
        let seen = items.contains_key(&action.item);
        let item = items.entry(action.item).or_insert((0.0, false, false, action.at));
        if seen {
            again = hours(action.at, until);
        }
        item.0 += 1.0;
        item.1 |= matches!(action.kind, Kind::Cart | Kind::Favourite);
        item.2 |= action.kind == Kind::Buy;
        item.3 = action.at;
    }
    let days: std::collections::BTreeSet<Day> = actions.iter().map(|action| action.at.day_in(zone)).collect();
    let bought_at = actions.iter().rposition(|action| action.kind == Kind::Buy).map_or(0, |at| at + 1);
    row.push(items.len() as f64);
    row.push(items.values().map(|item| item.0).fold(0.0, f64::max));
    row.push(days.len() as f64);
    row.push(items.values().filter(|item| item.1 && !item.2).count() as f64);
    row.push(actions[bought_at..].iter().filter(|action| action.kind == Kind::View).count() as f64);
    row.push(items.values().filter(|item| hours(item.3, until) <= 24.0).count() as f64);
    row.push(again);
    row
}

/// What one person did in all categories until midnight.
struct Person {
    counts: Vec<f64>,
    events: f64,
    features: Vec<f64>,
}

impl Person {
    fn of(actions: &[Action], until: Instant, categories: usize, zone: &Zone) -> Person {
        let counts = counts(actions, until);
        let last = WINDOWS_DAYS.len() - 1;
        let (views, buys) = (counts[last], counts[3 * WINDOWS_DAYS.len() + last]);
        let bought = actions.iter().filter(|action| action.kind == Kind::Buy);
        let days: std::collections::BTreeSet<Day> = bought.map(|action| action.at.day_in(zone)).collect();
        let mut features = counts.clone();
        features.push(categories as f64);
        features.push(actions.last().map_or(f64::NAN, |action| hours(action.at, until)));
        features.push((buys + 0.4) / (views + 20.0));
        features.push(days.len() as f64);
        Person { counts, events: actions.len() as f64, features }
    }

    fn shares(&self, actions: &[Action], until: Instant) -> [f64; 3] {
        let own = counts(actions, until);
        let share = |w: usize| if self.counts[w] > 0.0 { own[w] / self.counts[w] } else { f64::NAN };
        [share(0), share(1), actions.len() as f64 / self.events]
    }
}

/// How readily each category is bought, from what was known before a day; pulled to the mean where little is known.
struct Rates {
    /// By category: views, buys, visitors, buyers.
    by_category: Vec<[f64; 4]>,
    all: [f64; 4],
}

impl Rates {
    fn before(diary: &Diary, day: Day) -> Rates {
        let (from, to, _) = diary.bounds(day);
        let mut by_category = vec![[0.0; 4]; diary.categories];
        for own in &diary.people {
            let mut met: BTreeMap<u32, (bool, bool)> = BTreeMap::new();
            for action in own.iter().filter(|a| from <= a.at && a.at < to) {
                let sums = &mut by_category[action.category as usize];
                let pair = met.entry(action.category).or_default();
                match action.kind {
                    Kind::View => (sums[0] += 1.0, pair.0 = true),
                    Kind::Buy => (sums[1] += 1.0, pair.1 = true),
                    Kind::Favourite | Kind::Cart => ((), pair.0 = true),
                };
            }
            for (category, (visited, bought)) in met {
                by_category[category as usize][2] += f64::from(u8::from(visited || bought));
                by_category[category as usize][3] += f64::from(u8::from(bought));
            }
        }
        let mut all = [0.0; 4];
        by_category.iter().for_each(|sums| (0..4).for_each(|k| all[k] += sums[k]));
        Rates { by_category, all }
    }

    fn of(&self, category: u32) -> [f64; 3] {
        let [views, buys, visitors, buyers] = self.by_category[category as usize];
        let mean = |k: usize| self.all[k + 1] / self.all[k].max(1.0);
        [(buys + 100.0 * mean(0)) / (views + 100.0), (buyers + 20.0 * mean(2)) / (visitors + 20.0), visitors]
    }
}

/// A fitted and calibrated model.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    blend: Blend,
    /// Log-odds are `calibration[0] + calibration[1] · score`.
    calibration: [f64; 2],
}

impl Model {
    /// Learns from the purchases of `days`; the last of them first serves to calibrate, then to learn from too.
    /// `None` with fewer than two days, or without a purchase among the earlier or on the last of them.
    pub fn fit(diary: &Diary, days: &[Day]) -> Option<Model> {
        let (last, earlier) = days.split_last()?;
        let mut examples: Vec<Example> = earlier.iter().flat_map(|day| diary.examples(*day)).collect();
        let held = diary.examples(*last);
        if !examples.iter().any(|one| one.bought) || !held.iter().any(|one| one.bought) {
            return None;
        }
        let trial = Blend::fit(&examples);
        let scores: Vec<f64> = held.iter().map(|one| trial.score(&one.row)).collect();
        let bought: Vec<bool> = held.iter().map(|one| one.bought).collect();
        let calibration = platt(&scores, &bought);
        examples.extend(held);
        Some(Model { blend: Blend::fit(&examples), calibration })
    }

    /// The probability that the pair buys on the day.
    pub fn probability(&self, row: &[f64]) -> f64 {
        logistic(self.calibration[0] + self.calibration[1] * self.blend.score(row))
    }

    /// The three features that moved a pair's log-odds most, with how far.
    pub fn reasons(&self, row: &[f64]) -> Vec<(&'static str, f64)> {
        let mut reasons: Vec<(&str, f64)> = FEATURES.into_iter().zip(self.blend.moves(row)).collect();
        reasons.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        reasons.truncate(3);
        reasons
    }
}

fn logistic(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

/// More rows than this are sampled, so that a large shop is learnt from in minutes.
const ROWS_MAX: usize = 400_000;

/// Boosted trees and a line: the mean of their log-odds finds buyers better than either.
#[derive(Clone, Debug, PartialEq)]
struct Blend {
    trees: Boosted,
    line: Line,
}

impl Blend {
    fn fit(examples: &[Example]) -> Blend {
        let part = ROWS_MAX as f64 / examples.len().max(1) as f64;
        let mut dice = Dice::seeded(11);
        let sample: Vec<&Example> = examples.iter().filter(|_| part >= 1.0 || dice.chance(part)).collect();
        Blend { trees: grow(&sample), line: Line::fit(&sample) }
    }

    fn score(&self, row: &[f64]) -> f64 {
        (self.trees.score(row) + self.line.score(row)) / 2.0
    }

    /// How far each feature moved the score.
    fn moves(&self, row: &[f64]) -> Vec<f64> {
        let by_line = self.line.moves(row).chain(std::iter::repeat(0.0));
        self.trees.contributions(row).iter().zip(by_line).map(|(tree, line)| (tree + line) / 2.0).collect()
    }
}

fn grow(examples: &[&Example]) -> Boosted {
    let mut table = Table::new(FEATURES.len());
    examples.iter().for_each(|one| table.push(&one.row));
    let targets: Vec<f64> = examples.iter().map(|one| f64::from(u8::from(one.bought))).collect();
    let settings = Settings {
        trees: 150,
        learning_rate: 0.04,
        leaves_max: 8,
        leaf_weight_min: 60.0,
        ridge: 5.0,
        rows_part: 0.7,
        columns_part: 0.5,
        seed: 7,
    };
    Boosted::fit(&table, &targets, &vec![1.0; targets.len()], Loss::Logistic, &settings)
}

/// The line through scores that makes outcomes likeliest, by Newton's method, with Platt's softened targets.
fn platt(scores: &[f64], bought: &[bool]) -> [f64; 2] {
    let buyers = bought.iter().filter(|b| **b).count() as f64;
    let others = bought.len() as f64 - buyers;
    let target = |b: bool| if b { (buyers + 1.0) / (buyers + 2.0) } else { 1.0 / (others + 2.0) };
    let rows: Vec<Vec<f64>> = scores.iter().map(|score| vec![1.0, *score]).collect();
    let targets: Vec<f64> = bought.iter().map(|b| target(*b)).collect();
    match regress(&rows, &targets, 0.01, &[0.0, 1.0]) {
        // A slope that is not positive would turn the order round; then only the level is corrected.
        Some(line) if line[1] > 0.0 => [line[0], line[1]],
        _ => [0.0, 1.0],
    }
}

#[cfg(test)]
mod tests;
