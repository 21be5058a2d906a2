//! Which films and products somebody will want next.
//!
//! Films and goods live in one item space, so that a soundtrack can lead to a film and a film to a poster. Simple
//! methods each give every item a score: recent popularity over three half-lives, newness, EASE over the whole
//! history and over its latest part, implicit ALS, items taken close together, likeness of genre and category. A
//! conditional logit blends them, with weights learnt from what people chose after the moment at which they were
//! asked, on data put aside for that; then every part is fitted again on everything. Each pick says why.
//! `docs/algorithms/recommendation.md` has the formulas and what was measured.

mod als;
mod choice;
mod cholesky;
mod ease;
mod log;
mod neighbours;
mod popularity;
mod taste;

pub use log::{Event, HISTORY_MAX, Held, Holdout, Item, Kind, Log, Taken};

use crate::threads;
use als::{Als, Folded};
use ease::Ease;
use kernel::{Dice, Instant, Words};
use neighbours::{Neighbours, recent};
use popularity::{Popularity, days_between};
use taste::Taste;

/// What the blend adds up. Popularity is a logarithm, newness `−ln(1 + days)`, the others are standardised over
/// all items for each person.
pub const FEATURES: [&str; FEATURE_COUNT] = [
    "popularity, 3 days",
    "popularity, 30 days",
    "popularity, 300 days",
    "newness",
    "EASE",
    "EASE, recent",
    "ALS",
    "taken together, last 2",
    "taken together, last 5",
    "genre and category",
];
const FEATURE_COUNT: usize = 10;
const HALF_LIVES_DAYS: [f64; 3] = [3.0, 30.0, 300.0];
const PERSONAL: usize = 4;

/// What an installation without enough choices of its own starts from.
const PRIOR: [f64; FEATURE_COUNT] = [0.1, 0.4, 0.0, 0.1, 0.2, 0.1, 0.3, 0.3, 0.1, 0.2];

/// How a model is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// What is put aside, inside the training data, to learn the weights from.
    pub holdout: Holdout,
    /// How often that is done, each time inside what the last time left.
    pub holdouts: usize,
    /// λ of EASE, in people.
    pub ease_ridge: f64,
    /// EASE and its inverse know the most taken items only.
    pub ease_items_max: usize,
    pub als_factors: usize,
    pub als_rounds: usize,
    /// The weights are learnt from at most so many people.
    pub people_max: usize,
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            holdout: Holdout::Latest(0.2),
            holdouts: 2,
            ease_ridge: 200.0,
            ease_items_max: 3_000,
            als_factors: 40,
            als_rounds: 12,
            people_max: 2_000,
            seed: 1,
        }
    }
}

/// Why something is recommended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It goes with something in the person's history, or with the page's item.
    Because { item: u32, kind: Kind },
    /// It came out within the last month.
    New,
    /// More people take it now than used to.
    Rising,
    /// Many people take it.
    Popular,
}

impl Reason {
    /// The reason as a clause, with the names of items.
    pub fn say(&self, name: impl Fn(u32) -> Words) -> Words {
        match self {
            Reason::Because { item, kind } => {
                let name = name(*item);
                let (en, zh) = match kind {
                    Kind::View => ("looked at", "看过"),
                    Kind::Favourite => ("want to see", "想看"),
                    Kind::Cart => ("put in your basket", "加购了"),
                    Kind::Buy => ("bought", "买过"),
                };
                let en = match kind {
                    Kind::Cart => format!("because you put {} in your basket", name.en),
                    _ => format!("because you {en} {}", name.en),
                };
                Words::new(en, format!("因为您{zh}{}", name.zh))
            }
            Reason::New => Words::new("new this month", "本月新上"),
            Reason::Rising => Words::new("more people choose it every day", "最近选的人越来越多"),
            Reason::Popular => Words::new("many people here chose it", "这里很多人都选了它"),
        }
    }
}

/// One item of a recommendation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pick {
    pub item: u32,
    /// A log-odds up to a constant that is the same for all items of one answer.
    pub score: f64,
    pub reason: Reason,
}

