//! Before release: how far forecasts of an opening were from it.
//!
//! The model learns from films whose opening was over by `train_until` and forecasts those that opened from
//! `test_from` to `test_until`, each 90, 28, 7, 1 and 0 days ahead at the start of the day, with what was known then:
//! films that had opened by then may be looked up, later ones may not. A chart does not say since when a film's
//! day, name, distributor, genres, length and versions were known; they are taken to have been announced a year
//! ahead. Theatres are known from the fourth day before the release on, the share of showings from the release
//! day on. `wishNum` and `score` of the Chinese charts were read after the release and have no column here.

use crate::charts::said;
use crate::{charts, report};
use anyhow::Context;
use demand::calendar::Calendar;
use demand::in_release::Expected;
use demand::opening::{Fact, Film, History, Known, Market, Model, Past, Standing, Taken, Version, Window};
use kernel::{Day, Zone};
use market::series::{self, FilmDay, Series};
use serde::Serialize;
use std::path::PathBuf;

/// Days before release at which every film is forecast.
pub const HORIZONS: [i32; 5] = [90, 28, 7, 1, 0];
/// A wide release opens in as many theatres of the United States and Canada, as the trade counts it. Only those
/// are learned from and asked about there; in other markets every film that is on the chart on its first day.
pub const WIDE_THEATRES_MIN: i64 = 600;
/// Nearly wide: learned from too, for events of an evening come in so many.
pub const NEARLY_WIDE_THEATRES_MIN: i64 = 400;
/// Since when the facts of a chart's film lines are taken to have been known.
const ANNOUNCED_DAYS: i32 = 365;
/// Since when the theatres are.
const BOOKED_DAYS: i32 = 4;

#[derive(Clone, Debug)]
pub struct Options {
    /// A gzipped or plain chart, or a folder of them.
    pub series: PathBuf,
    pub market: series::Market,
    pub train_until: Day,
    pub test_from: Day,
    pub test_until: Day,
    /// Where the report goes as JSON.
    pub json: Option<PathBuf>,
}

/// How one window was forecast at one horizon.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    pub days_ahead: i32,
    pub window: &'static str,
    /// Films whose window was reported whole: a day that is missing is unknown, not zero.
    pub films: usize,
    /// Root mean square of `ln taken − ln forecast`.
    pub log_rmse: f64,
    /// The part of the variance of `ln taken` among these films that is explained.
    pub r2_log: f64,
    /// The median film's `|taken − forecast| ÷ taken`.
    pub ape_median: f64,
    /// The mean of `ln taken − ln forecast`.
    pub bias_log: f64,
    /// Parts of the films whose takings lay within the 50 % and the 90 % range.
    pub coverage_50: f64,
    pub coverage_90: f64,
    /// The root mean square of who always says the mean of `ln taken` of the films learned from.
    pub log_rmse_mean: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub market: &'static str,
    pub train_until: Day,
    pub test_from: Day,
    pub test_until: Day,
    /// Films whose first week was known by the last day of training.
    pub films_learned_from: usize,
    /// Films that opened in the test's days.
    pub films_judged: usize,
    pub scores: Vec<Score>,
}

/// Judges a chart, or a folder of them; writes every number as JSON where that is asked.
pub fn run(options: &Options) -> anyhow::Result<Report> {
    let report = judge(options)?;
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_string_pretty(&report)?)
            .with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(report)
}

/// Judges a chart. Refuses one that cannot be read, periods out of order, and too few films to learn from.
pub fn judge(options: &Options) -> anyhow::Result<Report> {
    if options.train_until >= options.test_from || options.test_from > options.test_until {
        return Err(report::refusal(
            "The films judged must open after those learned from: train-until < test-from ≤ test-until.",
            "评判的影片须晚于学习的影片上映：train-until < test-from ≤ test-until。",
        ));
    }
    let chart = charts::read(&options.series, options.market)?;
    let market = market(options.market);
    let past = past(&chart, &market);
    let history = History::new(past.clone(), market, |one| standing(options.market, one));
    let is_peer = |one: &&Past| standing(options.market, one) == Standing::Peer;
    let peers: Vec<&Past> = past.iter().filter(is_peer).collect();
    let judged = |one: &&&Past| (options.test_from..=options.test_until).contains(&one.film.release);
    if !peers.iter().any(|one| judged(&one)) {
        let (from, until) = (options.test_from, options.test_until);
        return Err(report::refusal(
            format!("No film whose opening can be judged was released from {from} to {until}."),
            format!("{from} 至 {until} 没有可评判开画的影片上映。"),
        ));
    }
    let (mut scores, mut films_learned_from) = (Vec::new(), 0);
    for days_ahead in HORIZONS {
        let (films, at_horizon) = at_horizon(options, &history, &peers, days_ahead)?;
        films_learned_from = films;
        scores.extend(at_horizon);
    }
    Ok(Report {
        market: options.market.code(),
        train_until: options.train_until,
        test_from: options.test_from,
        test_until: options.test_until,
        films_learned_from,
        films_judged: peers.iter().filter(judged).count(),
        scores,
    })
}

