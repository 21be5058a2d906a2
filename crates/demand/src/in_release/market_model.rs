//! What a whole market teaches: the hierarchical decay, and trees on what it leaves unexplained.
//!
//! `ln forecast = path + trust × trees`: the path is the shared curve, the calendar, and the film's own decay and
//! weekend; the trees know rivals, screens, showings and what the market did lately, and are trusted the more films
//! taught them. How wide the ranges are is measured on the newest films with a model that had not seen them
//! (`docs/algorithms/in_release_forecast.md`).

use super::features::{COLUMNS, Ground, LEVEL, Origin, SAME_WEEKDAY};
use super::fitting::{learn_base, too_few};
use super::line::{self, Line};
use super::market::Market;
use super::openings::{Announced, Openings, Releases};
use super::plain::{self, Plain};
use super::series::check_market;
use super::shape::Shape;
use super::telling::standing;
use super::widths::{STEPS_OF_DAYS, STEPS_OF_TOTALS, Widths};
use super::{
    DayAhead, Expected, Film, Forecast, HORIZON_DAYS, Measure, Prior, RUN_DAYS, Range, amount, wrong_measure,
};
use crate::boosting::{Boosted, Loss, Settings, Table};
use crate::calendar::Calendar;
use crate::least_squares::quantile;
use kernel::{Day, Dice, Kind, Refusal, Words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Ages that forecasts are learned from and judged at.
pub(super) const AGES: [i32; 14] = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 21, 28];
/// Ages that errors are measured at.
const AGES_JUDGED: [i32; 6] = [1, 3, 5, 7, 14, 21];
/// The last age of each group of errors.
const AGE_GROUPS: [i32; 4] = [2, 5, 10, i32::MAX];
/// The last day ahead of each group of errors.
const AHEAD_GROUPS: [i32; 5] = [2, 6, 13, 20, i32::MAX];
/// The newest days that the ranges are measured on.
const JUDGED_DAYS: i32 = 365;
/// A range is where the newest so many errors of its group lay.
const ERRORS_MAX: usize = 800;
const ERRORS_MIN: usize = 60;
const TOTALS_MAX: usize = 120;
const TOTALS_MIN: usize = 20;
/// The most rows a model grows from; large films are drawn more often.
const ROWS_MAX: f64 = 120_000.0;
/// So many origins are learned from as if nobody knew the releases to come: not every house keeps their calendar.
const RELEASES_UNKNOWN: f64 = 0.1;
/// A film counts by this power of what it is expected to take.
const POWER: f64 = 0.55;
/// Large films count for more in the shared curve and calendar too, by this power of their openings.
const SHAPE_POWER: f64 = 0.5;
/// Fewer films can neither tell which of them may yet open wide nor teach a second design.
const MANY_FILMS: usize = 2_000;
/// What a row's like came to take, against the path, to [`POWER`].
const PROMISE_MAX: f64 = 20.0;
const PROMISE_MIN: f64 = 0.5;
const PROMISE: Settings = Settings {
    trees: 60,
    learning_rate: 0.1,
    leaves_max: 24,
    leaf_weight_min: 30.0,
    ridge: 1.0,
    rows_part: 0.6,
    columns_part: 0.5,
    seed: 1,
};
/// Trees learned from so many films are trusted half. Measured on a judged year instead, trust was one draw of years:
/// too small in most.
const DOUBT_FILMS: f64 = 100.0;
/// What films did lately against their forecasts is believed to go on as far as so many errors were no error.
const SHIFT_DOUBT: f64 = 200.0;
/// An error counts half as much for that after so many days.
const SHIFT_DAYS: f64 = 120.0;
/// The newest errors of a group of days ahead that are looked at for that.
const SHIFT_ERRORS_MAX: usize = 4_000;
/// How far films' own decays went on beyond their forecasts is believed as far as so many errors were no error.
const PACE_DOUBT: f64 = 3_000.0;
/// A larger error counts as this for that.
const PACE_ERROR_MAX: f64 = 0.5;
/// Where the ranges' ends and the middle lie among the newest errors. The ends lie a little further out than 5 and
/// 25 %, for the days of a film err together: the errors are worth fewer than they are.
const POINTS: [f64; 5] = [0.04, 0.24, 0.5, 0.76, 0.96];
/// Times of the year can be told apart after so many.
const SEASON_YEARS: i32 = 6;
const KINDS_MAX: usize = 8;

/// A model of one market and measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarketModel {
    measure: Measure,
    films: usize,
    until: Day,
    shape: Shape,
    prior: Prior,
    kinds: Vec<String>,
    openings: Openings,
    knows_seasons: bool,
    columns: usize,
    trees: Vec<Boosted>,
    /// The second design's forests.
    #[serde(default, skip_serializing_if = "plain::Forests::is_empty")]
    plain: plain::Forests,
    /// The smooth design, where films are few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<Line>,
    /// Below the first a film is small in its market, above the second large: `ln` of its day over the week of all.
    sizes: [f64; 2],
    errors: Vec<Missed>,
    totals: Vec<MissedTotal>,
    /// How wide the ranges came to be made in the judged year, of days and of totals.
    #[serde(default, skip_serializing_if = "Widths::is_empty")]
    widths: Widths,
    #[serde(default, skip_serializing_if = "Widths::is_empty")]
    total_widths: Widths,
}

/// A forecast day that has come: how far it was off.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Missed {
    day: Day,
    group: [u8; 3],
    /// `ln forecast`.
    forecast: f64,
    /// The film's own decay, as far as it had days to go on: [`Origin::pace`].
    pace: f64,
    /// `ln(taken ÷ forecast)`.
    error: f64,
}

/// A run that is over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct MissedTotal {
    day: Day,
    age_group: u8,
    /// `ln(taken after the known days ÷ forecast of it)`.
    error: f64,
}

fn group(ends: &[i32], value: i32) -> usize {
    ends.iter().position(|end| value <= *end).unwrap_or(ends.len() - 1)
}

/// How much work a model may cost.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Effort {
    trees: usize,
    seeds: u64,
}

impl Effort {
    /// Of the model whose errors are measured.
    const JUDGED: Effort = Effort { trees: 200, seeds: 2 };
    /// Of the model that forecasts.
    const WHOLE: Effort = Effort { trees: 250, seeds: 4 };
}

impl MarketModel {
    /// Learns from films released up to a day, and from their days up to it.
    ///
    /// Films are checked as [`super::series`] documents: a broken series refuses the whole, with the film's name.
    /// Refuses fewer than [`super::FILMS_MIN`] usable films and mixed measures.
    pub fn learn(films: &[Film], calendar: &Calendar, until: Day) -> Result<MarketModel, Refusal> {
        MarketModel::learn_with(films, calendar, until, Effort::JUDGED, Effort::WHOLE)
    }

    fn learn_with(
        films: &[Film],
        calendar: &Calendar,
        until: Day,
        judged: Effort,
        whole: Effort,
    ) -> Result<MarketModel, Refusal> {
        check_market(films)?;
        let judged_from = until.plus(-JUDGED_DAYS);
        let mut before = MarketModel::grow(films, calendar, judged_from, judged)?;
        let known = known_until(films, until);
        let (judged, runs) = {
            let ground = before.ground(&known, calendar);
            (judge(&before, &ground)?, runs_over(&before, &ground)?)
        };
        before.sizes = sizes(&judged);
        let ground = before.ground(&known, calendar);
        let Watch { errors, totals, widths, total_widths, .. } =
            Watch::through(&before, ground, &judged, &runs);
        if errors.len() < ERRORS_MIN || totals.len() < TOTALS_MIN {
            return Err(too_few(known.len()));
        }
        let model = MarketModel::grow(films, calendar, until, whole)?;
        Ok(MarketModel { sizes: before.sizes, errors, totals, widths, total_widths, ..model })
    }