/// A fitted blend. Scores any history, also of people it has not seen.
#[derive(Clone, Debug)]
pub struct Model {
    parts: Parts,
    weights: [f64; FEATURE_COUNT],
    since: Vec<Option<Instant>>,
}

impl Model {
    /// Learns the weights on the held-out parts, then every method on all of the log.
    pub fn fit(log: &Log, settings: &Settings) -> Model {
        let mut known = log.clone();
        let mut choices = Vec::new();
        for _ in 0..settings.holdouts {
            let (rest, mut held) = known.hold_out(settings.holdout);
            held.retain(|held| !rest.histories[held.person].is_empty());
            if !held.is_empty() {
                choices.extend(cases(&Parts::fit(&rest, settings), &rest, held, settings));
            }
            known = rest;
        }
        Model {
            weights: choice::fit(&choices, PRIOR),
            parts: Parts::fit(log, settings),
            since: log.items.iter().map(|item| item.since).collect(),
        }
    }

    /// The weight of each of [`FEATURES`].
    pub fn weights(&self) -> [f64; FEATURE_COUNT] {
        self.weights
    }

    /// Every item's score for a history, in the order of time, at a moment; what was known later is not used for
    /// popularity.
    pub fn scores(&self, history: &[Taken], at: Instant) -> Vec<f64> {
        self.total(&self.parts.features(history, at).rows)
    }

    fn total(&self, rows: &[[f32; FEATURE_COUNT]]) -> Vec<f64> {
        let score =
            |row: &[f32; FEATURE_COUNT]| row.iter().zip(&self.weights).map(|(x, w)| f64::from(*x) * w).sum();
        rows.iter().map(score).collect()
    }

    /// The best `count` items that pass, best first, with the reason for each. An empty history is answered with
    /// what is popular and new.
    pub fn rank(
        &self,
        history: &[Taken],
        at: Instant,
        count: usize,
        pass: impl Fn(u32) -> bool,
    ) -> Vec<Pick> {
        let features = self.parts.features(history, at);
        let scores = self.total(&features.rows);
        let mut items: Vec<u32> = (0..scores.len() as u32).filter(|item| pass(*item)).collect();
        items.sort_by(|a, b| scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b)));
        items.truncate(count);
        let pick = |item: u32| Pick {
            item,
            score: scores[item as usize],
            reason: self.reason(history, &features, item, at),
        };
        items.into_iter().map(pick).collect()
    }

    /// The part of a history that speaks loudest for an item, if any speaks clearly.
    fn reason(&self, history: &[Taken], features: &Features, item: u32, at: Instant) -> Reason {
        const CLEARLY: f64 = 0.1;
        let spoken = self.parts.spoken(history, features, item, &self.weights);
        let loudest = spoken.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        match loudest {
            Some((k, spoken)) if *spoken > CLEARLY && history[k].item != item => {
                Reason::Because { item: history[k].item, kind: history[k].kind }
            }
            _ => self.general_reason(features, item, at),
        }
    }

    fn general_reason(&self, features: &Features, item: u32, at: Instant) -> Reason {
        let row = features.rows[item as usize];
        let since = self.since[item as usize].or(self.parts.popularity.first(item as usize));
        match since {
            Some(since) if (0.0..30.0).contains(&days_between(since, at)) => Reason::New,
            _ if row[0] > row[2] + 0.2 => Reason::Rising,
            _ => Reason::Popular,
        }
    }

    /// What leads to an item: the others in the log, those first whose takers are likeliest to want this one, with
    /// the score each adds. Seeds for an audience.
    pub fn seeds(&self, item: u32, count: usize) -> Vec<(u32, f64)> {
        const RELATED_MAX: usize = 200;
        let lead = |from: u32| {
            let one = [Taken { item: from, kind: Kind::Buy, at: Instant::default() }];
            let features = self.parts.personal(&one);
            let spoken = self.parts.spoken(&one, &features, item, &self.weights);
            (from, spoken[0])
        };
        let others = self.parts.related(item, RELATED_MAX);
        let mut leads = threads::each(others.len(), |k| lead(others[k]));
        leads.retain(|(_, score)| *score > 0.0);
        leads.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        leads.truncate(count);
        leads
    }
}

