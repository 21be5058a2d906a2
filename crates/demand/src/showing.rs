//! How many seats a showing will sell.
//!
//! The slot is what hour, kind of day, cinema and hall usually sell, with the films taken out (a Poisson
//! regression). The level is how the film does lately: in all cinemas, in this one, at this hour, each shrunk towards
//! the one before it. Boosted trees see both and what the schedule says: how many showings share the film's public
//! that day, how near they are, how long the film has run. The ranges are the errors this method made on days it had
//! not seen (`docs/algorithms/showing_forecast.md`).
//!
//! A day teaches once it is over: a forecast asked on a day sees the days before it, and the schedule.

mod board;
mod booking;
mod level;
mod slot;
mod telling;

use crate::boosting::{Bins, Boosted, Loss, Settings, Table};
use crate::least_squares::quantile;
use crate::threads;
use board::Board;
use kernel::{Day, Kind, Lang, Refusal, Words, signed};
use level::Levels;

pub use booking::{BOOKED_SHOWINGS_MIN, Booked, BookingCurve, SoFar};
pub use slot::Slots;

/// A model is not learned from fewer showings with counted seats.
pub const SHOWINGS_MIN: usize = 300;
/// Nor from fewer days that had any.
pub const DAYS_MIN: usize = 7;
/// Older days are forgotten.
pub const HISTORY_DAYS_MAX: i32 = 120;
/// A forecast looks no further ahead.
pub const AHEAD_DAYS_MAX: i32 = 14;
/// The training days lose half of their weight in this many days.
const FORGETTING_DAYS: f64 = 7.0;
/// Times the trees of each loss are grown, each on other parts of rows and columns.
const GROWN: u64 = 2;
/// Seats scatter with this power of their mean: 1 would be single persons, 2 groups that grow with the film.
const SCATTER_POWER: f64 = 1.5;
/// The newest training days, in this many blocks, are forecast by models that have not seen them.
const JUDGED_BLOCKS: usize = 2;
/// Added to seats before their logarithm is taken, so that an empty hall has one.
const SOFT_SEATS: f64 = 3.0;

/// What sort of day it is, as the place's calendar says beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayKind {
    /// A weekend or a public holiday.
    pub rests: bool,
    /// Tomorrow rests and today does not.
    pub eve: bool,
    pub school_holiday: bool,
}

/// A film in a hall at a moment, as the schedule has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Showing {
    pub film: String,
    pub cinema: String,
    /// Unique within its cinema.
    pub hall: String,
    /// The business day: half past midnight belongs to the evening before.
    pub day: Day,
    /// Minutes from the business day's midnight, up to 30 hours.
    pub minute: u16,
    /// Unknown when the hall's plan was not read; then the hall's other showings say it.
    pub seats: Option<u32>,
    /// Minor units; compared within its cinema only.
    pub price_minor: Option<i64>,
    /// The film's first day in cinemas; when unknown, the first day it was seen.
    pub release: Option<Day>,
}

/// A showing that is over; `sold` is unknown where it was not counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    pub showing: Showing,
    pub sold: Option<u32>,
}

/// From a low to a high number of seats, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub low: u32,
    pub high: u32,
}

/// What a showing will sell.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// Seats: as often too many as too few.
    pub seats: f64,
    /// 50 %.
    pub half: Range,
    /// 90 %.
    pub wide: Range,
    /// Why, most important first.
    pub because: Vec<Words>,
}

/// What was learned from an installation's own showings.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    slots: Slots,
    experts: Experts,
    errors: Errors,
    showings: usize,
}

/// Trees grown for two losses, several times each; what they say is averaged, for each errs in its own way.
#[derive(Clone, Debug, PartialEq)]
struct Experts {
    /// The mean of seats, which scatter as groups do.
    means: Vec<Boosted>,
    /// The mean of the root of seats, whose square lies towards the median.
    roots: Vec<Boosted>,
}