    /// Shape, prior and trees; nothing judged yet.
    fn grow(films: &[Film], calendar: &Calendar, until: Day, effort: Effort) -> Result<MarketModel, Refusal> {
        let known = known_until(films, until);
        let measure = known.first().map_or(Measure::Admissions, |film| film.measure);
        let (shape, prior) = learn_base(&known, calendar, SHAPE_POWER)?;
        let days = || known.iter().flat_map(|film| film.days.iter().map(|one| one.day));
        let years = days().min().zip(days().max()).map_or(0, |(first, last)| first.days_until(last) / 365);
        let mut model = MarketModel {
            measure,
            films: known.len(),
            until,
            shape,
            prior,
            kinds: common_kinds(known.iter(), 1, KINDS_MAX),
            openings: Openings::learn(&Market::of(known.iter().collect()), until),
            knows_seasons: years >= SEASON_YEARS,
            columns: COLUMNS.len(),
            trees: Vec::new(),
            plain: plain::Forests::default(),
            line: None,
            sizes: [0.0; 2],
            errors: Vec::new(),
            totals: Vec::new(),
            widths: Widths::default(),
            total_widths: Widths::default(),
        };
        let lessons = {
            let ground = model.ground(&known, calendar);
            lessons(&ground, known.len() >= MANY_FILMS)?
        };
        // Every other forest starts from the last day of the same name instead of from the path alone.
        let from_path = &lessons.targets;
        let from_same: Vec<f64> =
            from_path.iter().zip(&lessons.same_weekday).map(|(all, same)| all - same).collect();
        let (lessons, from_same) = (&lessons, &from_same);
        let forest = &|seed: u64| {
            let targets = if seed % 2 == 1 { from_path } else { from_same };
            Boosted::fit(
                &lessons.rows,
                targets,
                &lessons.weights,
                Loss::Absolute,
                &settings(effort.trees, seed),
            )
        };
        model.trees = std::thread::scope(|scope| {
            let growing: Vec<_> = (1..=effort.seeds).map(|seed| scope.spawn(move || forest(seed))).collect();
            growing.into_iter().map(|one| one.join().expect("growing does not panic")).collect()
        });
        match &lessons.plain {
            Some(plain) => model.plain = plain.forests(|seed| settings(effort.trees, seed)),
            None => model.line = Line::through(&lessons.rows, &lessons.targets, &lessons.weights),
        }
        Ok(model)
    }

    fn ground<'a>(&'a self, films: &'a [Film], calendar: &Calendar) -> Ground<'a> {
        self.ground_with(films, &[], calendar)
    }

    fn ground_with<'a>(
        &'a self,
        films: &'a [Film],
        announced: &[Announced],
        calendar: &Calendar,
    ) -> Ground<'a> {
        let market = Market::of(films.iter().collect());
        Ground::of(
            market,
            calendar,
            &self.shape,
            &self.prior,
            &self.kinds,
            Releases { openings: &self.openings, announced },
            self.knows_seasons,
        )
    }

    /// The trees' correction of a day to come and its row, in logarithms, fully trusted.
    fn correction(&self, origin: &Origin<'_>, then: i32, row: &[f64]) -> f64 {
        let sum: f64 = self.trees.iter().map(|trees| trees.score(row)).sum();
        let of_path = sum / self.trees.len().max(1) as f64 + self.same_weekday_part() * same_weekday(row);
        if let Some(line) = &self.line {
            return line::together(of_path, line.score(row));
        }
        if self.plain.is_empty() {
            return of_path;
        }
        plain::together(of_path, self.plain.against_path(&Plain::of(origin, then, row)))
    }

    /// What part of the forests starts from the last day of the same name.
    pub(super) fn same_weekday_part(&self) -> f64 {
        (self.trees.len() / 2) as f64 / self.trees.len().max(1) as f64
    }

    /// Follows a market day by day: its films, those learned from included, so that rivals are known.
    pub fn watch<'a>(&'a self, films: &'a [Film], calendar: &Calendar) -> Result<Watch<'a>, Refusal> {
        self.watch_with(films, &[], calendar)
    }

    /// The same, with releases of which nothing but their day, and at most how large they may open, is known. A film
    /// with a name of its own is told of in `films`, without days; it belongs to one of the two lists.
    pub fn watch_with<'a>(
        &'a self,
        films: &'a [Film],
        announced: &[Announced],
        calendar: &Calendar,
    ) -> Result<Watch<'a>, Refusal> {
        check_market(films)?;
        if let Some(other) = films.iter().find(|film| film.measure != self.measure) {
            return Err(wrong_measure(self.measure, other.measure));
        }
        Watch::of(self, films, announced, calendar)
    }

    /// How much of the trees' correction is taken: with little to learn from, the forecast goes back to the decay.
    pub(super) fn trust(&self) -> f64 {
        let films = self.films as f64;
        films / (films + DOUBT_FILMS)
    }

    /// 0 small, 1 between, 2 large.
    fn size(&self, level: f64) -> usize {
        usize::from(level > self.sizes[0]) + usize::from(level > self.sizes[1])
    }

    fn errors_of(&self, judged: &[Judged]) -> Vec<Missed> {
        let missed = judged.iter().map(|one| {
            let forecast = one.path + self.trust() * one.correction;
            let group = [one.age_group as u8, one.ahead_group as u8, self.size(one.level) as u8];
            Missed { day: one.day, group, forecast, pace: one.pace, error: one.taken.ln() - forecast }
        });
        missed.collect()
    }

    pub fn films(&self) -> usize {
        self.films
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a model is plain data")
    }

    /// Reads a stored model; refuses one of another program.
    pub fn from_json(text: &str) -> Result<MarketModel, Refusal> {
        let refuse = |why: String| {
            Refusal::new(
                Kind::Invalid,
                "bad_model",
                format!("This forecasting model cannot be used: {why}."),
                format!("这个预测模型无法使用：{why}。"),
            )
        };
        let model: MarketModel = serde_json::from_str(text).map_err(|error| refuse(error.to_string()))?;
        if model.columns != COLUMNS.len() {
            return Err(refuse("its columns are not those of this program".to_owned()));
        }
        Ok(model)
    }
}

fn settings(trees: usize, seed: u64) -> Settings {
    Settings {
        trees,
        learning_rate: 0.09,
        leaves_max: 40,
        leaf_weight_min: 40.0,
        ridge: 1.0,
        rows_part: 0.6,
        columns_part: 0.5,
        seed,
    }
}

fn known_until(films: &[Film], until: Day) -> Vec<Film> {
    let released = films.iter().filter(|film| film.release <= until);
    let cut = released.map(|film| {
        let days = film.days.iter().filter(|one| one.day <= until).copied().collect();
        Film { days, ..film.clone() }
    });
    cut.filter(|film: &Film| !film.days.is_empty()).collect()
}

/// The kinds that so many films have, at least; the most common first, up to a number.
pub(super) fn common_kinds<'a>(
    films: impl Iterator<Item = &'a Film>,
    films_min: usize,
    kinds_max: usize,
) -> Vec<String> {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    films.flat_map(|film| &film.kinds).for_each(|kind| *counts.entry(kind).or_default() += 1);
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.retain(|(_, count)| *count >= films_min);
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.into_iter().take(kinds_max).map(|(kind, _)| kind.to_owned()).collect()
}

/// The last day of the same name against the path; 0 when there is none yet.
pub(super) fn same_weekday(row: &[f64]) -> f64 {
    if row[SAME_WEEKDAY].is_nan() { 0.0 } else { row[SAME_WEEKDAY] }
}

struct Lessons {
    rows: Table,
    targets: Vec<f64>,
    same_weekday: Vec<f64>,
    weights: Vec<f64>,
    /// The second design's, where films enough teach it.
    plain: Option<plain::Lessons>,
}