/// Where the films of a chart open.
pub fn market(market: series::Market) -> Market {
    let (zone, calendar) = match market {
        series::Market::China => ("Asia/Shanghai", Calendar::mainland_china()),
        series::Market::Korea => ("Asia/Seoul", Calendar::south_korea()),
        series::Market::Taiwan => ("Asia/Taipei", Calendar::of_weekdays()),
        series::Market::Us => ("America/New_York", Calendar::united_states()),
    };
    Market { zone: Zone::stored(zone), calendar }
}

/// Every film of a chart that is on it on its first day, with what the chart says of it.
pub fn past(chart: &Series, market: &Market) -> Vec<Past> {
    let films = chart.runs().filter_map(|(film, days)| {
        let release = film.release?;
        let first = days.iter().find(|one| one.day == release)?;
        let facts = facts(film, release, first, market);
        let days = days
            .iter()
            .filter_map(|one| Some(Taken { day: one.day, amount: one.gross?, to_date: one.gross_to_date }));
        let known = Film { id: film.key.clone(), name: film.title.clone(), release, facts };
        let mut past = Past { film: known, days: days.collect() };
        past.film.facts.extend(past.previews(&market.zone));
        Some(past)
    });
    films.collect()
}

fn facts(film: &series::Film, release: Day, first: &FilmDay, market: &Market) -> Vec<Known> {
    let from = |days: i32| release.plus(-days).at(0, 0, &market.zone);
    let mut facts = Vec::new();
    let mut say = |days: i32, fact: Fact| facts.push(Known { at: from(days), fact });
    if let Some(name) = &film.distributor {
        say(ANNOUNCED_DAYS, Fact::Distributor(name.clone()));
    }
    if !film.genres.is_empty() {
        say(ANNOUNCED_DAYS, Fact::Genres(film.genres.clone()));
    }
    if let Some(minutes) = film.duration_minutes.filter(|minutes| (1..=1_000).contains(minutes)) {
        say(ANNOUNCED_DAYS, Fact::Minutes(minutes));
    }
    if !film.versions.is_empty() {
        say(ANNOUNCED_DAYS, Fact::Versions(Version::named(&film.versions)));
    }
    if let Some(screens) = first.screens {
        say(BOOKED_DAYS, Fact::Theatres(screens));
    }
    if let Some(share) = first.share_of_showings {
        say(0, Fact::ShareOfShowings(share));
    }
    facts
}

/// How a film of a chart stands to those that are asked about.
pub fn standing(market: series::Market, past: &Past) -> Standing {
    if market != series::Market::Us {
        return Standing::Peer;
    }
    let theatres = past.film.facts.iter().find_map(|known| match known.fact {
        Fact::Theatres(n) => Some(n),
        _ => None,
    });
    match theatres {
        Some(WIDE_THEATRES_MIN..) => Standing::Peer,
        Some(NEARLY_WIDE_THEATRES_MIN..) => Standing::Near,
        _ => Standing::Counted,
    }
}

struct Answer {
    window: Window,
    taken: i64,
    expected: Expected,
}

