//! The first forecast of a release: from its first days, what it will still take.
//!
//! `ln takings(day) = level × curve of the age × calendar × the film's own decay × its own weekend lift`, all in
//! logarithms. Curve and calendar are learned from films that ran before; the film's own decay and lift start
//! at the films' mean and move towards what its own days show, each by its precision. The level follows a random
//! walk, so the newest day carries it. The ranges are the errors this method made on films it had not seen
//! (`docs/algorithms/in_release_forecast.md`).

mod fitting;
mod series;
mod shape;
mod telling;

use crate::calendar::Calendar;
use kernel::{Currency, Day, Kind, Refusal, Words};
use serde::{Deserialize, Serialize};
use series::{Point, Run};
use shape::Row;

pub use series::{AGE_MAX, DAYS_MIN, HOLE_DAYS_MAX, SERIES_DAYS_MAX};

/// How many days ahead a forecast speaks of, day by day.
pub const HORIZON_DAYS: i32 = 28;
/// A run's total is told up to this age, or to the end of the horizon if that is later.
pub const RUN_DAYS: i32 = 60;
/// A change from day to day counts up to this many standard deviations.
const CLIP: f64 = 3.0;

/// What a series counts; a model learned from one does not speak of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Admissions,
    /// Minor units of a currency.
    Gross(Currency),
}

/// What was reported of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observed {
    pub day: Day,
    /// Minor units, or admissions.
    pub amount: i64,
}

/// A film's series: from its previews to the newest day reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Film {
    pub release: Day,
    pub measure: Measure,
    pub days: Vec<Observed>,
}

/// A range from a low to a high amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub low: i64,
    pub high: i64,
}

/// An amount to come, with the ranges that held one in two and nine in ten films.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    pub amount: i64,
    /// 50 %.
    pub half: Range,
    /// 90 %.
    pub wide: Range,
}

/// One day to come, if the film still shows on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayAhead {
    pub day: Day,
    pub expected: Expected,
}

/// What a release will still take. Amounts in the measure of the series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    pub measure: Measure,
    /// The newest day reported.
    pub as_of: Day,
    /// Everything reported, with the few missing days bridged.
    pub so_far: i64,
    /// [`HORIZON_DAYS`] days after the newest.
    pub days: Vec<DayAhead>,
    /// The whole run: so far, and what is still to come.
    pub total: Expected,
    /// Why, in sentences.
    pub because: Vec<Words>,
}

/// What was learned from films that ran before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    measure: Measure,
    /// How many films it was learned from.
    films: usize,
    /// The smallest opening among them: the first three days together.
    smallest_opening: i64,
    /// The median opening among them: below it a film is small.
    usual_opening: i64,
    names: Vec<String>,
    coefficients: Vec<f64>,
    prior: Prior,
    /// Small films err otherwise than large ones: they lose their screens sooner, and less foreseeably.
    errors_small: Vec<ErrorsFrom>,
    errors_large: Vec<ErrorsFrom>,
}

/// How much films differ: what is believed of one before its days are seen. Standard deviations of logarithms.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prior {
    /// Of a film's own decay, per week.
    pub decay: f64,
    /// Of a film's own weekend lift.
    pub weekend: f64,
    /// Of the level's change from one day to the next.
    pub day: f64,
}

/// The errors made when this many days or more were known: `ln(taken ÷ forecast)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorsFrom {
    days_known: i32,
    /// By horizon, see [`fitting::HORIZONS`].
    ahead: Vec<Spread>,
    /// Of everything after the known days.
    rest: Spread,
}

/// Where the errors of films lay: 5, 25, 50, 75 and 95 % of them were below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spread {
    q05: f64,
    q25: f64,
    q50: f64,
    q75: f64,
    q95: f64,
}

/// Learns a model from films of one measure, oldest or newest first.
///
/// A film counts up to its first long hole; one without an opening or with fewer than [`DAYS_MIN`] days is left
/// out. Refuses fewer than [`fitting::FILMS_MIN`] usable films, and films of different measures.
pub fn fit(films: &[Film], calendar: &Calendar) -> Result<Model, Refusal> {
    fitting::fit(films, calendar)
}

impl Model {
    /// The constants for the gross of mainland China in fen, learned from the daily charts of 2011 to 2014.
    pub fn shipped() -> Model {
        Model::from_json(include_str!("in_release/mainland_china.json")).expect("the shipped model is tested")
    }

