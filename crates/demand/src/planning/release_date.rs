//! The day to open: candidate days compared under competition, season and what the import rules let in.
//!
//! A film takes `base × season × appetite left`, week after week. The base is its own first week against average
//! competition; the season is how much the market takes around a day; the appetite left falls with the takings of
//! whoever else is in cinemas, as far as their audiences overlap (an attraction model in the manner of Krider and
//! Weinberg 1998; rivals near in kind cost more than others: Einav 2010). What is not known, every film's draw and
//! the imports a rule may yet let in, is thrown with dice, the same throws for every day and scenario, so that their
//! differences are not chance (`docs/algorithms/release_date.md`).

mod choosing;
mod worlds;

use super::super::in_release::{Expected, Range};
use crate::opening::History;
use kernel::{Day, Dice, Kind, Refusal, Words};

pub const CANDIDATES_MAX: usize = 60;
pub const SCENARIOS_MAX: usize = 8;
pub const SLATE_MAX: usize = 500;
/// Ways the season may go that are thrown.
pub const DRAWS: usize = 800;
/// A run is followed for so many weeks.
pub const RUN_WEEKS: i32 = 8;
/// The market's domestic share is told over the first weeks of the run.
pub const SHARE_WEEKS: i32 = 4;

/// A film, with what its first week would take in an average week against average competition.
#[derive(Clone, Debug, PartialEq)]
pub struct Entrant {
    pub id: String,
    pub name: String,
    /// The day it opens; of the film that is planned, the day it would open now.
    pub release: Day,
    /// Minor units: the median.
    pub first_week: i64,
    /// Standard deviation of its logarithm.
    pub spread: f64,
    pub genres: Vec<String>,
    pub domestic: bool,
    /// The part of the planned film's audience that also wants this one, 0 to 1, where it was measured; else the
    /// genres say.
    pub shared_audience: Option<f64>,
}

/// What a rule on imports would let into cinemas.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    pub code: String,
    pub name: Words,
    /// Imports that open in an average week beside those of the slate.
    pub imports_per_week: f64,
    /// The first week of such an import, in minor units: the median.
    pub import_first_week: i64,
    /// Standard deviation of its logarithm.
    pub import_spread: f64,
}

/// The domestic films that usually open in a week, of which the slate knows those that are announced.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usual {
    pub films_per_week: f64,
    /// The first week of such a film, in minor units: the median.
    pub first_week: i64,
    /// Standard deviation of its logarithm.
    pub spread: f64,
}

/// What is known of the market.
#[derive(Clone, Debug, PartialEq)]
pub struct Season {
    /// How much the market takes in a week from a day on, against an average week, by day of the year.
    index: Vec<f64>,
    /// What the market takes in an average week, in minor units.
    pub week: f64,
}

impl Season {
    /// The season of a history's newest three years, as of a day. Refuses less than a year of it.
    pub fn of(history: &History, as_of: Day) -> Result<Season, Refusal> {
        let refuse = || {
            Refusal::new(
                Kind::Invalid,
                "too_few_days",
                "The market was reported for less than a year; a season cannot be told from that.",
                "市场数据不足一年，无法判断档期强弱。",
            )
        };
        let years: Vec<Vec<f64>> = (0..3).filter_map(|back| history.year_of_weeks(as_of, back)).collect();
        if years.is_empty() {
            return Err(refuse());
        }
        let index = (0..366).map(|i| {
            let logs: f64 = years.iter().map(|year| year[i].max(0.05).ln()).sum();
            (logs / years.len() as f64).exp()
        });
        Ok(Season { index: index.collect(), week: history.level(as_of).exp() * 7.0 })
    }

    /// A season that is given: one number for each day of the year, 1 on average. Refuses other lengths and
    /// numbers that are not positive.
    pub fn given(index: Vec<f64>, week: i64) -> Result<Season, Refusal> {
        if index.len() != 366 || index.iter().any(|one| !one.is_finite() || *one <= 0.0) || week < 1 {
            return Err(impossible(
                "A season is 366 positive numbers and a week’s takings.",
                "档期指数应为 366 个正数，并给出一周大盘。",
            ));
        }
        Ok(Season { index, week: week as f64 })
    }

    /// The week that begins on a day, against an average one.
    pub fn at(&self, day: Day) -> f64 {
        self.index[of_year(day)]
    }
}

/// The place of a day in its year, from 0.
pub(crate) fn of_year(day: Day) -> usize {
    Day::new(day.year(), 1, 1).map_or(0, |first| first.days_until(day).clamp(0, 365)) as usize
}

/// How films compete.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Competition {
    /// How much of its takings a film loses for every average week's takings that films of its own audience bring.
    pub substitution: f64,
    /// How far films without a genre in common still share audience and screens, 0 to 1.
    pub overlap_least: f64,
    /// What a film keeps from one week to the next.
    pub kept_weekly: f64,
}

