//! Learning from the films that opened: trees and a ridge regression, and how far both were off on later films.

use super::diffusion::Curve;
use super::features::{self, COLUMN_COUNT};
use super::history::{History, Opened, number};
use super::missed::{self, Miss};
use super::{Film, Theme, Window};
use crate::boosting::{Boosted, Loss, Settings, Table};
use crate::in_release::{Expected, Range};
use crate::least_squares::solve;
use kernel::{Instant, Kind, Refusal, counted};
use std::collections::BTreeMap;

/// A model is not learned from fewer films.
pub const FILMS_MIN: usize = 100;
/// Days before release that models are best learned for, the furthest last.
pub(super) const RUNGS: [i32; 8] = [0, 3, 7, 14, 28, 60, 90, 180];
/// Films whose market had been reported for fewer days before they opened are not learned from.
const WARM_DAYS: i32 = 60;
/// The errors are measured on this many stretches of time, each forecast from what lay before it.
const STRETCHES: usize = 4;
/// The part of the films, the oldest, that is only learned from.
const LEARNED_ONLY: f64 = 0.4;
/// After so many years a film counts half as much (from 2 to 8 made little difference).
const HALF_LIFE_YEARS: f64 = 3.0;
/// After so many years an error counts half as much for the ranges.
const ERRORS_HALF_LIFE_YEARS: f64 = 2.0;
/// A film that opened nearly as those do that are asked about counts for this part of one that did.
const NEAR_WEIGHT: f64 = 0.3;
/// A ridge regression's penalty, as a part of the films' weight.
const RIDGE: f64 = 0.02;

/// What was learned from the films that had opened by an instant, seen so many days before their release.
#[derive(Clone, Debug)]
pub struct Model {
    pub days_ahead: i32,
    pub films: usize,
    /// How many of them were forecast, for the errors, before they were learned from.
    pub judged_films: usize,
    fitted: [Option<Fitted>; 4],
    /// How takings come over time, for a total that could not be learned from ended runs.
    pub curve: Curve,
    /// The films learned from, with what moved the forecast of each: for the comparables.
    pub(super) learned: Vec<Learned>,
    /// Films that opened from this day on, in days since 1970, cannot have been learned from.
    pub(super) learned_until: i32,
    /// Of the films that were followed since, how far the forecasts were off.
    pub(super) missed: Vec<Miss>,
}

#[derive(Clone, Debug)]
pub(super) struct Learned {
    pub id: String,
    pub moves: Vec<f64>,
}

#[derive(Clone, Debug)]
struct Fitted {
    blend: Blend,
    /// How films were forecast that had not been learned from.
    judged: Vec<Judgement>,
}

/// What is expected of one window at an instant, on the logarithm of minor units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outlook {
    pub log: f64,
    /// 5, 25, 75 and 95 % of the errors were below.
    pub points: [f64; 4],
}

impl Outlook {
    /// The standard deviation of a normal number with the same 90 % between its points.
    pub fn deviation(&self) -> f64 {
        ((self.points[3] - self.points[0]) / (2.0 * 1.6449)).max(0.05)
    }

    pub fn expected(&self) -> Expected {
        let amount = |error: f64| (self.log + error).exp().clamp(0.0, 9e15).round() as i64;
        let middle = amount(0.0);
        let range =
            |low: f64, high: f64| Range { low: amount(low).min(middle), high: amount(high).max(middle) };
        let [low, half_low, half_high, high] = self.points;
        Expected { amount: middle, half: range(half_low, half_high), wide: range(low, high) }
    }
}

/// Trees and a ridge regression, averaged.
#[derive(Clone, Debug)]
struct Blend {
    trees: Boosted,
    /// The columns the trees see: those that differ between films.
    seen: Vec<usize>,
    line: Line,
    /// The trees' part.
    part: f64,
}