/// Scores of all items for a history.
pub type Scorer = Box<dyn Fn(&[Taken]) -> Vec<f64> + Sync>;

/// A method on its own, as a baseline beside the blend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    Popularity,
    /// Every event weighing `e^(−days/30)`.
    DecayedPopularity,
    ItemNeighbours,
    Ease,
    Als,
}

impl Method {
    pub const ALL: [Method; 5] =
        [Method::Popularity, Method::DecayedPopularity, Method::ItemNeighbours, Method::Ease, Method::Als];

    pub fn name(self) -> &'static str {
        match self {
            Method::Popularity => "popularity",
            Method::DecayedPopularity => "30-day decayed popularity",
            Method::ItemNeighbours => "item neighbours",
            Method::Ease => "EASE",
            Method::Als => "ALS",
        }
    }

    /// The method fitted on a log.
    pub fn fit(self, log: &Log, settings: &Settings) -> Scorer {
        let whole = |history: &[Taken]| recent(history, f64::INFINITY);
        match self {
            Method::Popularity => always(Popularity::fit(log, &[1e9]).counts(0, log.until())),
            Method::DecayedPopularity => {
                let half_life = 30.0 * std::f64::consts::LN_2;
                always(Popularity::fit(log, &[half_life]).counts(0, log.until()))
            }
            Method::ItemNeighbours => {
                let neighbours = Neighbours::by_people(log);
                Box::new(move |history| neighbours.scores(&whole(history)))
            }
            Method::Ease => {
                let ease = Ease::fit(log, settings.ease_ridge, settings.ease_items_max);
                Box::new(move |history| ease.scores(&whole(history)))
            }
            Method::Als => {
                let als = Als::fit(log, settings.als_factors, settings.als_rounds, settings.seed);
                let items = log.items.len();
                Box::new(move |history| match als.fold(&weighed(history)) {
                    Some(folded) => als.scores(&folded),
                    None => vec![0.0; items],
                })
            }
        }
    }
}

fn always(scores: Vec<f64>) -> Scorer {
    Box::new(move |_| scores.clone())
}

fn weighed(history: &[Taken]) -> Vec<(u32, f64)> {
    history.iter().map(|taken| (taken.item, taken.kind.weight())).collect()
}

/// The methods of the blend.
#[derive(Clone, Debug)]
struct Parts {
    since: Vec<Option<Instant>>,
    popularity: Popularity,
    ease: Ease,
    als: Als,
    near: Neighbours,
    taste: Taste,
}

/// Every item's features for one history, with what standardised them.
struct Features {
    rows: Vec<[f32; FEATURE_COUNT]>,
    /// By personal feature: the standard deviation over items, or none where all are alike.
    scales: [Option<f64>; FEATURE_COUNT],
    folded: Option<Folded>,
}

impl Parts {
    fn fit(log: &Log, settings: &Settings) -> Parts {
        Parts {
            since: log.items.iter().map(|item| item.since).collect(),
            popularity: Popularity::fit(log, &HALF_LIVES_DAYS),
            ease: Ease::fit(log, settings.ease_ridge, settings.ease_items_max),
            als: Als::fit(log, settings.als_factors, settings.als_rounds, settings.seed),
            near: Neighbours::by_closeness(log),
            taste: Taste::fit(&log.items),
        }
    }

    /// What was taken close to an item, the closest first, then what is of its kind.
    fn related(&self, item: u32, count: usize) -> Vec<u32> {
        let close = |other: u32| (self.near.nearness(item, other), self.taste.likeness(item, other));
        let mut related: Vec<(u32, (f64, f64))> = (0..self.since.len() as u32)
            .filter(|other| *other != item)
            .map(|other| (other, close(other)))
            .filter(|(_, (near, like))| *near > 0.0 || *like > 0.0)
            .collect();
        related.sort_by(|a, b| b.1.0.total_cmp(&a.1.0).then(b.1.1.total_cmp(&a.1.1)).then(a.0.cmp(&b.0)));
        related.into_iter().take(count).map(|(other, _)| other).collect()
    }