impl Default for Competition {
    /// Half a film's takings go when a full average market of its own audience stands against it (Krider and
    /// Weinberg's attraction with an outside option as large as the market); half is kept from week to week, as
    /// films of the United States do; China's kept .3 in 2011–15.
    fn default() -> Competition {
        Competition { substitution: 1.0, overlap_least: 0.25, kept_weekly: 0.5 }
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub film: Entrant,
    /// What its forecast before release says of its first week on the day it opens now, the middle of what may come, in
    /// minor units. It knows the season and the rivals of that day; the film's own `first_week` then gives way to what
    /// comes to this under the first scenario.
    pub foreseen: Option<i64>,
    pub slate: Vec<Entrant>,
    pub usual: Usual,
    pub candidates: Vec<Day>,
    pub scenarios: Vec<Scenario>,
    pub season: Season,
    pub competition: Competition,
}

/// A part of a whole, in parts of one, with its ranges.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Part {
    pub mean: f64,
    pub half: (f64, f64),
    pub wide: (f64, f64),
}

/// One day under one scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub day: Day,
    /// The scenario's code.
    pub scenario: String,
    /// The first seven days, in minor units.
    pub opening: Expected,
    /// The first [`RUN_WEEKS`] weeks.
    pub total: Expected,
    /// Domestic films' part of the market over the first [`SHARE_WEEKS`] weeks.
    pub domestic_share: Part,
    /// How often this day's total was the highest of all candidates under the scenario.
    pub best: f64,
    pub because: Vec<Words>,
}

/// Compares every candidate day under every scenario; candidates by day, scenarios in the order given within.
///
/// Refuses nothing to compare, too much of anything, and numbers that cannot be.
pub fn compare(question: &Question, dice: &mut Dice) -> Result<Vec<Choice>, Refusal> {
    refuse_impossible(question)?;
    let mut candidates = question.candidates.clone();
    candidates.sort();
    candidates.dedup();
    let mut worlds = worlds::throw(question, &candidates, dice);
    if let Some(first_week) = question.foreseen {
        choosing::meet(question, &mut worlds, first_week);
    }
    Ok(choosing::choose(question, &candidates, &worlds))
}

/// The middle draw with its ranges: a mean is pulled up by the few worlds in which a film takes many times as much.
fn expected(mut draws: Vec<f64>) -> Expected {
    draws.sort_by(f64::total_cmp);
    let at = |part: f64| crate::least_squares::quantile(&draws, part).round() as i64;
    Expected {
        amount: at(0.5),
        half: Range { low: at(0.25), high: at(0.75) },
        wide: Range { low: at(0.05), high: at(0.95) },
    }
}

fn part(mut draws: Vec<f64>) -> Part {
    draws.sort_by(f64::total_cmp);
    let at = |part: f64| crate::least_squares::quantile(&draws, part);
    let mean = draws.iter().sum::<f64>() / draws.len().max(1) as f64;
    Part { mean, half: (at(0.25), at(0.75)), wide: (at(0.05), at(0.95)) }
}

fn impossible(en: impl Into<String>, zh: impl Into<String>) -> Refusal {
    Refusal::new(Kind::Invalid, "impossible_plan", en, zh)
}

fn refuse_impossible(question: &Question) -> Result<(), Refusal> {
    let (days, rules, slate) = (question.candidates.len(), question.scenarios.len(), question.slate.len());
    let counted =
        (1..=CANDIDATES_MAX).contains(&days) && (1..=SCENARIOS_MAX).contains(&rules) && slate <= SLATE_MAX;
    if !counted {
        return Err(impossible(
            format!(
                "1 to {CANDIDATES_MAX} days under 1 to {SCENARIOS_MAX} scenarios are compared, against at most {SLATE_MAX} films."
            ),
            format!(
                "可比较 1 至 {CANDIDATES_MAX} 个日期、1 至 {SCENARIOS_MAX} 种情形，片单最多 {SLATE_MAX} 部。"
            ),
        ));
    }
    for one in question.slate.iter().chain([&question.film]) {
        let shared = one.shared_audience.unwrap_or(0.0);
        let sane = one.first_week > 0 && (0.0..=5.0).contains(&one.spread) && (0.0..=1.0).contains(&shared);
        if !sane {
            let name = &one.name;
            return Err(impossible(
                format!(
                    "“{name}” needs a positive first week, a spread from 0 to 5 and a shared audience from 0 to 1."
                ),
                format!("《{name}》须有为正的首周票房、0 至 5 的离散度和 0 至 1 的重合人群。"),
            ));
        }
    }
    let Usual { films_per_week, spread, .. } = question.usual;
    if !(0.0..=50.0).contains(&films_per_week) || !(0.0..=5.0).contains(&spread) {
        return Err(impossible(
            "0 to 50 films usually open in a week, of a spread from 0 to 5.",
            "每周通常上映的影片应为 0 至 50 部，离散度应在 0 至 5 之间。",
        ));
    }
    if question.foreseen.is_some_and(|first_week| first_week < 1) {
        return Err(impossible("A forecast of a first week is positive.", "首周预测须为正。"));
    }
    let parts = [question.competition.overlap_least, question.competition.kept_weekly];
    let rules_sane = question.scenarios.iter().all(|one| {
        (0.0..=20.0).contains(&one.imports_per_week)
            && one.import_first_week > 0
            && (0.0..=5.0).contains(&one.import_spread)
    });
    let competes = (0.0..=20.0).contains(&question.competition.substitution);
    if !rules_sane || !competes || parts.iter().any(|part| !(0.0..=1.0).contains(part)) {
        return Err(impossible(
            "A scenario lets in 0 to 20 imports a week with a positive first week; competition is made of parts from 0 to 1.",
            "每种情形每周进口片应为 0 至 20 部且首周票房为正；竞争参数应在 0 至 1 之间。",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