impl Blend {
    fn fit(rows: &[&Row], window: Window, part: f64) -> Blend {
        let seen: Vec<usize> = (0..COLUMN_COUNT).filter(|column| differs(rows, *column)).collect();
        let mut table = Table::new(seen.len());
        rows.iter().for_each(|row| table.push(&picked(&row.values, &seen)));
        let targets: Vec<f64> = rows.iter().filter_map(|row| row.targets[window as usize]).collect();
        let newest = rows.iter().map(|row| row.release).max().unwrap_or(0);
        let years = |row: &Row| f64::from(newest - row.release) / 365.25;
        let weights: Vec<f64> =
            rows.iter().map(|row| row.weight() * 0.5_f64.powf(years(row) / HALF_LIFE_YEARS)).collect();
        let trees = Boosted::fit(&table, &targets, &weights, Loss::Squared, &settings());
        let line = Line::fit(rows, &targets, &weights);
        Blend { trees, seen, line, part }
    }

    fn predict(&self, row: &[f64]) -> f64 {
        self.part * self.grown(row) + (1.0 - self.part) * self.line.predict(row)
    }

    /// How much each column moved the forecast from the average film's.
    fn moves(&self, row: &[f64]) -> Vec<f64> {
        let mut moves: Vec<f64> = self.line.moves(row).iter().map(|one| (1.0 - self.part) * one).collect();
        for (column, moved) in self.seen.iter().zip(self.trees.contributions(&picked(row, &self.seen))) {
            moves[*column] += self.part * moved;
        }
        moves
    }

    /// What the trees alone say.
    fn grown(&self, row: &[f64]) -> f64 {
        self.trees.predict(&picked(row, &self.seen))
    }
}

fn picked(row: &[f64], columns: &[usize]) -> Vec<f64> {
    columns.iter().map(|column| row[*column]).collect()
}

fn differs(rows: &[&Row], column: usize) -> bool {
    let first = rows.first().map_or(f64::NAN, |row| row.values[column]);
    rows.iter().any(|row| row.values[column].total_cmp(&first).is_ne())
}

fn settings() -> Settings {
    Settings {
        trees: 250,
        learning_rate: 0.04,
        leaves_max: 10,
        leaf_weight_min: 8.0,
        ridge: 4.0,
        rows_part: 0.7,
        columns_part: 0.4,
        seed: 1,
    }
}

/// A ridge regression on standardised columns; what is unknown counts as the mean, with a mark of its own.
#[derive(Clone, Debug)]
struct Line {
    start: f64,
    centres: Vec<f64>,
    scales: Vec<f64>,
    slopes: Vec<f64>,
    unknown: Vec<f64>,
}

impl Line {
    fn fit(rows: &[&Row], targets: &[f64], weights: &[f64]) -> Line {
        let total: f64 = weights.iter().sum::<f64>().max(1e-9);
        let start = targets.iter().zip(weights).map(|(y, w)| y * w).sum::<f64>() / total;
        let (centres, scales) = centres(rows, weights);
        let mut line = Line {
            start,
            centres,
            scales,
            slopes: vec![0.0; COLUMN_COUNT],
            unknown: vec![0.0; COLUMN_COUNT],
        };
        let n = 2 * COLUMN_COUNT;
        // The lower half is all that the solver reads.
        let (mut a, mut b) = (vec![vec![0.0; n]; n], vec![0.0; n]);
        for ((row, y), w) in rows.iter().zip(targets).zip(weights) {
            let x = line.standard(&row.values);
            for i in (0..n).filter(|i| x[*i] != 0.0) {
                b[i] += w * x[i] * (y - start);
                for j in 0..=i {
                    a[i][j] += w * x[i] * x[j];
                }
            }
        }
        for (i, row) in a.iter_mut().enumerate() {
            row[i] += RIDGE * total + 1e-6;
        }
        if let Some(slopes) = solve(a, b) {
            line.slopes.copy_from_slice(&slopes[..COLUMN_COUNT]);
            line.unknown.copy_from_slice(&slopes[COLUMN_COUNT..]);
        }
        line
    }

    /// The columns by their spread, held within three of it, then which of them are unknown.
    fn standard(&self, row: &[f64]) -> Vec<f64> {
        let mut x = vec![0.0; 2 * COLUMN_COUNT];
        for (i, value) in row.iter().enumerate() {
            if value.is_nan() {
                x[COLUMN_COUNT + i] = 1.0;
            } else {
                x[i] = ((value - self.centres[i]) / self.scales[i]).clamp(-3.0, 3.0);
            }
        }
        x
    }

