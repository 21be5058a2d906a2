//! Before release: how far forecasts of an opening were from it.
//!
//! The model learns from films whose first week was over by `train_until` and forecasts the films that opened from
//! `test_from` to `test_until`, each 90, 28, 7 and 0 days ahead, with what was known at that instant: the films
//! that had opened by then may be looked up, later ones may not.

use demand::calendar::Calendar;
use demand::opening::{Film, History, Market, Model, Past, Window};
use kernel::{Day, Zone};
use serde::Serialize;
use std::path::PathBuf;

/// Days before release at which every film is forecast.
pub const HORIZONS: [i32; 4] = [90, 28, 7, 0];
/// A wide release opens in as many theatres of the United States and Canada, as the trade counts it.
pub const WIDE_THEATRES_MIN: i64 = 600;

#[derive(Clone, Debug)]
pub struct Options {
    pub series: PathBuf,
    pub market: Country,
    pub train_until: Day,
    pub test_from: Day,
    pub test_until: Day,
    pub json: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Country {
    China,
    Us,
}

/// How one window was forecast at one horizon.
#[derive(Clone, Debug, Serialize)]
pub struct Score {
    pub days_ahead: i32,
    pub window: &'static str,
    pub films: usize,
    /// Root mean square of `ln taken − ln forecast`.
    pub log_rmse: f64,
    /// The part of the variance of `ln taken` among the test films that is explained.
    pub r2_log: f64,
    /// The median film's `|taken − forecast| ÷ taken`.
    pub ape_median: f64,
    /// The mean of `ln taken − ln forecast`.
    pub bias_log: f64,
    pub coverage_50: f64,
    pub coverage_90: f64,
    /// What one would reach by always saying the mean of `ln taken` of the films learned from.
    pub log_rmse_mean: f64,
}

/// Judges the forecasts of a history at all horizons. `kept` says which films are asked about.
pub fn judge(
    history: &History,
    past: &[Past],
    train_until: Day,
    test: (Day, Day),
) -> anyhow::Result<Vec<Score>> {
    let learned_at = train_until.plus(1).at(0, 0, &history.market.zone);
    let slate: Vec<Film> = past.iter().map(|one| one.film.clone()).collect();
    let asked: Vec<&Past> =
        past.iter().filter(|one| test.0 <= one.film.release && one.film.release <= test.1).collect();
    let mut scores = Vec::new();
    for days_ahead in HORIZONS {
        let model = Model::learn(history, learned_at, days_ahead).map_err(|no| anyhow::anyhow!(no.say.en))?;
        let mut answers: Vec<Answer> = Vec::new();
        for one in &asked {
            let as_of = one.film.release.plus(-days_ahead).at(0, 0, &history.market.zone);
            let near: Vec<Film> = slate
                .iter()
                .filter(|film| film.release.days_until(one.film.release).abs() <= 21)
                .cloned()
                .collect();
            let film = one.film.known_by(as_of);
            let forecast =
                model.forecast(history, &film, &near, as_of).map_err(|no| anyhow::anyhow!(no.say.en))?;
            for window in Window::ALL {
                let Some(taken) = history.taken_by(&one.film.id, window) else { continue };
                answers.push(Answer { window, taken, expected: forecast.of(window) });
            }
        }
        for window in Window::ALL {
            let mine: Vec<&Answer> = answers.iter().filter(|one| one.window == window).collect();
            if !mine.is_empty() {
                let mean = mean_log(history, past, window, train_until);
                scores.push(score(days_ahead, window, &mine, mean));
            }
        }
    }
    Ok(scores)
}

struct Answer {
    window: Window,
    taken: i64,
    expected: demand::in_release::Expected,
}

fn mean_log(history: &History, past: &[Past], window: Window, until: Day) -> f64 {
    let learned = past.iter().filter(|one| one.film.release <= until);
    let logs: Vec<f64> = learned
        .filter_map(|one| history.taken_by(&one.film.id, window))
        .map(|taken| (taken as f64).ln())
        .collect();
    logs.iter().sum::<f64>() / logs.len().max(1) as f64
}

fn score(days_ahead: i32, window: Window, answers: &[&Answer], mean_before: f64) -> Score {
    let n = answers.len() as f64;
    let taken = |one: &Answer| (one.taken as f64).ln();
    let error = |one: &Answer| taken(one) - (one.expected.amount.max(1) as f64).ln();
    let square = |errors: f64| (errors / n).sqrt();
    let sum = |f: &dyn Fn(&Answer) -> f64| answers.iter().map(|one| f(one)).sum::<f64>();
    let mean = sum(&taken) / n;
    let squares = sum(&|one| error(one).powi(2));
    let mut apes: Vec<f64> =
        answers.iter().map(|one| (one.taken - one.expected.amount).abs() as f64 / one.taken as f64).collect();
    apes.sort_by(f64::total_cmp);
    let inside = |low: i64, high: i64, taken: i64| f64::from(u8::from(low <= taken && taken <= high));
    Score {
        days_ahead,
        window: window.code(),
        films: answers.len(),
        log_rmse: square(squares),
        r2_log: 1.0 - squares / sum(&|one| (taken(one) - mean).powi(2)),
        ape_median: apes[apes.len() / 2],
        bias_log: sum(&error) / n,
        coverage_50: sum(&|one| inside(one.expected.half.low, one.expected.half.high, one.taken)) / n,
        coverage_90: sum(&|one| inside(one.expected.wide.low, one.expected.wide.high, one.taken)) / n,
        log_rmse_mean: square(sum(&|one| (taken(one) - mean_before).powi(2))),
    }
}

/// Where the films of a country open.
pub fn market(country: Country) -> Market {
    match country {
        Country::China => Market { zone: Zone::shanghai(), calendar: Calendar::mainland_china() },
        Country::Us => Market { zone: Zone::stored("America/New_York"), calendar: Calendar::of_weekdays() },
    }
}