/// Where `ln((sold + 3) ÷ (forecast + 3))` lay on days not seen: its 5, 25, 75 and 95 % points, by size of forecast.
#[derive(Clone, Debug, Default, PartialEq)]
struct Errors(Vec<ErrorsUpTo>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct ErrorsUpTo {
    seats: f64,
    points: [f64; 4],
}

/// A question: what the showings of `schedule` will sell, as far as the morning of `asked` can know.
pub struct Question<'a> {
    /// Showings of days before `asked`.
    pub history: &'a [Played],
    /// Whole days, from `asked` on: the showings of a day tell about each other.
    pub schedule: &'a [Showing],
    pub asked: Day,
    pub days: &'a dyn Fn(Day) -> DayKind,
}

impl Model {
    /// Learns from showings of days before `asked`, for forecasts up to `ahead_days` ahead (the day itself is 1).
    ///
    /// Refuses fewer than [`SHOWINGS_MIN`] counted showings or [`DAYS_MIN`] days, and showings of later days.
    pub fn fit(
        history: &[Played],
        asked: Day,
        ahead_days: i32,
        days: &dyn Fn(Day) -> DayKind,
    ) -> Result<Model, Refusal> {
        let board = Board::of(history, &[], asked, days)?;
        enough(&board)?;
        let ahead_days = ahead_days.clamp(1, AHEAD_DAYS_MAX);
        let end = board.asked;
        let (slots, experts) = learn(&board, end, ahead_days);
        let errors = Errors::of(judge(&board, end, ahead_days));
        Ok(Model { slots, experts, errors, showings: board.counted(end) })
    }

    /// One forecast for every showing of the schedule, in its order.
    ///
    /// Refuses history from `asked` on, a schedule before it or further ahead than [`AHEAD_DAYS_MAX`] days.
    pub fn forecast(&self, question: &Question<'_>) -> Result<Vec<Forecast>, Refusal> {
        let Question { history, schedule, asked, days } = question;
        let board = Board::of(history, schedule, *asked, *days)?;
        let base = self.slots.seats(&board);
        let levels = Levels::of(&board, &base, board.asked);
        let first = board.rows.len() - schedule.len();
        let told = (first..board.rows.len()).map(|i| {
            let row = features(&board, &base, &levels, i, board.asked);
            let seats = self.experts.seats(&row).min(board.rows[i].seats);
            let (half, wide) = self.errors.ranges(seats, board.rows[i].seats);
            let because = telling::because(&board, &base, &levels, i, seats, wide, self.showings);
            Forecast { seats, half, wide, because }
        });
        Ok(told.collect())
    }

    /// What the Poisson regression says by itself, with its films: a yardstick for the forecasts.
    pub fn regression(&self, question: &Question<'_>) -> Result<Vec<f64>, Refusal> {
        let Question { history, schedule, asked, days } = question;
        let board = Board::of(history, schedule, *asked, *days)?;
        let all = self.slots.with_films(&board);
        Ok(all[board.rows.len() - schedule.len()..].to_vec())
    }
}

impl Forecast {
    /// The forecast once some seats are sold (Gamma and Poisson, see [`BookingCurve::update`]); as it is while none is
    /// and none was to be expected.
    pub fn after(&self, so_far: SoFar, seats: u32, curve: &BookingCurve) -> Forecast {
        if so_far.sold == 0 && curve.part(so_far.minutes_left) * self.seats < 0.5 {
            return self.clone();
        }
        curve.update(self, so_far, seats)
    }

    /// The forecast of a showing of which so many seats are sold already, where nobody knows how seats arrive.
    pub fn at_least(self, sold: u32) -> Forecast {
        let above = |range: Range| Range { low: range.low.max(sold), high: range.high.max(sold) };
        Forecast {
            seats: self.seats.max(f64::from(sold)),
            half: above(self.half),
            wide: above(self.wide),
            because: self.because,
        }
    }
}

