//! Showings: seats sold against seats forecast, and plans against what the cinema ran.
//!
//! *Rolling*: before every test day everything up to the evening before is learned, and the day's schedule is
//! known. *Fixed*: everything is learned once, up to `train_until`, and all test days are asked then. Only showings
//! whose seats were counted are judged; the others are part of the schedule.

mod planning;
mod rivals;
mod series;

use crate::report;
use anyhow::{Context, Result};
use demand::showing::{AHEAD_DAYS_MAX, DayKind, Forecast, Model, Played, Question, Showing};
use kernel::{Day, Refusal};
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

pub use planning::{Planned, Plans, plans};
pub use series::{parse, read, singapore};

/// What to judge: a file of showings and three days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub series: PathBuf,
    /// The last day the fixed forecasts learn from.
    pub train_until: Day,
    pub test_from: Day,
    pub test_until: Day,
    pub json: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    Rolling,
    Fixed,
}

/// How one method did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    pub protocol: Protocol,
    pub method: &'static str,
    pub showings: usize,
    /// Σ |sold − forecast| ÷ Σ sold.
    pub wape: f64,
    /// Σ forecast ÷ Σ sold − 1.
    pub bias: f64,
    /// The part of showings inside the 50 % and the 90 % range, where the method has ranges.
    pub inside_half: Option<f64>,
    pub inside_wide: Option<f64>,
}

/// How the rolling forecast did on one day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DayScore {
    pub day: Day,
    pub sold: f64,
    pub wape: f64,
    pub bias: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub train_until: Day,
    pub test_from: Day,
    pub test_until: Day,
    /// Showings of the test days without counted seats: part of the schedule, not judged.
    pub uncounted: usize,
    pub scores: Vec<Score>,
    pub days: Vec<DayScore>,
    pub plans: Plans,
}

/// Judges forecasts and plans on a file; writes the report as JSON where the options say.
pub fn run(options: &Options) -> Result<Report> {
    let all = series::read(&options.series)?;
    let mut report = forecasts(&all, options)?;
    report.plans = plans(&all, options)?;
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(report)
}

/// Judges forecasts only.
pub fn forecasts(all: &[Played], options: &Options) -> Result<Report> {
    let Options { train_until, test_from, test_until, .. } = *options;
    if train_until >= test_from || test_from > test_until {
        return Err(report::refusal(
            format!("The test days {test_from} to {test_until} must come after {train_until}, in order."),
            format!("评判日期 {test_from} 至 {test_until} 须依次晚于 {train_until}。"),
        ));
    }
    let tested = |one: &&Played| test_from <= one.showing.day && one.showing.day <= test_until;
    let uncounted = all.iter().filter(tested).filter(|one| one.sold.is_none()).count();
    if !all.iter().any(|one| tested(&one)) {
        return Err(report::refusal(
            format!("There is no showing from {test_from} to {test_until}."),
            format!("{test_from} 至 {test_until} 没有场次。"),
        ));
    }
    let rolling = rolling(all, test_from, test_until)?;
    let mut scores = rolling.scores(Protocol::Rolling);
    scores.extend(fixed(all, train_until, test_from, test_until)?.scores(Protocol::Fixed));
    let days = rolling.by_day();
    Ok(Report { train_until, test_from, test_until, uncounted, scores, days, plans: Plans::none() })
}

/// What everybody said of every judged showing.
#[derive(Default)]
struct Judged {
    days: Vec<Day>,
    sold: Vec<f64>,
    ours: Vec<Forecast>,
    seven: Vec<f64>,
    regression: Vec<f64>,
    plain: Vec<f64>,
}

fn rolling(all: &[Played], from: Day, until: Day) -> Result<Judged> {
    let mut judged = Judged::default();
    for ahead in 0..=from.days_until(until) {
        let day = from.plus(ahead);
        if all.iter().any(|one| one.showing.day == day) {
            let learned = Learned::by(all, day, 1)?;
            learned.judge(all, day, day, &mut judged)?;
        }
    }
    Ok(judged)
}

fn fixed(all: &[Played], train_until: Day, from: Day, until: Day) -> Result<Judged> {
    let asked = train_until.plus(1);
    let until = until.min(asked.plus(AHEAD_DAYS_MAX - 1));
    let learned = Learned::by(all, asked, asked.days_until(until) + 1)?;
    let mut judged = Judged::default();
    learned.judge(all, from, until, &mut judged)?;
    Ok(judged)
}

/// Every method, as the morning of one day knows it.
struct Learned<'a> {
    history: &'a [Played],
    asked: Day,
    ours: Model,
    plain: rivals::Plain<'a>,
}