    /// Reads a stored model; refuses one whose coefficients are not those of this program.
    pub fn from_json(text: &str) -> Result<Model, Refusal> {
        let refuse = |why: String| {
            Refusal::new(
                Kind::Invalid,
                "bad_model",
                format!("This forecasting model cannot be used: {why}."),
                format!("这个预测模型无法使用：{why}。"),
            )
        };
        let model: Model = serde_json::from_str(text).map_err(|error| refuse(error.to_string()))?;
        let fits = model.names.iter().map(String::as_str).eq(shape::NAMES)
            && model.coefficients.len() == shape::NAMES.len()
            && [&model.errors_small, &model.errors_large].into_iter().all(|errors| {
                let whole = errors.iter().all(|from| from.ahead.len() == fitting::HORIZONS.len());
                whole && !errors.is_empty()
            });
        if fits { Ok(model) } else { Err(refuse("coefficients".to_owned())) }
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a model is plain data")
    }

    pub fn prior(&self) -> Prior {
        self.prior
    }

    pub fn films(&self) -> usize {
        self.films
    }

    /// Forecasts a film from its days so far.
    ///
    /// Refuses a series of another measure and whatever [`Film`]'s days are refused for: too few days, a day
    /// twice or out of order, a negative amount, a missing opening, a long hole, a run that is over.
    /// Outside the calendar's years only weekdays are known; a sentence says so.
    pub fn forecast(&self, film: &Film, calendar: &Calendar) -> Result<Forecast, Refusal> {
        if film.measure != self.measure {
            return Err(wrong_measure(self.measure, film.measure));
        }
        let run = Run::read(film.release, &film.days)?;
        let path = Path::of(self, calendar, &run);
        let last = run.last();
        let errors = self.errors_from(&run);
        let days = (1..=HORIZON_DAYS).map(|ahead| DayAhead {
            day: last.day.plus(ahead),
            expected: expected(0, path.amount(last.day.plus(ahead)), &errors.ahead[fitting::horizon(ahead)]),
        });
        let days: Vec<DayAhead> = days.collect();
        let bridged: f64 = run.missing.iter().map(|day| path.between(*day)).sum();
        let so_far = run.reported.saturating_add(amount(bridged));
        let mut forecast = Forecast {
            measure: self.measure,
            as_of: last.day,
            so_far,
            days,
            total: expected(so_far, path.rest(), &errors.rest),
            because: Vec::new(),
        };
        forecast.because = telling::because(self, calendar, &run, &path, &forecast);
        Ok(forecast)
    }

    /// The errors made on films of this size with at most this many days known.
    fn errors_from(&self, run: &Run) -> &ErrorsFrom {
        let small = run.opening() < self.usual_opening as f64;
        let errors = if small { &self.errors_small } else { &self.errors_large };
        let known = errors.iter().rev().find(|from| from.days_known <= run.last().age);
        known.unwrap_or(&errors[0])
    }
}

fn wrong_measure(model: Measure, film: Measure) -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "wrong_measure",
        format!("The model was learned from {}, the series counts {}.", model.words().en, film.words().en),
        format!("模型学习的是{}，而序列统计的是{}。", model.words().zh, film.words().zh),
    )
}

impl Measure {
    pub fn words(self) -> Words {
        match self {
            Measure::Admissions => Words::new("admissions", "观影人次"),
            Measure::Gross(currency) => {
                Words::new(format!("gross in {}", currency.code()), format!("票房（{}）", currency.code()))
            }
        }
    }
}

/// What a film's own days say: the mean and how far it is trusted (0 the films' mean, 1 its own days).
#[derive(Clone, Copy, Debug, PartialEq)]
struct Own {
    value: f64,
    trust: f64,
}

/// A film's way: where it stands, and where it goes.
struct Path<'a> {
    model: &'a Model,
    calendar: &'a Calendar,
    run: &'a Run,
    last: Row,
    /// What is added to the logarithm per week, beside the curve.
    decay: Own,
    weekend: Own,
}