    fn moves(&self, row: &[f64]) -> Vec<f64> {
        let x = self.standard(row);
        (0..COLUMN_COUNT).map(|i| self.slopes[i] * x[i] + self.unknown[i] * x[COLUMN_COUNT + i]).collect()
    }

    fn predict(&self, row: &[f64]) -> f64 {
        self.start + self.moves(row).iter().sum::<f64>()
    }
}

fn centres(rows: &[&Row], weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let column = |i: usize| {
        let known = || rows.iter().zip(weights).filter(move |(row, _)| !row.values[i].is_nan());
        let total: f64 = known().map(|(_, w)| w).sum::<f64>().max(1e-9);
        let centre = known().map(|(row, w)| row.values[i] * w).sum::<f64>() / total;
        let spread = known().map(|(row, w)| (row.values[i] - centre).powi(2) * w).sum::<f64>() / total;
        (centre, spread.sqrt().max(1e-6))
    };
    (0..COLUMN_COUNT).map(column).unzip()
}

/// Where the errors of later films lay, `ln(taken) − ln(forecast)`, by the third of forecasts they were in.
#[derive(Clone, Debug)]
struct Errors {
    /// Forecasts below the first are small, above the second large.
    edges: [f64; 2],
    /// 5, 25, 75 and 95 % of the errors were below.
    points: [[f64; 4]; 3],
}

impl Errors {
    /// Of forecasts that came out by a day; older ones count for less.
    fn of<'a>(judged: impl Iterator<Item = &'a Judgement>, today: i32) -> Errors {
        let weighed = |one: &Judgement| {
            let years = f64::from(today - one.known) / 365.25;
            0.5_f64.powf(years / ERRORS_HALF_LIFE_YEARS)
        };
        let judged: Vec<&Judgement> = judged.filter(|one| one.known <= today).collect();
        let mut forecasts: Vec<f64> = judged.iter().map(|one| one.forecast).collect();
        forecasts.sort_by(f64::total_cmp);
        let at = |part: f64| crate::least_squares::quantile(&forecasts, part);
        let mut errors = Errors { edges: [at(1.0 / 3.0), at(2.0 / 3.0)], points: [[0.0; 4]; 3] };
        for third in 0..3 {
            let mut inside: Vec<(f64, f64)> = judged
                .iter()
                .filter(|one| errors.third(one.forecast) == third)
                .map(|one| (one.error, weighed(one)))
                .collect();
            inside.sort_by(|a, b| a.0.total_cmp(&b.0));
            errors.points[third] = conformal(&inside);
        }
        errors
    }

    fn third(&self, forecast: f64) -> usize {
        self.edges.iter().filter(|edge| forecast > **edge).count()
    }
}

/// How a film was forecast that had not been learned from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judgement {
    /// Less the size of the market.
    pub forecast: f64,
    /// `ln taken − ln forecast`.
    pub error: f64,
    /// The first day on which the outcome was known.
    pub known: i32,
}

/// The points between which a further film's error lies as often as they say, if films go on as they did lately:
/// weighted quantiles in which the film to come has a weight of its own at either end (Vovk, Gammerman and Shafer
/// 2005; with weights Barber, Candès, Ramdas and Tibshirani 2023). `sorted` holds errors and weights.
fn conformal(sorted: &[(f64, f64)]) -> [f64; 4] {
    let total = sorted.iter().map(|(_, weight)| weight).sum::<f64>() + 1.0;
    let upper = |part: f64| {
        let mut seen = 0.0;
        let reached = sorted.iter().find(|(_, weight)| {
            seen += weight;
            seen >= part * total
        });
        reached.or(sorted.last()).map_or(0.0, |(error, _)| *error)
    };
    let lower = |part: f64| {
        let mut seen = 0.0;
        let reached = sorted.iter().rev().find(|(_, weight)| {
            seen += weight;
            seen >= (1.0 - part) * total
        });
        reached.or(sorted.first()).map_or(0.0, |(error, _)| *error)
    };
    [lower(0.05), lower(0.25), upper(0.75), upper(0.95)]
}