impl<'a> Learned<'a> {
    fn by(all: &'a [Played], asked: Day, ahead_days: i32) -> Result<Learned<'a>> {
        let history = &all[..all.partition_point(|one| one.showing.day < asked)];
        let ours = Model::fit(history, asked, ahead_days, &singapore).map_err(said)?;
        Ok(Learned { history, asked, ours, plain: rivals::Plain::fit(history, asked, &singapore) })
    }

    fn judge(&self, all: &[Played], from: Day, until: Day, judged: &mut Judged) -> Result<()> {
        let days = |one: &&Played| from <= one.showing.day && one.showing.day <= until;
        let of_days: Vec<&Played> = all.iter().filter(days).collect();
        let schedule: Vec<Showing> = of_days.iter().map(|one| one.showing.clone()).collect();
        let calendar: &dyn Fn(Day) -> DayKind = &singapore;
        let question =
            Question { history: self.history, schedule: &schedule, asked: self.asked, days: calendar };
        let ours = self.ours.forecast(&question).map_err(said)?;
        let regression = self.ours.regression(&question).map_err(said)?;
        let seven = rivals::last_seven_days(self.history, &schedule, self.asked);
        let plain = self.plain.forecast(self.history, &schedule, self.asked);
        for (i, one) in of_days.iter().enumerate() {
            let Some(sold) = one.sold else { continue };
            judged.days.push(one.showing.day);
            judged.sold.push(f64::from(sold));
            judged.ours.push(ours[i].clone());
            judged.seven.push(seven[i]);
            judged.regression.push(regression[i]);
            judged.plain.push(plain[i]);
        }
        Ok(())
    }
}

fn said(no: Refusal) -> anyhow::Error {
    anyhow::anyhow!(no.say.en)
}

impl Judged {
    fn scores(&self, protocol: Protocol) -> Vec<Score> {
        let seats: Vec<f64> = self.ours.iter().map(|forecast| forecast.seats).collect();
        let score = |method, forecast: &[f64]| {
            let (wape, bias) = errors(&self.sold, forecast);
            Score {
                protocol,
                method,
                showings: forecast.len(),
                wape,
                bias,
                inside_half: None,
                inside_wide: None,
            }
        };
        let mut ours = score("ours", &seats);
        let inside = |range: &dyn Fn(&Forecast) -> demand::showing::Range| {
            let held = self.ours.iter().zip(&self.sold).filter(|(forecast, sold)| {
                let range = range(forecast);
                f64::from(range.low) <= **sold && **sold <= f64::from(range.high)
            });
            Some(held.count() as f64 / self.sold.len().max(1) as f64)
        };
        ours.inside_half = inside(&|forecast| forecast.half);
        ours.inside_wide = inside(&|forecast| forecast.wide);
        vec![
            ours,
            score("gradient boosting", &self.plain),
            score("Poisson regression", &self.regression),
            score("last seven days' mean", &self.seven),
        ]
    }

    fn by_day(&self) -> Vec<DayScore> {
        let mut days = self.days.clone();
        days.sort();
        days.dedup();
        let of = |day: Day| {
            let rows: Vec<usize> = (0..self.days.len()).filter(|i| self.days[*i] == day).collect();
            let sold: Vec<f64> = rows.iter().map(|i| self.sold[*i]).collect();
            let seats: Vec<f64> = rows.iter().map(|i| self.ours[*i].seats).collect();
            let (wape, bias) = errors(&sold, &seats);
            DayScore { day, sold: sold.iter().sum(), wape, bias }
        };
        days.into_iter().map(of).collect()
    }
}

/// WAPE and bias; zero sold counts as one.
fn errors(sold: &[f64], forecast: &[f64]) -> (f64, f64) {
    let total = sold.iter().sum::<f64>().max(1.0);
    let missed: f64 = sold.iter().zip(forecast).map(|(sold, forecast)| (sold - forecast).abs()).sum();
    (missed / total, forecast.iter().sum::<f64>() / total - 1.0)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { train_until, test_from, test_until, uncounted, .. } = self;
        writeln!(f, "Showings from {test_from} to {test_until}; fixed forecasts learn up to {train_until}.")?;
        writeln!(f, "{uncounted} showings without counted seats are not judged.\n")?;
        writeln!(
            f,
            "{:<9} {:<22} {:>8} {:>6} {:>7} {:>6} {:>6}",
            "protocol", "method", "showings", "WAPE", "bias", "in 50", "in 90"
        )?;
        let part = |part: Option<f64>| part.map_or("–".to_owned(), |part| format!("{part:.3}"));
        for score in &self.scores {
            let protocol = match score.protocol {
                Protocol::Rolling => "rolling",
                Protocol::Fixed => "fixed",
            };
            let Score { method, showings, wape, bias, inside_half, inside_wide, .. } = score;
            let (half, wide) = (part(*inside_half), part(*inside_wide));
            writeln!(
                f,
                "{protocol:<9} {method:<22} {showings:>8} {wape:>6.3} {bias:>+7.3} {half:>6} {wide:>6}"
            )?;
        }
        writeln!(f, "\n{:<10} {:>8} {:>6} {:>7}", "day", "sold", "WAPE", "bias")?;
        for DayScore { day, sold, wape, bias } in &self.days {
            writeln!(f, "{:<10} {sold:>8.0} {wape:>6.3} {bias:>+7.3}", day.to_string())?;
        }
        planning::print(f, &self.plans)
    }
}

#[cfg(test)]
mod tests;
