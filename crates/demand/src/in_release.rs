//! The first forecast of a release: from its first days, what it will still take.
//!
//! `takings(day) = level × curve of the age × calendar × the film's own decay × its own weekend lift`, fitted in
//! logarithms. Curve and calendar are learned from films that ran before; the film's own decay and lift start
//! at the films' mean and move towards what its own days show, each by its precision. The level follows a random
//! walk, so the newest day carries it. The ranges are the errors this method made on films it had not seen
//! (`docs/algorithms/in_release_forecast.md`).

mod effects;
mod features;
mod fitting;
mod line;
mod market;
mod market_model;
mod moved;
mod openings;
mod places;
mod plain;
mod series;
mod shape;
mod telling;
mod widths;

use crate::calendar::Calendar;
use kernel::{Currency, Day, Kind, Refusal, Words};
use serde::{Deserialize, Serialize};
use series::{Point, Run};
use shape::{Row, Shape};

pub use effects::Effect;
pub use fitting::FILMS_MIN;
pub use market_model::{MarketModel, Watch};
pub use moved::Moved;
pub use openings::Announced;
pub use places::{Place, forecast_place};
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
    /// Screens or theatres that showed the film, where reported.
    pub screens: Option<u32>,
    /// Its showings, or its share of all showings in ten-thousandths, where reported: one unit per market.
    pub showings: Option<u32>,
}

impl Observed {
    /// A day of which only the amount is known.
    pub fn amount(day: Day, amount: i64) -> Observed {
        Observed { day, amount, screens: None, showings: None }
    }
}

/// A film's series: from its previews to the newest day reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Film {
    /// What people call it: comparable films are named by it. May be empty.
    pub name: String,
    pub release: Day,
    pub measure: Measure,
    /// What was public of it before its release: genres, its distributor, its versions.
    pub kinds: Vec<String>,
    pub days: Vec<Observed>,
}

impl Film {
    /// A film of which nothing but its days is known.
    pub fn of(release: Day, measure: Measure, days: Vec<Observed>) -> Film {
        Film { name: String::new(), release, measure, kinds: Vec::new(), days }
    }
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
    /// How many of them were forecast, for the errors, before they were learned from.
    judged_films: usize,
    /// The smallest opening among them: the first three days together.
    smallest_opening: i64,
    /// The median opening of the newest fifth of them: below it a film is small.
    usual_opening: i64,
    shape: Shape,
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

impl ErrorsFrom {
    /// The errors of a day so far ahead: on the line between the middles of the two groups it lies between.
    fn ahead(&self, days: i32) -> Spread {
        let at = f64::from(days);
        let above = (0..self.ahead.len()).find(|i| fitting::middle(*i) >= at);
        match above {
            None => self.ahead[self.ahead.len() - 1],
            Some(0) => self.ahead[0],
            Some(i) => {
                let (low, high) = (fitting::middle(i - 1), fitting::middle(i));
                self.ahead[i - 1].towards(&self.ahead[i], (at - low) / (high - low))
            }
        }
    }
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

impl Spread {
    fn towards(&self, other: &Spread, part: f64) -> Spread {
        let between = |from: f64, to: f64| from + (to - from) * part;
        Spread {
            q05: between(self.q05, other.q05),
            q25: between(self.q25, other.q25),
            q50: between(self.q50, other.q50),
            q75: between(self.q75, other.q75),
            q95: between(self.q95, other.q95),
        }
    }
}

/// Learns a model from films of one measure, oldest or newest first.
///
/// A film counts up to its first long hole; one without an opening or with fewer than [`DAYS_MIN`] days is left
/// out. Refuses fewer than [`FILMS_MIN`] usable films, and films of different measures.
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
        let whole = |errors: &Vec<ErrorsFrom>| {
            !errors.is_empty() && errors.iter().all(|from| from.ahead.len() == fitting::HORIZONS.len())
        };
        if !whole(&model.errors_small) || !whole(&model.errors_large) {
            return Err(refuse("its errors do not cover every horizon".to_owned()));
        }
        Ok(model)
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a model is plain data")
    }