fn enough(board: &Board) -> Result<(), Refusal> {
    let counted = board.counted(board.asked);
    let mut days: Vec<i32> = board.rows.iter().filter(|row| row.sold.is_some()).map(|row| row.day).collect();
    days.sort_unstable();
    days.dedup();
    if counted >= SHOWINGS_MIN && days.len() >= DAYS_MIN {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "too_few_showings",
        format!(
            "A forecast needs {SHOWINGS_MIN} showings with counted seats on {DAYS_MIN} days; \
             there are {counted} on {}.",
            days.len()
        ),
        format!(
            "预测需要 {DAYS_MIN} 天内至少 {SHOWINGS_MIN} 个已计数的场次；目前 {} 天共 {counted} 场。",
            days.len()
        ),
    ))
}

/// Learns slots and experts from the rows of days before `end`.
fn learn(board: &Board, end: i32, ahead_days: i32) -> (Slots, Experts) {
    let slots = Slots::fit(board, end);
    let base = slots.seats(board);
    let first = board.rows.iter().map(|row| row.day).min().unwrap_or(end);
    let mut horizons = vec![1, (1 + ahead_days) / 2, ahead_days];
    horizons.dedup();
    let mut taught = Taught::default();
    for asked in first + 1..end {
        let levels = Levels::of(board, &base, asked);
        for horizon in &horizons {
            let day = asked + horizon - 1;
            for i in board.counted_on(day).filter(|_| day < end) {
                let weight = 0.5_f64.powf(f64::from(end - 1 - day) / FORGETTING_DAYS);
                taught.push(&features(board, &base, &levels, i, asked), board.rows[i].sold, weight);
            }
        }
    }
    (slots, Experts::fit(&taught))
}

#[derive(Default)]
struct Taught {
    table: Option<Table>,
    sold: Vec<f64>,
    weights: Vec<f64>,
}

impl Taught {
    fn push(&mut self, row: &[f64], sold: Option<f64>, weight: f64) {
        self.table.get_or_insert_with(|| Table::new(row.len())).push(row);
        self.sold.push(sold.unwrap_or(0.0));
        self.weights.push(weight);
    }
}

impl Experts {
    fn fit(taught: &Taught) -> Experts {
        let empty = Table::default();
        let table = taught.table.as_ref().unwrap_or(&empty);
        let roots: Vec<f64> = taught.sold.iter().map(|sold| sold.sqrt()).collect();
        let settings = |leaves_max, seed| Settings {
            trees: 250,
            learning_rate: 0.06,
            leaves_max,
            leaf_weight_min: 12.0,
            ridge: 2.0,
            rows_part: 0.7,
            columns_part: 0.4,
            seed,
        };
        let bins = Bins::of(table);
        let mean = |seed| {
            let settings = settings(31, seed);
            Boosted::fit_on(&bins, &taught.sold, &taught.weights, Loss::Tweedie(SCATTER_POWER), &settings)
        };
        let root = |seed| {
            Boosted::fit_on(&bins, &roots, &taught.weights, Loss::Squared, &settings(15, GROWN + seed))
        };
        // A mean takes twice as long as a root: in turns, so that every core gets as many of both.
        let grown = threads::each(2 * GROWN as usize, |i| {
            let seed = i as u64 / 2 + 1;
            if i % 2 == 0 { mean(seed) } else { root(seed) }
        });
        let mut experts = Experts { means: Vec::new(), roots: Vec::new() };
        for (i, one) in grown.into_iter().enumerate() {
            if i % 2 == 0 { experts.means.push(one) } else { experts.roots.push(one) }
        }
        experts
    }

    fn seats(&self, row: &[f64]) -> f64 {
        let means: f64 = self.means.iter().map(|trees| trees.predict(row)).sum();
        let roots: f64 = self.roots.iter().map(|trees| trees.predict(row).max(0.0).powi(2)).sum();
        (means + roots) / (2 * GROWN) as f64
    }
}