/// Rows of every film at every age: half of them drawn by what they are expected to take, half without regard to it,
/// each weighing as many as it stands for, and what it may take where there are many films to tell.
fn lessons(ground: &Ground<'_>, many_films: bool) -> Result<Lessons, Refusal> {
    let market = &ground.market;
    let mut origins: Vec<(Origin<'_>, i32, usize)> = Vec::new();
    let (mut total, mut count) = (0.0, 0.0);
    for film in (0..market.films.len()).filter(|film| market.releases[*film] >= 0) {
        for age in AGES {
            let at = market.releases[film] + age - 1;
            if at >= market.last() {
                continue;
            }
            let Some(origin) = Origin::of(ground, film, at)? else { continue };
            for take in market.run(film).iter().filter(|take| at < take.at && take.at <= at + HORIZON_DAYS) {
                total += origin.path(take.at).exp().powf(POWER);
                count += 1.0;
            }
            origins.push((origin, at, film));
        }
    }
    let mut dice = Dice::seeded(7);
    for (origin, ..) in origins.iter_mut().filter(|_| dice.chance(RELEASES_UNKNOWN)) {
        origin.forget_releases();
    }
    let mut lessons = Lessons {
        rows: Table::new(COLUMNS.len()),
        targets: Vec::new(),
        same_weekday: Vec::new(),
        weights: Vec::new(),
        plain: many_films.then(plain::Lessons::new),
    };
    for (origin, at, film) in &origins {
        for take in market.run(*film).iter().filter(|take| *at < take.at && take.at <= at + HORIZON_DAYS) {
            let path = origin.path(take.at);
            let size = path.exp().powf(POWER);
            let part = ((size / total + 1.0 / count) * ROWS_MAX / 2.0).min(1.0);
            if dice.chance(part) {
                let row = origin.row(take.at)?;
                lessons.rows.push(&row);
                lessons.same_weekday.push(same_weekday(&row));
                lessons.targets.push(take.ln - path);
                lessons.weights.push(size / part);
                if let Some(plain) = &mut lessons.plain {
                    plain.push(&Plain::of(origin, take.at, &row), take.ln - path, path, part);
                }
            }
        }
    }
    lessons.balance();
    if many_films {
        lessons.weigh_by_promise();
    }
    Ok(lessons)
}

impl Lessons {
    /// A film in four theatres that fills them may take a hundred times its path when it opens wide: rows count by
    /// what their like came to take, not by the path alone.
    fn weigh_by_promise(&mut self) {
        let kept: Vec<f64> = self.targets.iter().map(|ln| (POWER * ln).exp().min(PROMISE_MAX)).collect();
        // Small films are the ones to be told apart here: they count for more than in the forecast.
        let even: Vec<f64> = self.weights.iter().map(|weight| weight.sqrt()).collect();
        let promise = Boosted::fit(&self.rows, &kept, &even, Loss::Squared, &PROMISE);
        for (weight, row) in self.weights.iter_mut().zip(self.rows.iter()) {
            *weight *= promise.score(&row).max(PROMISE_MIN);
        }
        self.balance();
    }

    /// Weights are 1 in the mean.
    fn balance(&mut self) {
        let mean = self.weights.iter().sum::<f64>() / self.weights.len().max(1) as f64;
        self.weights.iter_mut().for_each(|weight| *weight /= mean);
    }
}

/// One forecast day that has come, before any trust.
struct Judged {
    day: Day,
    /// When it was forecast, and at what age.
    as_of: Day,
    age: i32,
    age_group: usize,
    ahead_group: usize,
    path: f64,
    correction: f64,
    pace: f64,
    taken: f64,
    level: f64,
}

/// Every film the model has not learned from, forecast at the judged ages, beside what came.
fn judge(model: &MarketModel, ground: &Ground<'_>) -> Result<Vec<Judged>, Refusal> {
    let mut judged = Vec::new();
    let market = &ground.market;
    for film in unseen(model, market) {
        for age in AGES_JUDGED {
            let at = market.releases[film] + age - 1;
            let Some(origin) = Origin::of(ground, film, at)? else { continue };
            for take in market.run(film).iter().filter(|take| at < take.at && take.at <= at + HORIZON_DAYS) {
                let row = origin.row(take.at)?;
                judged.push(Judged {
                    day: market.day(take.at),
                    as_of: market.day(at),
                    age,
                    age_group: group(&AGE_GROUPS, age),
                    ahead_group: group(&AHEAD_GROUPS, take.at - at),
                    path: origin.path(take.at),
                    correction: model.correction(&origin, take.at, &row),
                    pace: origin.pace(take.at),
                    taken: take.amount,
                    level: row[LEVEL],
                });
            }
        }
    }
    judged.sort_by_key(|one| one.day);
    Ok(judged)
}

fn unseen<'a>(model: &'a MarketModel, market: &'a Market<'_>) -> impl Iterator<Item = usize> + 'a {
    (0..market.films.len())
        .filter(|film| market.films[*film].release > model.until && market.releases[*film] >= 0)
}

/// What a run took after the days known at one age, and the days that were forecast.
struct RunOver {
    day: Day,
    as_of: Day,
    age: i32,
    taken: f64,
    days: Vec<Told>,
}

/// A day to come before any trust.
#[derive(Clone, Copy)]
struct Told {
    path: f64,
    correction: f64,
    pace: f64,
}

impl Told {
    /// `ln` of what is forecast, with so much of the correction and of what films' own paces did lately.
    fn ln(&self, trust: f64, pace: f64) -> f64 {
        self.path + trust * self.correction + pace * self.pace
    }
}

/// Runs of unseen films that are over.
fn runs_over(model: &MarketModel, ground: &Ground<'_>) -> Result<Vec<RunOver>, Refusal> {
    let mut runs = Vec::new();
    let market = &ground.market;
    for film in unseen(model, market) {
        let release = market.releases[film];
        if release + RUN_DAYS > market.last() {
            continue;
        }
        for age in AGES_JUDGED {
            let at = release + age - 1;
            let Some(origin) = Origin::of(ground, film, at)? else { continue };
            let later = market.run(film).iter().filter(|take| at < take.at && take.at < release + RUN_DAYS);
            let taken: f64 = later.map(|take| take.amount).sum();
            if taken > 0.0 {
                let days = days_ahead(model, &origin, at, release)?;
                let (day, as_of) = (market.day(release + RUN_DAYS), market.day(at));
                runs.push(RunOver { day, as_of, age, taken, days });
            }
        }
    }
    runs.sort_by_key(|run| run.day);
    Ok(runs)
}

/// Every day to come up to the end of the run; past the horizon the last correction holds.
fn days_ahead(model: &MarketModel, origin: &Origin<'_>, at: i32, release: i32) -> Result<Vec<Told>, Refusal> {
    let last = (release + RUN_DAYS - 1).max(at + HORIZON_DAYS);
    let mut days: Vec<Told> = Vec::new();
    for then in at + 1..=last {
        let correction = match days.last() {
            Some(told) if then > at + HORIZON_DAYS => told.correction,
            _ => model.correction(origin, then, &origin.row(then)?),
        };
        days.push(Told { path: origin.path(then), correction, pace: origin.pace(then) });
    }
    Ok(days)
}

fn totals_of(model: &MarketModel, runs: &[RunOver]) -> Vec<MissedTotal> {
    let missed = runs.iter().map(|run| {
        let age_group = group(&AGE_GROUPS, run.age);
        let trust = model.trust();
        let expected: f64 = run.days.iter().map(|told| told.ln(trust, 0.0).exp()).sum();
        MissedTotal { day: run.day, age_group: age_group as u8, error: (run.taken / expected).ln() }
    });
    missed.collect()
}

fn sizes(judged: &[Judged]) -> [f64; 2] {
    let mut levels: Vec<f64> = judged.iter().map(|one| one.level).filter(|level| level.is_finite()).collect();
    levels.sort_by(f64::total_cmp);
    [quantile(&levels, 1.0 / 3.0), quantile(&levels, 2.0 / 3.0)]
}