    /// The same decay for films that are counted in a measure of which nothing was learned. How large an opening is
    /// cannot be told there, so every film has the ranges of the small ones, which are the wider.
    pub fn lent(&self, measure: Measure) -> Model {
        Model { measure, smallest_opening: 0, usual_opening: i64::MAX, ..self.clone() }
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
            expected: expected(0, path.amount(last.day.plus(ahead)), &errors.ahead(ahead)),
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
        let changes = run
            .points
            .windows(2)
            .map(|pair| Change::between(&pair[0], &row(&pair[0]), &pair[1], &row(&pair[1])));
        let changes: Vec<Change> = changes.collect();
        let blend = blend(changes.iter(), &model.shape.coefficients, &model.prior);
        Path { model, calendar, run, last: row(&run.last()), decay: blend.decay, weekend: blend.weekend }
    }

    fn ln(&self, day: Day) -> f64 {
        let last = self.run.last();
        let row = Row::of(self.calendar, self.run.release, day);
        let weeks = f64::from(last.day.days_until(day)) / 7.0;
        let shared =
            row.times(&self.model.shape.coefficients) - self.last.times(&self.model.shape.coefficients);
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

/// What a film's changes beyond curve and calendar say, given as days, logarithm and weekend of each.
fn blend<'a>(changes: impl Iterator<Item = &'a Change>, coefficients: &[f64], prior: &Prior) -> Blend {
    posterior(
        changes.map(|change| (change.days, change.unexplained(coefficients), change.row.weekend)),
        prior,
    )
}

/// The posterior of two unknowns under normal priors (Gelman et al., Bayesian Data Analysis, ch. 14).
fn posterior(changes: impl Iterator<Item = (f64, f64, f64)>, prior: &Prior) -> Blend {
    let (prior_decay, prior_weekend) = (1.0 / prior.decay.powi(2), 1.0 / prior.weekend.powi(2));
    let (mut aa, mut ab, mut bb, mut ay, mut by) = (prior_decay, 0.0, prior_weekend, 0.0, 0.0);
    for (days, unexplained, weekend) in changes {
        let noise = prior.day * days.sqrt();
        let left = unexplained.clamp(-CLIP * noise, CLIP * noise);
        let precision = 1.0 / (noise * noise);
        let weeks = days / 7.0;
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

#[cfg(test)]
mod tests {
    use super::*;

    const YUAN: i64 = 100;
    const MILLION: i64 = 1_000_000 * YUAN;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// A film that opened on a Friday and has taken these many million yuan a day since.
    fn film(millions: &[i64]) -> Film {
        let release = day("2016-12-02");
        let days =
            millions.iter().zip(0..).map(|(amount, i)| Observed::amount(release.plus(i), amount * MILLION));
        Film::of(release, Measure::Gross(Currency::CNY), days.collect())
    }

    fn forecast(film: &Film) -> Result<Forecast, Refusal> {
        Model::shipped().forecast(film, &Calendar::mainland_china())
    }

    fn refused(film: &Film) -> &'static str {
        forecast(film).unwrap_err().code
    }

    /// 30, 50, 45 million and then a week and a half of an ordinary run.
    const ORDINARY: [i64; 14] = [30, 50, 45, 18, 17, 15, 14, 16, 28, 25, 9, 8, 7, 6];

    #[test]
    fn a_forecast_speaks_of_28_days_in_order_with_nested_ranges() {
        let forecast = forecast(&film(&ORDINARY)).unwrap();
        assert_eq!(forecast.as_of, day("2016-12-15"));
        assert_eq!(forecast.so_far, 288 * MILLION);
        assert_eq!(forecast.days.len(), 28);
        for (ahead, i) in forecast.days.iter().zip(1..) {
            assert_eq!(ahead.day, forecast.as_of.plus(i));
        }
        let total = std::iter::once(forecast.total);
        for one in forecast.days.iter().map(|ahead| ahead.expected).chain(total) {
            let ascending = [one.wide.low, one.half.low, one.amount, one.half.high, one.wide.high];
            assert!(ascending.is_sorted(), "{one:?}");
        }
        assert!(forecast.total.wide.low >= forecast.so_far);
        assert!(forecast.because.iter().all(|words| !words.en.is_empty() && !words.zh.is_empty()));
    }

    #[test]
    fn weekends_take_more_than_the_days_around_them() {
        let forecast = forecast(&film(&ORDINARY)).unwrap();
        let on = |text: &str| forecast.days.iter().find(|one| one.day == day(text)).unwrap().expected.amount;
        assert!(on("2016-12-17") > 2 * on("2016-12-19"), "Saturday and Monday");
        assert!(on("2016-12-31") > 2 * on("2016-12-30"), "New Year's Eve, a day off, and the day before");
    }

    #[test]
    fn a_film_that_falls_faster_is_forecast_lower() {
        let slow = film(&[30, 50, 45, 20, 20, 19, 19, 24, 42, 38]);
        let fast = film(&[30, 50, 45, 18, 14, 11, 9, 10, 14, 10]);
        let level = |film: &Film| {
            let forecast = forecast(film).unwrap();
            let last = film.days[film.days.len() - 1].amount as f64;
            forecast.days[13].expected.amount as f64 / last
        };
        assert!(level(&fast) < level(&slow));
    }

    #[test]
    fn a_films_own_days_count_for_more_the_more_there_are() {
        let model = Model::shipped();
        let calendar = Calendar::mainland_china();
        let trust = |days: usize| {
            let film = film(&ORDINARY[..days]);
            let run = Run::read(film.release, &film.days).unwrap();
            let path = Path::of(&model, &calendar, &run);
            (path.decay.trust, path.weekend.trust)
        };
        let (early, late) = (trust(3), trust(14));
        assert!(0.0 < early.0 && early.0 < late.0 && late.0 < 1.0, "{early:?} {late:?}");
        assert!(0.0 < early.1 && early.1 < late.1 && late.1 < 1.0, "{early:?} {late:?}");
    }

    /// The press gave ¥78.88m, ¥115m and a first weekend of ¥270m to ¥287m; the run ended near ¥481m.
    #[test]
    fn the_ferryman_is_forecast_from_its_first_weekend() {
        let release = day("2016-12-23");
        let taken = [7_888, 11_500, 8_460].map(|ten_thousands| ten_thousands * 10_000 * YUAN);
        let days = taken.into_iter().zip(0..).map(|(amount, i)| Observed::amount(release.plus(i), amount));
        let film = Film::of(release, Measure::Gross(Currency::CNY), days.collect());
        let forecast = forecast(&film).unwrap();
        let millions = |amount: i64| (amount as f64 / MILLION as f64).round() as i64;
        let (total, wide) = (forecast.total, forecast.total.wide);
        assert_eq!((millions(total.amount), millions(wide.low), millions(wide.high)), (651, 419, 984));
        assert!((wide.low..=wide.high).contains(&(481 * MILLION)), "{total:?}");
        assert!(forecast.because.iter().any(|words| words.zh.contains("元旦")), "{:?}", forecast.because);
    }

    #[test]
    fn a_films_own_decay_counts_by_its_precision() {
        let prior = Prior { decay: 0.2, weekend: 0.3, day: 0.25 };
        let ten_percent_down = || Change { days: 1.0, ln: -0.10, row: Row::default() };
        let own = blend([ten_percent_down(), ten_percent_down()].iter(), &[], &prior);
        // Prior precision 1 ÷ 0.2² = 25; two days bring 2 × (1/7)² ÷ 0.25² = 0.65306 and pull by −0.45714.
        assert!((own.decay.value - -0.45714 / 25.65306).abs() < 1e-6);
        assert!((own.decay.trust - 0.65306 / 25.65306).abs() < 1e-6);
        assert_eq!((own.weekend.value, own.weekend.trust.abs() < 1e-12), (0.0, true));
    }

    #[test]
    fn too_few_days_are_refused() {
        assert_eq!(refused(&film(&[])), "too_few_days");
        assert_eq!(refused(&film(&[30, 50])), "too_few_days");
        assert_eq!(refused(&film(&[30, 0, 45])), "too_few_days");
        let refusal = forecast(&film(&[30, 50])).unwrap_err();
        assert_eq!(
            refusal.say.en,
            "A forecast needs 3 days with takings from the release on; there are 2 so far."
        );
        assert!(forecast(&film(&[30, 50, 45])).is_ok());
    }

    #[test]
    fn negative_amounts_are_refused() {
        assert_eq!(refused(&film(&[30, 50, 45, -1])), "negative_amount");
    }

    #[test]
    fn a_day_twice_or_out_of_order_is_refused() {
        let mut twice = film(&ORDINARY);
        twice.days[5].day = twice.days[4].day;
        assert_eq!(refused(&twice), "duplicate_day");
        let mut swapped = film(&ORDINARY);
        swapped.days.swap(4, 5);
        assert_eq!(refused(&swapped), "days_out_of_order");
        let endless = Film { days: vec![twice.days[0]; SERIES_DAYS_MAX + 1], ..twice };
        assert_eq!(refused(&endless), "too_many_days");
    }

    #[test]
    fn a_series_without_its_opening_is_refused() {
        let mut late = film(&ORDINARY);
        late.days.remove(0);
        assert_eq!(refused(&late), "opening_missing");
        assert_eq!(refused(&film(&[0, 50, 45, 18])), "opening_missing");
    }

    #[test]
    fn a_few_missing_days_are_bridged_and_not_taken_as_zero() {
        let whole = forecast(&film(&ORDINARY)).unwrap();
        let mut holed = film(&ORDINARY);
        holed.days.drain(5..7);
        let bridged = forecast(&holed).unwrap();
        let (so_far, exact) = (bridged.so_far as f64, whole.so_far as f64);
        assert!((so_far / exact - 1.0).abs() < 0.03, "{so_far} {exact}");
        let total = bridged.total.amount as f64 / whole.total.amount as f64;
        assert!((total - 1.0).abs() < 0.1, "{total}");
        assert!(bridged.because.iter().any(|words| words.en.starts_with("2 missing days were bridged")));
    }

    #[test]
    fn a_long_hole_is_refused() {
        let mut holed = film(&ORDINARY);
        holed.days.drain(3..11);
        assert_eq!(refused(&holed), "hole_in_series");
    }

    #[test]
    fn a_reported_zero_is_a_day_without_showings() {
        let mut closed = film(&ORDINARY);
        closed.days[5].amount = 0;
        let forecast = forecast(&closed).unwrap();
        assert_eq!(forecast.so_far, (288 - 15) * MILLION);
    }

    #[test]
    fn a_run_that_is_over_or_too_old_is_refused() {
        assert_eq!(refused(&film(&[30, 50, 45, 18, 0])), "run_ended");
        let slow: Vec<i64> = (0..46).map(|i| 60 - i).collect();
        assert_eq!(refused(&film(&slow)), "run_too_old");
        assert!(forecast(&film(&slow[..45])).is_ok());
    }

    #[test]
    fn previews_count_in_the_total_and_not_in_the_decay() {
        let plain = forecast(&film(&ORDINARY)).unwrap();
        let mut previewed = film(&ORDINARY);
        previewed.days.insert(0, Observed::amount(day("2016-11-30"), 5 * MILLION));
        let forecast = forecast(&previewed).unwrap();
        assert_eq!(forecast.so_far, plain.so_far + 5 * MILLION);
        assert_eq!(forecast.days, plain.days);
    }

    #[test]
    fn a_model_of_gross_does_not_forecast_admissions() {
        let admissions = Film { measure: Measure::Admissions, ..film(&ORDINARY) };
        assert_eq!(refused(&admissions), "wrong_measure");
    }

    #[test]
    fn a_lent_model_tells_the_same_decay_with_the_ranges_of_small_films() {
        let won = Measure::Gross(Currency::KRW);
        let lent = Model::shipped().lent(won);
        let told = |film: &Film| {
            let told = |model: &Model, film: &Film| model.forecast(film, &Calendar::of_weekdays()).unwrap();
            (told(&Model::shipped(), film), told(&lent, &Film { measure: won, ..film.clone() }))
        };
        // A film that is small where the model learned is told alike; an ordinary one with wider ranges.
        let mut small = film(&ORDINARY);
        small.days.iter_mut().for_each(|one| one.amount /= 20);
        let (own, abroad) = told(&small);
        assert_eq!((abroad.measure, &abroad.days, abroad.total), (won, &own.days, own.total));
        let (own, abroad) = told(&film(&ORDINARY));
        let width = |one: &Forecast| one.total.wide.high as f64 / one.total.wide.low as f64;
        assert!(width(&abroad) > width(&own));
        assert!(abroad.because[0].en.contains('₩'), "{}", abroad.because[0].en);
        // Other countries' calendars know days that the model has never heard of.
        let film = Film { measure: won, ..film(&ORDINARY) };
        for calendar in [Calendar::south_korea(), Calendar::united_states()] {
            let told = lent.forecast(&film, &calendar).unwrap();
            assert_eq!(told.days.len(), HORIZON_DAYS as usize);
            assert!(!lent.effects(&calendar, (0..30).map(|i| film.release.plus(i))).is_empty());
        }
    }

    #[test]
    fn beyond_the_calendar_a_sentence_says_that_only_weekdays_are_known() {
        let warns = |forecast: &Forecast| {
            forecast.because.iter().any(|words| words.en.contains("knows weekdays only"))
        };
        assert!(!warns(&forecast(&film(&ORDINARY)).unwrap()));
        let late = Film {
            release: day("2026-12-18"),
            days: ORDINARY
                .iter()
                .zip(0..)
                .map(|(amount, i)| Observed::amount(day("2026-12-18").plus(i), amount * MILLION))
                .collect(),
            ..film(&[])
        };
        assert!(warns(&forecast(&late).unwrap()));
    }

    #[test]
    fn a_tiny_film_is_forecast_with_a_warning() {
        let mut tiny = film(&ORDINARY);
        tiny.days.iter_mut().for_each(|one| one.amount /= 1000);
        let forecast = forecast(&tiny).unwrap();
        assert!(forecast.because.iter().any(|words| words.en.starts_with("It opened smaller")));
    }

    /// Films of a made-up market: each with a decay and a weekend of its own, without noise.
    fn market(films: i32) -> Vec<Film> {
        let film = |i: i32| {
            let release = day("2012-01-06").plus(i * 3);
            let decay = 0.06 + f64::from(i % 5) * 0.01;
            let takings = |age: i32| {
                let day = release.plus(age);
                let weekend = if day.weekday() >= 6 { 1.6 + f64::from(i % 3) * 0.2 } else { 1.0 };
                let amount = (20 + i % 7) as f64 * MILLION as f64 * weekend * (-decay * f64::from(age)).exp();
                Observed::amount(day, amount.round() as i64)
            };
            Film::of(release, Measure::Gross(Currency::CNY), (0..50).map(takings).collect())
        };
        (0..films).map(film).collect()
    }

    #[test]
    fn a_model_learns_a_market_without_noise() {
        let calendar = Calendar::of_weekdays();
        let films = market(120);
        let model = fit(&films, &calendar).unwrap();
        let film = &films[60];
        let early = Film { days: film.days[..10].to_vec(), ..film.clone() };
        let forecast = model.forecast(&early, &calendar).unwrap();
        for (ahead, taken) in forecast.days[..14].iter().zip(&film.days[10..]) {
            let ratio = ahead.expected.amount as f64 / taken.amount as f64;
            assert!((0.85..1.18).contains(&ratio), "{} {ratio}", ahead.day);
        }
        assert_eq!(Model::from_json(&model.to_json()).unwrap(), model);
    }

    #[test]
    fn a_model_is_not_learned_from_a_handful_of_films() {
        let refusal = fit(&market(99), &Calendar::of_weekdays()).unwrap_err();
        assert_eq!(refusal.code, "too_few_films");
        let mut mixed = market(60);
        mixed[7].measure = Measure::Admissions;
        assert_eq!(fit(&mixed, &Calendar::of_weekdays()).unwrap_err().code, "wrong_measure");
    }

    #[test]
    fn a_model_with_other_coefficients_is_refused() {
        let text = Model::shipped().to_json();
        for (from, to) in [("\"qixi\"", "\"easter\""), ("\"films\"", "\"movies\"")] {
            assert_eq!(Model::from_json(&text.replacen(from, to, 1)).unwrap_err().code, "bad_model");
        }
    }
}