impl<'a> Path<'a> {
    /// Blends the film's own decay and weekend lift with the films' mean, by precision.
    ///
    /// The changes from day to day, less what curve and calendar explain, are `decay × weeks + lift × weekend +
    /// noise`; with normal priors of mean 0 the answer is a ridge regression in two unknowns.
    fn of(model: &'a Model, calendar: &'a Calendar, run: &'a Run) -> Path<'a> {
        let row = |point: &Point| Row::of(calendar, run.release, point.day);
        let changes = run.points.windows(2).map(|pair| Change::between(&pair[0], &row(&pair[0]), &pair[1], &row(&pair[1])));
        let changes: Vec<Change> = changes.collect();
        let blend = blend(&changes, &model.coefficients, &model.prior);
        Path { model, calendar, run, last: row(&run.last()), decay: blend.decay, weekend: blend.weekend }
    }

    fn ln(&self, day: Day) -> f64 {
        let last = self.run.last();
        let row = Row::of(self.calendar, self.run.release, day);
        let weeks = f64::from(last.day.days_until(day)) / 7.0;
        let shared = row.times(&self.model.coefficients) - self.last.times(&self.model.coefficients);
        last.ln + shared + self.decay.value * weeks + self.weekend.value * (row.weekend - self.last.weekend)
    }

    /// What a day to come is expected to take.
    fn amount(&self, day: Day) -> f64 {
        self.ln(day).exp()
    }

    /// Everything to come, to the age the total is told for.
    fn rest(&self) -> f64 {
        let last = self.run.last();
        let days = (RUN_DAYS - last.age).max(HORIZON_DAYS);
        (1..=days).map(|ahead| self.amount(last.day.plus(ahead))).sum()
    }

    /// A day nobody reported: on the line between its neighbours, once age and calendar are taken out.
    fn between(&self, day: Day) -> f64 {
        let after = self.run.points.iter().position(|point| point.day > day);
        let Some(after) = after.filter(|after| *after > 0) else { return 0.0 };
        let (before, after) = (self.run.points[after - 1], self.run.points[after]);
        let off = |point: &Point| point.ln - self.ln(point.day);
        let part = f64::from(before.day.days_until(day)) / f64::from(before.day.days_until(after.day));
        (self.ln(day) + off(&before) + (off(&after) - off(&before)) * part).exp()
    }
}

/// The change of a film from one reported day to the next.
struct Change {
    days: f64,
    ln: f64,
    row: Row,
}

impl Change {
    fn between(earlier: &Point, earlier_row: &Row, later: &Point, later_row: &Row) -> Change {
        Change {
            days: f64::from(later.age - earlier.age),
            ln: later.ln - earlier.ln,
            row: later_row.since(earlier_row),
        }
    }

    /// What curve and calendar leave unexplained.
    fn unexplained(&self, coefficients: &[f64]) -> f64 {
        self.ln - self.row.times(coefficients)
    }
}

/// What a film's changes say of its own decay and weekend lift.
struct Blend {
    decay: Own,
    weekend: Own,
    /// Variances and covariance of the two, once the changes are known.
    variance: [f64; 3],
}

/// The posterior of two unknowns under normal priors (Gelman et al., Bayesian Data Analysis, ch. 14).
fn blend(changes: &[Change], coefficients: &[f64], prior: &Prior) -> Blend {
    let (prior_decay, prior_weekend) = (1.0 / prior.decay.powi(2), 1.0 / prior.weekend.powi(2));
    let (mut aa, mut ab, mut bb, mut ay, mut by) = (prior_decay, 0.0, prior_weekend, 0.0, 0.0);
    for change in changes {
        let noise = prior.day * change.days.sqrt();
        let left = change.unexplained(coefficients).clamp(-CLIP * noise, CLIP * noise);
        let precision = 1.0 / (noise * noise);
        let (weeks, weekend) = (change.days / 7.0, change.row.weekend);
        aa += weeks * weeks * precision;
        ab += weeks * weekend * precision;
        bb += weekend * weekend * precision;
        ay += weeks * left * precision;
        by += weekend * left * precision;
    }
    let determinant = aa * bb - ab * ab;
    let variance = [bb / determinant, aa / determinant, -ab / determinant];
    Blend {
        decay: Own { value: (bb * ay - ab * by) / determinant, trust: 1.0 - variance[0] * prior_decay },
        weekend: Own { value: (aa * by - ab * ay) / determinant, trust: 1.0 - variance[1] * prior_weekend },
        variance,
    }
}

fn amount(value: f64) -> i64 {
    // A cast of a float saturates; forecasts are estimates, never booked.
    value.round() as i64
}

/// An amount corrected by the median error, with the ranges the errors lay in.
fn expected(base: i64, value: f64, errors: &Spread) -> Expected {
    let plus = |error: f64| base.saturating_add(amount(value * error.exp()));
    Expected {
        amount: plus(errors.q50),
        half: Range { low: plus(errors.q25), high: plus(errors.q75) },
        wide: Range { low: plus(errors.q05), high: plus(errors.q95) },
    }
}