/// A market followed with a model: forecasts of its films as of any day, each with what was known on that day only.
pub struct Watch<'a> {
    model: &'a MarketModel,
    ground: Ground<'a>,
    /// The model's errors and those made since on films it had not learned from, oldest first.
    errors: Vec<Missed>,
    totals: Vec<MissedTotal>,
    widths: Widths,
    total_widths: Widths,
}

impl<'a> Watch<'a> {
    fn of(
        model: &'a MarketModel,
        films: &'a [Film],
        announced: &[Announced],
        calendar: &Calendar,
    ) -> Result<Watch<'a>, Refusal> {
        let ground = model.ground_with(films, announced, calendar);
        let (judged, runs) = (judge(model, &ground)?, runs_over(model, &ground)?);
        Ok(Watch::through(model, ground, &judged, &runs))
    }

    /// A market followed through every forecast of an unseen film that has come due.
    fn through(model: &'a MarketModel, ground: Ground<'a>, judged: &[Judged], runs: &[RunOver]) -> Watch<'a> {
        let mut errors = model.errors.clone();
        errors.extend(model.errors_of(judged));
        let mut totals = model.totals.clone();
        totals.extend(totals_of(model, runs));
        let (widths, total_widths) = (model.widths.clone(), model.total_widths.clone());
        let mut watch = Watch { model, ground, errors, totals, widths, total_widths };
        watch.follow_days(judged);
        watch.follow_totals(runs);
        watch
    }

    /// Holds days against the ranges that had been told of them, in the order in which they came.
    fn follow_days(&mut self, judged: &[Judged]) {
        let trust = self.model.trust();
        let (mut evenings, mut ranges) = (BTreeMap::new(), BTreeMap::new());
        for one in judged {
            if self.errors_known(one.as_of).len() < ERRORS_MAX {
                continue;
            }
            let size = self.model.size(one.level);
            let lately = evenings.entry(one.as_of).or_insert_with(|| self.lately(one.as_of));
            let ranges = ranges
                .entry((one.as_of, one.age_group, size))
                .or_insert_with(|| self.ranges(one.as_of, one.age_group, size, lately));
            let told = Told { path: one.path, correction: one.correction, pace: one.pace };
            let shift = lately.shifts[one.ahead_group];
            let points = self.widths.widen(one.as_of, one.age, ranges[one.ahead_group]);
            let error = one.taken.ln() - told.ln(trust, lately.pace) - shift;
            let held = held(&points.map(|point| point - shift), error);
            self.widths.come_due(one.day, one.age, held, STEPS_OF_DAYS);
        }
    }

    /// The same of what runs came to after the days known.
    fn follow_totals(&mut self, runs: &[RunOver]) {
        let trust = self.model.trust();
        for run in runs {
            if self.totals_known(run.as_of).len() < TOTALS_MAX {
                continue;
            }
            let pace = self.lately(run.as_of).pace;
            let points = self.total_range(run.as_of, run.age);
            let expected: f64 = run.days.iter().map(|told| told.ln(trust, pace).exp()).sum();
            let error = (run.taken / expected).ln() - points[2];
            let held = held(&points.map(|point| point - points[2]), error);
            self.total_widths.come_due(run.day, run.age, held, STEPS_OF_TOTALS);
        }
    }

    fn errors_known(&self, as_of: Day) -> &[Missed] {
        &self.errors[..self.errors.partition_point(|one| one.day <= as_of)]
    }

    fn totals_known(&self, as_of: Day) -> &[MissedTotal] {
        &self.totals[..self.totals.partition_point(|one| one.day <= as_of)]
    }

    /// What a film (its place in the films followed) will take after a day, from what was known at that day's end.
    ///
    /// Refuses a film without a reported day from its release on, or silent for a week.
    pub fn forecast(&self, film: usize, as_of: Day) -> Result<Forecast, Refusal> {
        let market = &self.ground.market;
        let (at, origin) = (self.at(as_of), self.origin(film, as_of)?);
        let release = market.releases[film];
        let age = at - release + 1;
        let age_group = group(&AGE_GROUPS, age);
        let trust = self.model.trust();
        let size = self.model.size(origin.row(at + 1)?[LEVEL]);
        let lately = self.lately(as_of);
        let ranges = self.ranges(as_of, age_group, size, &lately);
        let days = days_ahead(self.model, &origin, at, release)?;
        let amounts: Vec<f64> = days.iter().map(|told| told.ln(trust, lately.pace).exp()).collect();
        let so_far: i64 = market.as_of(at).run(film).iter().map(|take| take.amount).sum::<f64>() as i64;
        let told = amounts.iter().zip(1..).take(HORIZON_DAYS as usize).map(|(value, ahead)| {
            let (errors, shift) =
                (&ranges[group(&AHEAD_GROUPS, ahead)], lately.shifts[group(&AHEAD_GROUPS, ahead)]);
            let centred = self.widths.widen(as_of, age, *errors).map(|error| error - shift);
            DayAhead { day: as_of.plus(ahead), expected: expected(0, value * shift.exp(), &centred) }
        });
        let total = self.total_range(as_of, age);
        let rest = amounts.iter().sum::<f64>() * total[2].exp();
        let centred = total.map(|error| error - total[2]);
        Ok(Forecast {
            measure: self.model.measure,
            as_of,
            so_far,
            days: told.collect(),
            total: expected(so_far, rest, &centred),
            because: Vec::new(),
        })
    }

    /// The forecast with its reasons: comparable films, and what moved it since yesterday.
    pub fn explain(&self, film: usize, as_of: Day) -> Result<Forecast, Refusal> {
        let mut forecast = self.forecast(film, as_of)?;
        forecast.because = vec![standing(&forecast)];
        let comparable = self.comparable(film, as_of)?;
        forecast.because.extend(super::moved::comparable_words(&comparable));
        // A film's first evening has none before it.
        forecast.because.extend(self.moved(film, as_of).ok().map(|moved| moved.words()));
        forecast.because.push(self.ranges_words());
        forecast.because.extend(self.widths.words(as_of, self.origin(film, as_of)?.age()));
        Ok(forecast)
    }

    fn ranges_words(&self) -> Words {
        let errors = self.errors.len();
        Words::new(
            format!(
                "The ranges are where the newest of {errors} forecasts of unseen film-days lay that have come due."
            ),
            format!("区间取自 {errors} 个已到期的未见影片日预测中最新的误差。"),
        )
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.model.shape
    }

    pub(super) fn at(&self, day: Day) -> i32 {
        self.ground.market.first.days_until(day)
    }

    pub(super) fn origin(&self, film: usize, as_of: Day) -> Result<Origin<'_>, Refusal> {
        let at = self.at(as_of);
        let origin = match (0..=self.ground.market.last()).contains(&at) {
            true => Origin::of(&self.ground, film, at)?,
            false => None,
        };
        origin.ok_or_else(|| nothing_known(as_of))
    }

    pub(super) fn taken(&self, film: usize, at: i32) -> Option<f64> {
        self.ground.market.run(film).iter().find(|take| take.at == at).map(|take| take.amount)
    }

    /// Path, trust, and the trees' correction of a day as a base and what each column adds to it.
    pub(super) fn correction_by_column(
        &self,
        origin: &Origin<'_>,
        then: i32,
    ) -> Result<(f64, f64, f64, Vec<f64>), Refusal> {
        let row = origin.row(then)?;
        let models = self.model.trees.len().max(1) as f64;
        let mut base = self.model.trees.iter().map(Boosted::base).sum::<f64>() / models;
        let mut parts = vec![0.0; COLUMNS.len()];
        for trees in &self.model.trees {
            for (part, moved) in parts.iter_mut().zip(trees.contributions(&row)) {
                *part += moved / models;
            }
        }
        parts[SAME_WEEKDAY] += self.model.same_weekday_part() * same_weekday(&row);
        let (second, together): (_, fn(f64, f64) -> f64) = match &self.model.line {
            Some(line) => (line.by_column(&row), line::together),
            None if self.model.plain.is_empty() => {
                return Ok((origin.path(then), self.model.trust(), base, parts));
            }
            None => (self.model.plain.by_column(&Plain::of(origin, then, &row)), plain::together),
        };
        base = together(base, second.0);
        parts = parts.iter().zip(second.1).map(|(first, second)| together(*first, second)).collect();
        Ok((origin.path(then), self.model.trust(), base, parts))
    }

    /// Released films whose first days were most like this one's, each with what it then took in four weeks per
    /// unit of what it had taken; the most alike first, three at most.
    pub fn comparable(&self, film: usize, as_of: Day) -> Result<Vec<(&str, f64)>, Refusal> {
        let origin = self.origin(film, as_of)?;
        let market = &self.ground.market;
        let (age, mine) = (origin.age(), origin.shape());
        let mut alike: Vec<(f64, usize, f64)> = Vec::new();
        for other in (0..market.films.len()).filter(|other| *other != film) {
            let at = market.releases[other] + age - 1;
            if market.releases[other] < 0 || at + HORIZON_DAYS > origin.at() {
                continue;
            }
            let Some(theirs) = Origin::of(&self.ground, other, at)? else { continue };
            let apart: f64 = mine.iter().zip(theirs.shape()).map(|(a, b)| (a - b).powi(2)).sum();
            let run = market.run(other);
            let sum = |from: i32, to: i32| -> f64 {
                run.iter().filter(|take| (from..=to).contains(&take.at)).map(|take| take.amount).sum()
            };
            let kept = sum(at + 1, at + HORIZON_DAYS) / sum(i32::MIN, at);
            if apart.is_finite() && kept.is_finite() && kept > 0.0 {
                alike.push((apart, other, kept));
            }
        }
        alike.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(alike.iter().take(3).map(|(_, other, kept)| (market.films[*other].name.as_str(), *kept)).collect())
    }

    /// The next days by the hierarchical decay alone, without trees: what the trees are judged against.
    pub fn decay_alone(&self, film: usize, as_of: Day) -> Result<Vec<f64>, Refusal> {
        let (at, origin) = (self.at(as_of), self.origin(film, as_of)?);
        Ok((1..=HORIZON_DAYS).map(|ahead| origin.path(at + ahead).exp()).collect())
    }

    /// By group of days ahead: [`POINTS`] of the newest errors known on a day, less what is believed of the own pace.
    fn ranges(
        &self,
        as_of: Day,
        age_group: usize,
        size: usize,
        lately: &Lately,
    ) -> [[f64; 5]; AHEAD_GROUPS.len()] {
        let known = self.errors_known(as_of);
        std::array::from_fn(|ahead| {
            let alike = |one: &&Missed| one.group == [age_group as u8, ahead as u8, size as u8];
            let same_day = |one: &&Missed| one.group[1] == ahead as u8 && one.group[2] == size as u8;
            let newest = |of: &dyn Fn(&&Missed) -> bool| -> Vec<f64> {
                let newest = known.iter().rev().filter(of).take(ERRORS_MAX);
                newest.map(|one| one.error - lately.pace * one.pace).collect()
            };
            let mut errors = newest(&alike);
            if errors.len() < ERRORS_MIN {
                errors = newest(&same_day);
            }
            if errors.len() < ERRORS_MIN {
                errors = newest(&|_| true);
            }
            points(errors)
        })
    }

    /// What the newest errors known on a day say of the days to come, each counting as its film does and less the
    /// older it is.
    fn lately(&self, as_of: Day) -> Lately {
        let known = self.errors_known(as_of);
        let forecast_day = f64::from(self.at(as_of));
        let weight = |one: &Missed| {
            let days = forecast_day - f64::from(self.at(one.day));
            (POWER * one.forecast).exp() * 0.5_f64.powf(days / SHIFT_DAYS)
        };
        let newest: [Vec<(&Missed, f64)>; AHEAD_GROUPS.len()] = std::array::from_fn(|ahead| {
            let group = known.iter().rev().filter(|one| one.group[1] == ahead as u8);
            group.take(SHIFT_ERRORS_MAX).map(|one| (one, weight(one))).collect()
        });
        let shifts = newest
            .each_ref()
            .map(|group| believed(group.iter().map(|(missed, weight)| (missed.error, *weight)).collect()));
        let left = newest.iter().zip(shifts).flat_map(|(group, shift)| {
            group.iter().map(move |(missed, weight)| (missed.pace, missed.error - shift, *weight))
        });
        Lately { shifts, pace: believed_pace(left) }
    }

    /// Where the newest runs that were over on a day lay, widened as far as they held too few.
    fn total_range(&self, as_of: Day, age: i32) -> [f64; 5] {
        let known = self.totals_known(as_of);
        let age_group = group(&AGE_GROUPS, age) as u8;
        let alike = known.iter().rev().filter(|one| one.age_group == age_group).take(TOTALS_MAX);
        let mut errors: Vec<f64> = alike.map(|one| one.error).collect();
        if errors.len() < TOTALS_MIN {
            errors = known.iter().rev().take(TOTALS_MAX).map(|one| one.error).collect();
        }
        self.total_widths.widen(as_of, age, points(errors))
    }
}