/// A film as it was seen so many days before its release.
pub(super) struct Row {
    pub id: String,
    release: i32,
    peer: bool,
    pub values: Vec<f64>,
    /// `ln taken − ln size of the market` at the instant it was seen.
    pub targets: [Option<f64>; 4],
    /// The first day on which the outcome is known, and the day it was seen on.
    pub seen: i32,
    pub known: [i32; 4],
}

impl Row {
    fn weight(&self) -> f64 {
        if self.peer { 1.0 } else { NEAR_WEIGHT }
    }
}

impl Model {
    /// Learns from the films of a history that had opened by an instant, each as it looked `days_ahead` days
    /// before its release. Use the model for films at most that far away.
    ///
    /// Refuses fewer than [`FILMS_MIN`] films whose first week is known.
    pub fn learn(history: &History, as_of: Instant, days_ahead: i32) -> Result<Model, Refusal> {
        let today = number(history.market.day_of(as_of));
        let rows = rows(history, today, days_ahead);
        let usable =
            rows.iter().filter(|row| row.peer && row.targets[Window::Week as usize].is_some()).count();
        if usable < FILMS_MIN {
            return Err(Refusal::new(
                Kind::Invalid,
                "too_few_films",
                format!(
                    "Only {} a known first week; openings are learned from at least {FILMS_MIN}.",
                    counted(usable, "film has", "films have")
                ),
                format!("首周已知的影片只有 {usable} 部，不足以学习开画表现；至少需要 {FILMS_MIN} 部。"),
            ));
        }
        let mut judged_films = 0;
        let fitted = Window::ALL.map(|window| {
            let (fitted, judged) = Fitted::learn(&rows, window)?;
            judged_films = judged_films.max(judged);
            Some(fitted)
        });
        let mut model = Model {
            days_ahead,
            films: usable,
            judged_films,
            fitted,
            curve: Curve::of(history, as_of),
            learned: Vec::new(),
            learned_until: rows.iter().map(|row| row.release).max().unwrap_or(today) + 1,
            missed: Vec::new(),
        };
        let learned = |row: &Row| Learned { id: row.id.clone(), moves: model.moves(&row.values) };
        model.learned = rows.iter().map(learned).collect();
        Ok(model)
    }

    /// What is expected of a window, at a size of the market. A window of which too few films have ended is the
    /// first week by the curve's part of it.
    pub(super) fn outlook(&self, window: Window, seen: &missed::Seen<'_>, level: f64) -> Outlook {
        let Some(fitted) = &self.fitted[window as usize] else {
            let (first, last) = window.days_of_friday();
            let part = self.curve.part(f64::from(last + 1)) - self.curve.part(f64::from(first));
            let week = self.outlook(Window::Week, seen, level);
            return Outlook { log: week.log + (part / self.curve.part(7.0)).ln(), ..week };
        };
        let corrected = fitted.blend.predict(seen.row) + missed::correction(&self.missed, window, seen).sum();
        let since = self.missed.iter().filter_map(|miss| miss.judged[window as usize].as_ref());
        let errors = Errors::of(fitted.judged.iter().chain(since), seen.today);
        Outlook { log: corrected + level, points: errors.points[errors.third(corrected)] }
    }

    /// What the blend alone says of a window, less the size of the market.
    pub(super) fn said(&self, window: Window, row: &[f64]) -> Option<f64> {
        self.fitted[window as usize].as_ref().map(|fitted| fitted.blend.predict(row))
    }

    /// How much each theme moved the first week, as logarithms, in the order of the themes.
    pub(super) fn moves(&self, row: &[f64]) -> Vec<f64> {
        let week = self.fitted[Window::Week as usize].as_ref();
        themes(&week.map_or_else(|| vec![0.0; COLUMN_COUNT], |week| week.blend.moves(row)))
    }
}

pub(super) const THEMES: [Theme; 10] = [
    Theme::Competition,
    Theme::Distributor,
    Theme::Kind,
    Theme::Lately,
    Theme::Name,
    Theme::People,
    Theme::Presales,
    Theme::Screens,
    Theme::Season,
    Theme::Series,
];