    fn features(&self, history: &[Taken], at: Instant) -> Features {
        let mut features = self.personal(history);
        let popular: Vec<Vec<f64>> =
            (0..HALF_LIVES_DAYS.len()).map(|k| self.popularity.logarithms(k, at)).collect();
        for (item, row) in features.rows.iter_mut().enumerate() {
            (0..popular.len()).for_each(|k| row[k] = popular[k][item] as f32);
            let since = self.since[item].or(self.popularity.first(item));
            row[3] = -since.map_or(0.0, |since| days_between(since, at).max(0.0).ln_1p()) as f32;
        }
        features
    }

    /// The features that depend on the person; the others are left at zero.
    fn personal(&self, history: &[Taken]) -> Features {
        let [whole, last30, last5, last2] = profiles(history);
        let folded = self.als.fold(&weighed(history));
        let columns = [
            self.ease.scores(&whole),
            self.ease.scores(&last5),
            folded.as_ref().map_or(vec![0.0; self.since.len()], |folded| self.als.scores(folded)),
            self.near.scores(&last2),
            self.near.scores(&last5),
            self.taste.scores(&last30),
        ];
        let mut features = Features {
            rows: vec![[0.0; FEATURE_COUNT]; self.since.len()],
            scales: [None; FEATURE_COUNT],
            folded,
        };
        for (k, column) in columns.iter().enumerate() {
            let mean = column.iter().sum::<f64>() / column.len().max(1) as f64;
            let variance =
                column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / column.len().max(1) as f64;
            if variance < 1e-18 {
                continue;
            }
            let scale = variance.sqrt();
            features.scales[PERSONAL + k] = Some(scale);
            for (row, x) in features.rows.iter_mut().zip(column) {
                row[PERSONAL + k] = ((x - mean) / scale) as f32;
            }
        }
        features
    }

    /// How much each item of a history adds to the score of `item`.
    fn spoken(&self, history: &[Taken], features: &Features, item: u32, weights: &[f64]) -> Vec<f64> {
        let [whole, last30, last5, last2] = profiles(history);
        let als = |from: (u32, f64)| {
            features.folded.as_ref().map_or(0.0, |folded| self.als.part(folded, from, item))
        };
        let one = |k: usize| {
            let from = history[k].item;
            let parts = [
                whole[k].1 * self.ease.weight(from, item),
                last5[k].1 * self.ease.weight(from, item),
                als((from, history[k].kind.weight())),
                last2[k].1 * self.near.nearness(from, item),
                last5[k].1 * self.near.nearness(from, item),
                last30[k].1 * self.taste.likeness(from, item),
            ];
            let scaled = parts
                .iter()
                .enumerate()
                .filter_map(|(f, part)| Some(weights[PERSONAL + f] * part / features.scales[PERSONAL + f]?));
            scaled.sum()
        };
        (0..history.len()).map(one).collect()
    }
}

/// The whole history and its latest 30, 5 and 2 moments, as weights that halve.
fn profiles(history: &[Taken]) -> [Vec<(u32, f64)>; 4] {
    [f64::INFINITY, 30.0, 5.0, 2.0].map(|half_life| recent(history, half_life))
}

/// What the weights are learnt from, no more than fits in memory.
fn cases(
    parts: &Parts,
    log: &Log,
    mut held: Vec<Held>,
    settings: &Settings,
) -> Vec<choice::Case<FEATURE_COUNT>> {
    const ROWS_MAX: usize = 4_000_000;
    Dice::seeded(settings.seed).shuffle(&mut held);
    held.truncate(settings.people_max.min(ROWS_MAX / log.items.len().max(1)).max(1));
    threads::each(held.len(), |k| {
        let Held { person, at, items } = &held[k];
        let history = &log.histories[*person];
        let mut open = vec![true; log.items.len()];
        history.iter().for_each(|taken| open[taken.item as usize] = false);
        let mut case = choice::Case { rows: Vec::new(), chosen: Vec::new() };
        for (item, row) in parts.features(history, *at).rows.into_iter().enumerate().filter(|(i, _)| open[*i])
        {
            if items.contains(&(item as u32)) {
                case.chosen.push(case.rows.len());
            }
            case.rows.push(row);
        }
        case
    })
}

#[cfg(test)]
mod tests;