/// How far films lay beyond their forecasts lately.
struct Lately {
    /// By group of days ahead: how much better, or worse, films did than the model thinks.
    shifts: [f64; AHEAD_GROUPS.len()],
    /// What films did beyond that for each unit of their own pace: a market in which slow films stay slow for longer
    /// than where the model learned shows it here.
    pace: f64,
}

/// The median of errors with weights, pulled to zero by how little they are worth together.
fn believed(mut errors: Vec<(f64, f64)>) -> f64 {
    errors.sort_by(|a, b| a.0.total_cmp(&b.0));
    let worth = worth(errors.iter().map(|one| one.1));
    weighted_median(&errors) * worth / (worth + SHIFT_DOUBT)
}

/// The slope of errors on the own pace, pulled to zero likewise: of `(pace, error, weight)`.
fn believed_pace(errors: impl Iterator<Item = (f64, f64, f64)> + Clone) -> f64 {
    let worth = worth(errors.clone().map(|one| one.2));
    let (mut squares, mut products) = (0.0, 0.0);
    for (pace, error, weight) in errors {
        squares += weight * pace * pace;
        products += weight * pace * error.clamp(-PACE_ERROR_MAX, PACE_ERROR_MAX);
    }
    if squares > 0.0 { products / squares * worth / (worth + PACE_DOUBT) } else { 0.0 }
}