/// `(forecast, sold)` of the newest third of the days, each by a model that had not seen it.
fn judge(board: &Board, end: i32, ahead_days: i32) -> Vec<(f64, f64)> {
    let mut days: Vec<i32> =
        board.rows.iter().filter(|row| row.sold.is_some() && row.day < end).map(|row| row.day).collect();
    days.sort_unstable();
    days.dedup();
    let judged = &days[days.len() - (days.len() / 3).max(JUDGED_BLOCKS)..];
    let mut pairs = Vec::new();
    for block in judged.chunks(judged.len().div_ceil(JUDGED_BLOCKS)) {
        let (slots, experts) = learn(board, block[0], ahead_days);
        let base = slots.seats(board);
        for day in block {
            for ahead in [1, ahead_days] {
                let asked = (day + 1 - ahead).max(days[0] + 1);
                let levels = Levels::of(board, &base, asked);
                pairs.extend(board.counted_on(*day).map(|i| {
                    let row = features(board, &base, &levels, i, asked);
                    let seats = experts.seats(&row).min(board.rows[i].seats);
                    (seats, board.rows[i].sold.unwrap_or(0.0))
                }));
            }
        }
    }
    pairs
}

impl Errors {
    /// Five groups by size of forecast, of as many pairs each.
    fn of(mut pairs: Vec<(f64, f64)>) -> Errors {
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let groups = pairs.chunks(pairs.len().div_ceil(5).max(1));
        let group = |pairs: &[(f64, f64)]| {
            let mut errors: Vec<f64> =
                pairs.iter().map(|(seats, sold)| ((sold + SOFT_SEATS) / (seats + SOFT_SEATS)).ln()).collect();
            errors.sort_by(f64::total_cmp);
            ErrorsUpTo {
                seats: pairs.last().map_or(0.0, |pair| pair.0),
                points: [0.05, 0.25, 0.75, 0.95].map(|part| quantile(&errors, part)),
            }
        };
        Errors(groups.map(group).collect())
    }

    /// The half and the wide range around a forecast, no larger than the hall.
    fn ranges(&self, seats: f64, hall: f64) -> (Range, Range) {
        let group = self.0.iter().find(|group| seats <= group.seats).or(self.0.last());
        let points = group.map_or([0.0; 4], |group| group.points);
        let at =
            |point: f64| ((seats + SOFT_SEATS) * point.exp() - SOFT_SEATS).clamp(0.0, hall).round() as u32;
        let [low, half_low, half_high, high] = points.map(at);
        (Range { low: half_low, high: half_high }, Range { low, high })
    }
}

/// What the experts see of row `i` when asked on a day; `NaN` is unknown.
fn features(board: &Board, base: &[f64], levels: &Levels, i: usize, asked: i32) -> Vec<f64> {
    let row = &board.rows[i];
    let flag = |yes: bool| f64::from(u8::from(yes));
    let mut features = vec![
        f64::from(row.minute) / 60.0,
        row.seats,
        f64::from(row.weekday),
        flag(row.kind.rests),
        flag(row.kind.eve),
        flag(row.kind.school_holiday),
        f64::from(row.age),
        row.price,
        f64::from(row.day - asked),
        base[i].ln(),
        levels.seats(base, i).ln(),
    ];
    features.extend(row.schedule.list());
    features.extend(board.week_before(i, asked));
    features.extend(levels.list(i));
    features
}

fn percent(ratio: f64) -> String {
    format!("{} %", signed((ratio - 1.0) * 100.0, 0))
}

fn later_than_asked(day: Day, asked: Day) -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "later_than_asked",
        format!(
            "What was sold on {} is not known on the morning of {}.",
            day.say(Lang::En),
            asked.say(Lang::En)
        ),
        format!("{}的售票数在{}早上尚不可知。", day.say(Lang::Zh), asked.say(Lang::Zh)),
    )
}

#[cfg(test)]
mod tests;