fn at_horizon(
    options: &Options,
    history: &History,
    peers: &[&Past],
    days_ahead: i32,
) -> anyhow::Result<(usize, Vec<Score>)> {
    let zone = &history.market.zone;
    let mut model =
        Model::learn(history, options.train_until.plus(1).at(0, 0, zone), days_ahead).map_err(said)?;
    // A forecast sees of these only what its own instant knows.
    model.follow(history, options.test_until.at(0, 0, zone));
    let asked = peers
        .iter()
        .filter(|one| options.test_from <= one.film.release && one.film.release <= options.test_until);
    let mut answers: Vec<Answer> = Vec::new();
    for one in asked {
        let as_of = one.film.release.plus(-days_ahead).at(0, 0, zone);
        let near = |other: &&&Past| other.film.release.days_until(one.film.release).abs() <= 14;
        let slate: Vec<Film> = peers.iter().filter(near).map(|other| other.film.clone()).collect();
        let forecast = model.forecast(history, &one.film.known_by(as_of), &slate, as_of).map_err(said)?;
        for window in Window::ALL {
            if let Some(taken) = history.taken_by(&one.film.id, window) {
                answers.push(Answer { window, taken, expected: forecast.of(window) });
            }
        }
    }
    let scores = Window::ALL.into_iter().filter_map(|window| {
        let mine: Vec<&Answer> = answers.iter().filter(|one| one.window == window).collect();
        let mean = mean_before(options.train_until, history, peers, window);
        (!mine.is_empty()).then(|| score(days_ahead, window, &mine, mean))
    });
    Ok((model.films, scores.collect()))
}

/// The mean of `ln taken` of the films learned from.
fn mean_before(until: Day, history: &History, peers: &[&Past], window: Window) -> f64 {
    let before = peers.iter().filter(|one| one.film.release.plus(window.days(one.film.release).1) <= until);
    let logs: Vec<f64> = before
        .filter_map(|one| history.taken_by(&one.film.id, window))
        .map(|taken| (taken as f64).ln())
        .collect();
    logs.iter().sum::<f64>() / logs.len().max(1) as f64
}

fn score(days_ahead: i32, window: Window, answers: &[&Answer], mean_before: f64) -> Score {
    let n = answers.len() as f64;
    let mean = |read: &dyn Fn(&Answer) -> f64| answers.iter().map(|one| read(one)).sum::<f64>() / n;
    let taken = |one: &Answer| (one.taken as f64).ln();
    let error = |one: &Answer| taken(one) - (one.expected.amount.max(1) as f64).ln();
    let inside = |low: i64, high: i64, taken: i64| f64::from(u8::from(low <= taken && taken <= high));
    let centre = mean(&taken);
    let squares = mean(&|one| error(one).powi(2));
    let mut parts: Vec<f64> =
        answers.iter().map(|one| (one.taken - one.expected.amount).abs() as f64 / one.taken as f64).collect();
    parts.sort_by(f64::total_cmp);
    Score {
        days_ahead,
        window: window.code(),
        films: answers.len(),
        log_rmse: squares.sqrt(),
        r2_log: 1.0 - squares / mean(&|one| (taken(one) - centre).powi(2)),
        ape_median: parts[parts.len() / 2],
        bias_log: mean(&error),
        coverage_50: mean(&|one| inside(one.expected.half.low, one.expected.half.high, one.taken)),
        coverage_90: mean(&|one| inside(one.expected.wide.low, one.expected.wide.high, one.taken)),
        log_rmse_mean: mean(&|one| (taken(one) - mean_before).powi(2)).sqrt(),
    }
}

impl Report {
    /// The tables, for a terminal.
    pub fn text(&self) -> String {
        let mut text = format!(
            "{}: learned from {} films up to {}; {} films released {} to {} forecast.\n",
            self.market,
            self.films_learned_from,
            self.train_until,
            self.films_judged,
            self.test_from,
            self.test_until
        );
        for days_ahead in HORIZONS {
            let rows = self.scores.iter().filter(|one| one.days_ahead == days_ahead).map(Score::cells);
            let rows: Vec<Vec<String>> = rows.collect();
            text.push_str(&format!(
                "\n{} before the release  上映前 {days_ahead} 天\n\n{}",
                report::days(days_ahead),
                report::table(&HEAD, &rows)
            ));
        }
        text
    }
}

const HEAD: [&str; 9] =
    ["window", "films", "log RMSE", "of the mean", "R² of log", "median APE", "bias", "in 50 %", "in 90 %"];

impl Score {
    fn cells(&self) -> Vec<String> {
        let three = |value: f64| format!("{value:.3}");
        vec![
            self.window.to_owned(),
            self.films.to_string(),
            three(self.log_rmse),
            three(self.log_rmse_mean),
            three(self.r2_log),
            three(self.ape_median),
            format!("{:+.3}", self.bias_log),
            three(self.coverage_50),
            three(self.coverage_90),
        ]
    }
}