/// So many numbers of the same weight would say as much (Kish 1965).
fn worth(weights: impl Iterator<Item = f64>) -> f64 {
    let (sum, squares) = weights.fold((0.0, 0.0), |(sum, squares), one| (sum + one, squares + one * one));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// Of values with weights, sorted by value.
fn weighted_median(sorted: &[(f64, f64)]) -> f64 {
    let half = sorted.iter().map(|one| one.1).sum::<f64>() / 2.0;
    let mut seen = 0.0;
    let reached = sorted.iter().find(|one| {
        seen += one.1;
        seen >= half
    });
    reached.map_or(0.0, |one| one.0)
}

/// Where errors lay, at [`POINTS`].
fn points(mut errors: Vec<f64>) -> [f64; 5] {
    errors.sort_by(f64::total_cmp);
    POINTS.map(|part| quantile(&errors, part))
}

/// The half range and the wide range around a forecast, which they hold, as logarithms against it.
fn around(points: &[f64; 5]) -> [[f64; 2]; 2] {
    [[1, 3], [0, 4]].map(|[low, high]| [points[low].min(0.0), points[high].max(0.0)])
}

/// Whether the half range and the wide range held what came.
fn held(points: &[f64; 5], error: f64) -> [bool; 2] {
    around(points).map(|[low, high]| (low..=high).contains(&error))
}

/// An amount with its ranges.
fn expected(base: i64, value: f64, points: &[f64; 5]) -> Expected {
    let plus = |error: f64| base.saturating_add(amount(value * error.exp()));
    let [half, wide] = around(points).map(|[low, high]| Range { low: plus(low), high: plus(high) });
    Expected { amount: plus(0.0), half, wide }
}

fn nothing_known(as_of: Day) -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "too_few_days",
        format!(
            "Nothing was reported of this film in the week up to {as_of}; there is nothing to forecast from."
        ),
        format!("截至 {as_of} 的一周内没有该片的数据，无从预测。"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::features::Sheet;
    use super::super::{Film, Measure, Observed};
    use super::*;
    use kernel::Currency;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// A made-up market: every second day a film opens, each with a decay of its own, weekends, and noise.
    fn market(films: i32, seed: u64) -> Vec<Film> {
        market_with_noise(films, seed, |_| 0.2)
    }

    /// The same with as much noise as a day has.
    fn market_with_noise(films: i32, seed: u64, noise: impl Fn(Day) -> f64) -> Vec<Film> {
        let mut dice = Dice::seeded(seed);
        let film = |i: i32, dice: &mut Dice| {
            let release = day("2012-01-06").plus(i * 2);
            let (size, decay) = ((14.0 + 1.2 * dice.normal()).exp(), 0.08 + 0.03 * dice.fraction());
            let mut days = Vec::new();
            for age in 0..40 {
                let day = release.plus(age);
                let weekend = if day.weekday() >= 6 { 0.6 } else { 0.0 };
                let ln = size.ln() - decay * f64::from(age) + weekend + noise(day) * dice.normal();
                let screens = Some((400.0 * (-decay * f64::from(age) / 2.0).exp()) as u32);
                days.push(Observed { screens, ..Observed::amount(day, ln.exp() as i64) });
            }
            let mut film = Film::of(release, Measure::Gross(Currency::CNY), days);
            film.name = format!("Film {i}");
            film
        };
        (0..films).map(|i| film(i, &mut dice)).collect()
    }

    /// What could be known at a day's end: days up to it, and the releases of the next four weeks.
    fn told_until(films: &[Film], as_of: Day) -> Vec<Film> {
        let announced = films.iter().filter(|film| film.release <= as_of.plus(HORIZON_DAYS));
        let cut = announced.map(|film| Film {
            days: film.days.iter().filter(|one| one.day <= as_of).copied().collect(),
            ..film.clone()
        });
        cut.collect()
    }

    const SMALL: Effort = Effort { trees: 30, seeds: 1 };

    fn until() -> Day {
        day("2012-01-06").plus(320 * 2)
    }

    fn model(films: &[Film], calendar: &Calendar) -> MarketModel {
        MarketModel::learn_with(films, calendar, until(), SMALL, SMALL).unwrap()
    }

    /// A market and what it teaches, learned once for all tests.
    fn learned() -> (Vec<Film>, Calendar, MarketModel) {
        static LEARNED: std::sync::LazyLock<(Vec<Film>, Calendar, MarketModel)> =
            std::sync::LazyLock::new(|| {
                let (films, calendar) = (market(380, 5), Calendar::mainland_china());
                let model = model(&films, &calendar);
                (films, calendar, model)
            });
        LEARNED.clone()
    }

    #[test]
    fn a_row_is_the_same_whether_the_future_is_in_the_files_or_not() {
        let (films, calendar) = (market(380, 3), Calendar::mainland_china());
        let model = MarketModel::grow(&films, &calendar, until(), Effort { trees: 1, seeds: 1 }).unwrap();
        let as_of = until().plus(40);
        let cut = told_until(&films, as_of);
        let (all, past) = (model.ground(&films, &calendar), model.ground(&cut, &calendar));
        let mut compared = 0;
        for film in (0..cut.len()).rev().take(26) {
            let at = all.market.first.days_until(as_of);
            let (Some(with), Some(without)) =
                (Origin::of(&all, film, at).unwrap(), Origin::of(&past, film, at).unwrap())
            else {
                continue;
            };
            for then in at + 1..=at + HORIZON_DAYS {
                let bits = |row: Vec<f64>| row.into_iter().map(f64::to_bits).collect::<Vec<_>>();
                assert_eq!(bits(with.row(then).unwrap()), bits(without.row(then).unwrap()), "{film} {then}");
                assert_eq!(with.path(then).to_bits(), without.path(then).to_bits());
                assert_eq!(with.taken(then).map(f64::to_bits), without.taken(then).map(f64::to_bits));
                compared += 1;
            }
        }
        assert!(compared >= 28 * 10, "{compared}");
    }

    #[test]
    fn a_value_of_a_later_day_is_refused() {
        let films = market(130, 3);
        let market = Market::of(films.iter().collect());
        assert_eq!(market.as_of(50).chart(51).unwrap_err().code, "later_value");
        assert!(market.as_of(50).run(10).iter().all(|take| take.at <= 50));
        let mut sheet = Sheet::new(&market, 50);
        sheet.tell(1.0, 50);
        sheet.tell(2.0, 51);
        assert_eq!(sheet.row().unwrap_err().code, "later_value");
    }

    #[test]
    fn a_forecast_does_not_change_when_the_future_is_told() {
        let (films, calendar, model) = learned();
        let as_of = until().plus(60);
        let past = told_until(&films, as_of);
        let film = films.iter().position(|film| film.release == until().plus(50)).unwrap();
        let told = model.watch(&films, &calendar).unwrap().forecast(film, as_of).unwrap();
        let known = model.watch(&past, &calendar).unwrap().forecast(film, as_of).unwrap();
        assert_eq!(told, known);
    }

    #[test]
    fn without_a_calendar_of_releases_rivals_to_come_are_unknown_and_not_none() {
        let (films, calendar, model) = learned();
        let as_of = until().plus(60);
        let film = films.iter().position(|film| film.release == until().plus(50)).unwrap();
        let to_come = |films: &[Film]| {
            let ground = model.ground(films, &calendar);
            let at = ground.market.first.days_until(as_of);
            let row = Origin::of(&ground, film, at).unwrap().unwrap().row(at + 5).unwrap();
            row[COLUMNS.iter().position(|name| *name == "opening_until_then").unwrap()]
        };
        assert!(to_come(&told_until(&films, as_of)) > 0.0);
        assert!(to_come(&known_until(&films, as_of)).is_nan());
    }

    /// The worked example of the page.
    #[test]
    fn trees_are_trusted_the_more_films_taught_them() {
        let (.., model) = learned();
        let taught = |films: usize| MarketModel { films, ..model.clone() }.trust();
        assert_eq!([taught(100), taught(300), taught(900)], [0.5, 0.75, 0.9]);
    }

    /// The worked example of the page.
    #[test]
    fn what_films_did_lately_counts_by_what_it_is_worth() {
        let errors = |count: usize, error: f64| vec![(error, 3.0); count];
        let both = [errors(150, 0.2), errors(50, -1.0)].concat();
        assert!((believed(both) - 0.1).abs() < 1e-9);
        assert_eq!(believed(Vec::new()), 0.0);
    }

    /// The worked example of the page.
    #[test]
    fn films_that_went_on_as_they_went_are_believed_as_far_as_there_are_many() {
        let errors = |count: usize| {
            let both = [(0.1, 0.2, 3.0), (-0.1, -0.2, 3.0)];
            both.into_iter().cycle().take(count)
        };
        // Each unit of pace had gone on by two more; 3,000 errors are believed half, 9,000 three quarters.
        assert!((believed_pace(errors(3_000)) - 1.0).abs() < 1e-9);
        assert!((believed_pace(errors(9_000)) - 1.5).abs() < 1e-9);
        assert_eq!(believed_pace(errors(0)), 0.0);
    }

    /// Films that fell slowly did better than forecast lately, films that fell fast worse.
    #[test]
    fn a_market_whose_slow_films_stay_slow_is_followed() {
        let (films, calendar, model) = learned();
        let mut watch = model.watch(&films, &calendar).unwrap();
        let as_of = until().plus(60);
        let then = watch.at(as_of) + HORIZON_DAYS;
        let pace = |watch: &Watch<'_>, film: usize| watch.origin(film, as_of).unwrap().pace(then);
        let last = |watch: &Watch<'_>, film: usize| {
            watch.forecast(film, as_of).unwrap().days[27].expected.amount as f64
        };
        let running = |film: &usize| (until().plus(30)..until().plus(46)).contains(&films[*film].release);
        let mut young: Vec<usize> = (0..films.len()).filter(running).collect();
        young.sort_by(|a, b| pace(&watch, *a).total_cmp(&pace(&watch, *b)));
        let (fast, slow) = (young[0], young[young.len() - 1]);
        let ratio = |watch: &Watch<'_>| last(watch, slow) / last(watch, fast);
        let (before, was) = (watch.lately(as_of).pace, ratio(&watch));
        watch.errors.iter_mut().for_each(|one| one.error += 1.5 * one.pace);
        let further = watch.lately(as_of).pace - before;
        assert!(further > 0.5, "{further}");
        let expected = was * (further * (pace(&watch, slow) - pace(&watch, fast))).exp();
        assert!((ratio(&watch) / expected - 1.0).abs() < 1e-3, "{} {expected}", ratio(&watch));
        assert!(ratio(&watch) > was);
    }

    #[test]
    fn a_release_that_is_announced_by_its_day_and_size_is_a_rival_to_come() {
        let (films, calendar, model) = learned();
        let as_of = until().plus(60);
        let known = known_until(&films, as_of);
        let film = known.iter().position(|film| film.release == until().plus(50)).unwrap();
        let to_come = |announced: &[Announced]| {
            let ground = model.ground_with(&known, announced, &calendar);
            let at = ground.market.first.days_until(as_of);
            let row = Origin::of(&ground, film, at).unwrap().unwrap().row(at + 5).unwrap();
            row[COLUMNS.iter().position(|name| *name == "opening_until_then").unwrap()]
        };
        let one = |days: i32, opening: Option<i64>| Announced { release: as_of.plus(days), opening };
        assert!(to_come(&[]).is_nan());
        let usual = to_come(&[one(3, None)]);
        assert!(usual > 0.0);
        let large = |times: i64| to_come(&[one(3, Some(times * 1_000_000))]);
        assert!(large(1) > 0.0 && large(100) > large(10) && large(10) > large(1));
        // It opens after the day that is forecast: it is no rival of that day yet.
        assert_eq!(to_come(&[one(20, Some(100_000_000))]), 0.0);
        // Days beyond four weeks are not told of.
        assert!(to_come(&[one(40, None)]).is_nan());
    }

    /// The model of [`learned`] with forests of the second design, as a market of many films has them.
    fn with_both_designs() -> (Vec<Film>, Calendar, MarketModel) {
        let (films, calendar, mut model) = learned();
        let known = known_until(&films, until());
        let plain = lessons(&model.ground(&known, &calendar), true).unwrap().plain.unwrap();
        model.line = None;
        let grow = || plain.forests(|seed| settings(30, seed));
        model.plain = grow();
        assert_eq!(model.plain, grow(), "the same rows and seeds give the same forests");
        (films, calendar, model)
    }

    #[test]
    fn a_market_of_few_films_has_no_second_design() {
        let (.., few) = learned();
        let (.., both) = with_both_designs();
        let told = |model: &MarketModel| model.to_json().contains("\"plain\"");
        assert!(!told(&few) && told(&both));
    }

    /// The worked example of the page: a third of the correction is the second design's.
    #[test]
    fn path_and_columns_add_up_where_there_are_two_designs() {
        assert!((plain::together(0.30, -0.10 + 0.10) - 0.20).abs() < 1e-12);
        let (films, calendar, both) = with_both_designs();
        let (.., mut one) = learned();
        one.line = None;
        let film = films.iter().position(|film| film.release == until().plus(50)).unwrap();
        let watch = both.watch(&films, &calendar).unwrap();
        for as_of in [2, 9].map(|days| until().plus(50 + days)) {
            let origin = watch.origin(film, as_of).unwrap();
            for then in origin.at() + 1..=origin.at() + HORIZON_DAYS {
                let row = origin.row(then).unwrap();
                let plain = both.plain.against_path(&Plain::of(&origin, then, &row));
                let first = one.correction(&origin, then, &row);
                let mixed = both.correction(&origin, then, &row);
                assert!((mixed - (2.0 * first + plain) / 3.0).abs() < 1e-9 && (first - plain).abs() > 1e-6);
                let (path, _, base, parts) = watch.correction_by_column(&origin, then).unwrap();
                assert_eq!(path, origin.path(then));
                assert!((base + parts.iter().sum::<f64>() - mixed).abs() < 1e-9, "{as_of} {then}");
            }
        }
    }

    #[test]
    fn path_and_columns_add_up_where_a_line_stands_beside_the_trees() {
        let (films, calendar, model) = learned();
        let line = model.line.clone().expect("few films taught it");
        let trees = MarketModel { line: None, ..model.clone() };
        let film = films.iter().position(|film| film.release == until().plus(50)).unwrap();
        let watch = model.watch(&films, &calendar).unwrap();
        let origin = watch.origin(film, until().plus(59)).unwrap();
        for then in origin.at() + 1..=origin.at() + HORIZON_DAYS {
            let row = origin.row(then).unwrap();
            let mixed = model.correction(&origin, then, &row);
            let of_trees = trees.correction(&origin, then, &row);
            assert!((mixed - 0.7 * of_trees - 0.3 * line.score(&row)).abs() < 1e-9 && mixed != of_trees);
            let (_, _, base, parts) = watch.correction_by_column(&origin, then).unwrap();
            assert!((base + parts.iter().sum::<f64>() - mixed).abs() < 1e-9, "{then}");
        }
    }

    /// With another curve, calendar and prior the path is another; what the second design sees is the same.
    #[test]
    fn the_second_design_is_told_nothing_of_the_path() {
        let (films, calendar, model) = learned();
        let mut other = model.clone();
        other.prior.decay *= 2.0;
        other.prior.weekend *= 2.0;
        let shift = |(i, one): (usize, &mut f64)| *one += 0.01 * (i + 1) as f64;
        other.shape.coefficients.iter_mut().enumerate().for_each(shift);
        let (ground, moved) = (model.ground(&films, &calendar), other.ground(&films, &calendar));
        let at = ground.market.first.days_until(until().plus(60));
        let film = films.iter().position(|film| film.release == until().plus(50)).unwrap();
        for then in at + 1..=at + HORIZON_DAYS {
            let seen = |ground: &Ground<'_>| {
                let origin = Origin::of(ground, film, at).unwrap().unwrap();
                let plain = Plain::of(&origin, then, &origin.row(then).unwrap());
                (plain.bits(), origin.path(then), plain.starting_from(origin.path(then)))
            };
            let (a, b) = (seen(&ground), seen(&moved));
            assert_eq!(a.0, b.0, "{then}");
            assert!((a.1 - b.1).abs() > 1e-3, "the path is another");
            assert!(a.2.iter().zip(b.2).all(|(a, b)| (a - b).abs() < 1e-9), "{then}");
        }
    }

    /// A tenth of the rows came to take some fifty times their path: they weigh more, the others less.
    #[test]
    fn films_that_may_open_wide_count_for_what_they_may_take() {
        let rows = 2_000;
        let may = |i: usize| i.is_multiple_of(10);
        let mut table = Table::new(COLUMNS.len());
        (0..rows).for_each(|i| table.push(&[f64::from(u8::from(may(i))); COLUMNS.len()]));
        let targets = (0..rows).map(|i| if may(i) { 4.0 } else { 0.0 }).collect();
        let mut lessons = Lessons {
            rows: table,
            targets,
            same_weekday: vec![0.0; rows],
            weights: vec![1.0; rows],
            plain: None,
        };
        lessons.weigh_by_promise();
        assert!((lessons.weights.iter().sum::<f64>() / rows as f64 - 1.0).abs() < 1e-9);
        assert!(lessons.weights[0] / lessons.weights[1] > 6.0, "{:?}", &lessons.weights[..2]);
    }

    #[test]
    fn what_left_the_chart_is_unknown_and_not_zero() {
        let (mut films, calendar) = (market(380, 5), Calendar::mainland_china());
        let (_, _, whole) = learned();
        for film in &mut films {
            film.days.truncate(24);
        }
        let censored = model(&films, &calendar);
        let film = films.iter().position(|film| film.release == until().plus(50)).unwrap();
        let at = until().plus(60);
        let sum = |model: &MarketModel| {
            let watch = model.watch(&films, &calendar).unwrap();
            let forecast = watch.forecast(film, at).unwrap();
            forecast.days[..12].iter().map(|ahead| ahead.expected.amount as f64).sum::<f64>()
        };
        let ratio = sum(&censored) / sum(&whole);
        assert!((0.85..1.18).contains(&ratio), "{ratio}");
    }

    /// What part of the days of films released in a time lay in the half range and in the wide range.
    fn coverage(watch: &Watch<'_>, films: &[Film], released: std::ops::Range<Day>) -> [f64; 2] {
        let (mut held, mut days) = ([0.0; 2], 0.0);
        for (i, film) in films.iter().enumerate().filter(|(_, film)| released.contains(&film.release)) {
            for known in [3, 7, 14] {
                let Ok(forecast) = watch.forecast(i, film.release.plus(known - 1)) else { continue };
                for ahead in &forecast.days {
                    let Some(one) = film.days.iter().find(|one| one.day == ahead.day) else { continue };
                    for (held, range) in held.iter_mut().zip([ahead.expected.half, ahead.expected.wide]) {
                        *held += f64::from(u8::from((range.low..=range.high).contains(&one.amount)));
                    }
                    days += 1.0;
                }
            }
        }
        assert!(days > 3_000.0);
        held.map(|held| held / days)
    }

    #[test]
    fn ranges_cover_what_they_say_on_films_released_later() {
        let (films, calendar) = (market(430, 11), Calendar::mainland_china());
        let model = model(&films, &calendar);
        let watch = model.watch(&films, &calendar).unwrap();
        let [half, wide] = coverage(&watch, &films, until().plus(21)..until().plus(999));
        assert!((half - 0.5).abs() < 0.05 && (wide - 0.9).abs() < 0.03, "{half} {wide}");
    }

    /// Ranges made of the newest errors alone miss; those that are widened come back.
    #[test]
    fn ranges_follow_a_market_whose_noise_doubles() {
        let noise = |day: Day| if day > until() { 0.4 } else { 0.2 };
        let (films, calendar) = (market_with_noise(480, 11, noise), Calendar::mainland_china());
        let model = model(&films, &calendar);
        let mut watch = model.watch(&films, &calendar).unwrap();
        let later = until().plus(60)..until().plus(999);
        let [half, wide] = coverage(&watch, &films, later.clone());
        (watch.widths, watch.total_widths) = Default::default();
        let fixed = coverage(&watch, &films, later);
        assert!(fixed[0] < 0.42 && fixed[1] < 0.85, "{fixed:?}");
        assert!((half - 0.5).abs() < 0.03 && (wide - 0.9).abs() < 0.03, "{half} {wide}");
    }

    #[test]
    fn a_forecast_names_films_alike_and_what_moved_it() {
        let (films, calendar, model) = learned();
        let watch = model.watch(&films, &calendar).unwrap();
        let film = films.iter().position(|film| film.release == until().plus(50)).unwrap();
        let forecast = watch.explain(film, until().plus(60)).unwrap();
        let says =
            |text: &str| forecast.because.iter().any(|words| words.en.contains(text) && !words.zh.is_empty());
        assert!(says("Films that began alike: Film ") && says("Since yesterday"), "{:?}", forecast.because);
        let moved = watch.moved(film, until().plus(60)).unwrap();
        assert!(moved.newest_day.is_some() && moved.all().is_finite());
    }

    /// The newest day twice as large moves the film up, and says so.
    #[test]
    fn a_better_day_than_expected_moves_the_forecast_up() {
        let (mut films, calendar, model) = learned();
        let film = films.iter().position(|film| film.release == until().plus(50)).unwrap();
        let as_of = until().plus(60);
        let moved = |films: &[Film]| model.watch(films, &calendar).unwrap().moved(film, as_of).unwrap();
        let plain = moved(&films);
        films[film].days.iter_mut().filter(|one| one.day == as_of).for_each(|one| one.amount *= 2);
        let better = moved(&films);
        assert!(better.own_days > plain.own_days && better.all() > plain.all(), "{plain:?} {better:?}");
        let twice = better.newest_day.unwrap() - plain.newest_day.unwrap();
        assert!((twice - 2.0_f64.ln()).abs() < 0.05, "{twice}");
    }

    #[test]
    fn broken_series_are_refused_with_the_films_name() {
        let (films, calendar) = (market(380, 5), Calendar::mainland_china());
        let refused = |change: &dyn Fn(&mut Film)| {
            let mut films = films.clone();
            change(&mut films[7]);
            MarketModel::learn(&films, &calendar, until()).unwrap_err()
        };
        assert_eq!(refused(&|film| film.days[3].amount = -1).code, "negative_amount");
        assert_eq!(refused(&|film| film.days[3].amount = i64::MAX).code, "enormous_amount");
        assert_eq!(refused(&|film| film.days[3].day = film.days[2].day).code, "duplicate_day");
        assert_eq!(refused(&|film| film.days.swap(3, 9)).code, "days_out_of_order");
        assert_eq!(refused(&|film| film.measure = Measure::Gross(Currency::USD)).code, "wrong_measure");
        assert!(refused(&|film| film.days[3].amount = -1).say.en.starts_with("Film 7: "));
        assert_eq!(MarketModel::learn(&films[..40], &calendar, until()).unwrap_err().code, "too_few_films");
    }

    #[test]
    fn films_of_one_day_and_with_holes_count_with_what_is_there() {
        let (mut films, calendar) = (market(380, 5), Calendar::mainland_china());
        films[5].days.truncate(1);
        films[6].days.drain(4..20);
        films[8].days.clear();
        let model = model(&films, &calendar);
        let film = films.iter().position(|film| film.release == until().plus(50)).unwrap();
        films[film].days.drain(3..5);
        let watch = model.watch(&films, &calendar).unwrap();
        assert!(
            watch.forecast(film, until().plus(60)).unwrap().days.iter().all(|one| one.expected.amount > 0)
        );
        assert_eq!(watch.forecast(film, until().plus(10)).unwrap_err().code, "too_few_days");
        assert_eq!(watch.forecast(5, until()).unwrap_err().code, "too_few_days");
    }

    #[test]
    fn json_carries_a_model_and_another_programs_is_refused() {
        let (films, calendar, model) = learned();
        let read = MarketModel::from_json(&model.to_json()).unwrap();
        let film = films.iter().position(|film| film.release == until().plus(50)).unwrap();
        let told = |model: &MarketModel| {
            model.watch(&films, &calendar).unwrap().forecast(film, until().plus(60)).unwrap().total.amount
                as f64
        };
        assert!((told(&read) / told(&model) - 1.0).abs() < 1e-6);
        let other = model.to_json().replacen("\"columns\":", "\"columns\":1", 1);
        assert_eq!(MarketModel::from_json(&other).unwrap_err().code, "bad_model");
    }
}