fn themes(moves: &[f64]) -> Vec<f64> {
    let mut sums: BTreeMap<Theme, f64> = THEMES.iter().map(|theme| (*theme, 0.0)).collect();
    for (column, moved) in moves.iter().enumerate() {
        *sums.entry(features::theme(column)).or_default() += moved;
    }
    sums.into_values().collect()
}

/// Every film that had opened by a day, as it looked before its release; by release.
fn rows(history: &History, today: i32, days_ahead: i32) -> Vec<Row> {
    let old_enough =
        |one: &&Opened| one.taught() && history.reaches_back_to(one.release - days_ahead - WARM_DAYS);
    let opened = history.before(today).iter().filter(old_enough);
    opened.filter_map(|one| row(history, one, today, days_ahead)).collect()
}

pub(super) fn row(history: &History, one: &Opened, today: i32, days_ahead: i32) -> Option<Row> {
    let as_of = one.film.release.plus(-days_ahead).at(0, 0, &history.market.zone);
    let seen = one.release - days_ahead;
    let level = history.level_on(seen);
    let target = |window| one.whole_outcome(window, today).map(|outcome| outcome + one.level - level);
    let targets = Window::ALL.map(target);
    one.outcome(Window::Week, today)?;
    let slate: Vec<&Film> = history
        .between(one.release - 14, one.release + 14)
        .iter()
        .filter(|one| one.peer())
        .map(|one| &one.film)
        .collect();
    let values = features::row(history, &one.film, &slate, as_of);
    let (id, peer) = (one.film.id.clone(), one.peer());
    Some(Row { id, release: one.release, peer, values, targets, seen, known: one.known_from })
}

impl Fitted {
    /// Fits a window on all rows, and its errors on rows that came after those they were forecast from.
    /// `None` when fewer than [`FILMS_MIN`] rows know it.
    fn learn(rows: &[Row], window: Window) -> Option<(Fitted, usize)> {
        let usable: Vec<&Row> = rows.iter().filter(|row| row.targets[window as usize].is_some()).collect();
        if usable.len() < FILMS_MIN {
            return None;
        }
        let ahead = judge(&usable, window);
        let part = best_part(&ahead);
        let judgement = |one: &Judged| {
            let forecast = part * one.trees + (1.0 - part) * one.line;
            Judgement { forecast, error: one.target - forecast, known: one.known }
        };
        let judged: Vec<Judgement> = ahead.iter().map(judgement).collect();
        let films = judged.len();
        Some((Fitted { blend: Blend::fit(&usable, window, part), judged }, films))
    }
}

/// A film forecast by models that had not seen it, nor anything later.
struct Judged {
    known: i32,
    trees: f64,
    line: f64,
    target: f64,
}

fn judge(rows: &[&Row], window: Window) -> Vec<Judged> {
    let first = (rows.len() as f64 * LEARNED_ONLY) as usize;
    let length = (rows.len() - first).div_ceil(STRETCHES).max(1);
    let mut judged = Vec::new();
    for stretch in rows[first..].chunks(length) {
        let start = stretch.iter().map(|row| row.seen).min().unwrap_or(0);
        let known: Vec<&Row> =
            rows.iter().copied().filter(|row| row.known[window as usize] <= start).collect();
        if known.len() < FILMS_MIN / 4 {
            continue;
        }
        let blend = Blend::fit(&known, window, 0.5);
        judged.extend(stretch.iter().filter(|row| row.peer).filter_map(|row| {
            let target = row.targets[window as usize]?;
            Some(Judged {
                known: row.known[window as usize],
                trees: blend.grown(&row.values),
                line: blend.line.predict(&row.values),
                target,
            })
        }));
    }
    judged
}

/// The trees' part that had the smallest squared error.
fn best_part(judged: &[Judged]) -> f64 {
    let error = |part: f64| -> f64 {
        judged.iter().map(|one| (one.target - part * one.trees - (1.0 - part) * one.line).powi(2)).sum()
    };
    let parts = (0..=10).map(|tenths| f64::from(tenths) / 10.0);
    parts.min_by(|a, b| error(*a).total_cmp(&error(*b))).unwrap_or(0.5)
}
