//! In release: train on films before a cut-off, forecast the films after it.
//!
//! Given a film's first K days, every reported day of the next 28 is forecast. A film takes part at K when its
//! opening day and its K-th day were reported; a day that was not reported is unknown, not zero. Whatever learns
//! sees films released, and days reported, up to the cut-off; a forecast sees its market up to its film's K-th day,
//! films released after the cut-off included, and of the four weeks after that day which films are announced for
//! which day: never what they took. Its corrections and ranges follow the errors that had come due by then.

mod rivals;
mod scores;

use crate::charts::said;
use crate::{charts, report};
use anyhow::{Context, Result};
use demand::calendar::Calendar;
use demand::in_release::{Film, MarketModel, Measure, Observed};
use kernel::Day;
use market::series;
use rivals::Case;
use scores::Tally;
use serde::Serialize;
use std::path::{Path, PathBuf};

pub use market::series::Market;
pub use scores::Scores;

/// How many of a film's first days are known.
pub const DAYS_KNOWN: [i32; 4] = [1, 3, 7, 14];
/// Days after them that are forecast.
const AHEAD: i32 = 28;
/// A run's total is what was reported in its first so many days.
const RUN: i32 = 60;

/// What to judge on what.
#[derive(Clone, Debug)]
pub struct Options {
    /// A gzipped or plain chart, or a folder of them.
    pub series: PathBuf,
    pub market: Market,
    /// The last day that may be learned from.
    pub train_until: Day,
    /// Films released from this day …
    pub test_from: Day,
    /// … up to this one are forecast.
    pub test_until: Day,
    /// Where to write every number.
    pub json: Option<PathBuf>,
}

/// What came out.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    pub market: &'static str,
    pub train_until: String,
    pub test_from: String,
    pub test_until: String,
    pub films_learned_from: usize,
    pub films_judged: usize,
    pub methods: Vec<Method>,
}

/// One method's scores, by days known.
#[derive(Clone, Debug, Serialize)]
pub struct Method {
    pub name: &'static str,
    pub by_days_known: Vec<Scores>,
}

/// Runs the protocol, writes the JSON where asked, and tells everything.
///
/// Refuses a file that cannot be read, fewer training films than a model is learned from, and a test window
/// without films.
pub fn run(options: &Options) -> Result<Outcome> {
    if options.test_from <= options.train_until {
        let (from, until) = (options.test_from, options.train_until);
        return Err(report::refusal(
            format!("Films are judged from {from}, but the days learned from end on {until}."),
            format!("评判从 {from} 开始，而学习的日期到 {until} 才结束。"),
        ));
    }
    let films = read(&options.series, options.market)?;
    let outcome = judge(&films, options)?;
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&outcome)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(outcome)
}

/// The same on films that were read already.
pub fn judge(films: &[Film], options: &Options) -> Result<Outcome> {
    let calendar = calendar(options.market);
    let tested: Vec<usize> = (0..films.len())
        .filter(|film| (options.test_from..=options.test_until).contains(&films[*film].release))
        .collect();
    if tested.is_empty() {
        return Err(none_released(films.iter().map(|film| film.release), options));
    }
    let model = MarketModel::learn(films, &calendar, options.train_until).map_err(said)?;
    let films_learned_from = model.films();
    let training = trained_on(films, options.train_until);
    let watch = model.watch(films, &calendar).map_err(said)?;
    let newest = films.iter().flat_map(|film| film.days.last()).map(|one| one.day).max();
    let newest = newest.context("the series is empty")?;
    let rivals = rivals::learn(&training, &calendar);
    let mut tallies: Vec<(&'static str, Vec<Tally>)> = Vec::new();
    let tally = |known| Tally::new(known);
    tallies.push(("ferryman", DAYS_KNOWN.map(tally).into()));
    tallies.push(("hierarchical decay alone", DAYS_KNOWN.map(tally).into()));
    tallies.extend(rivals.iter().map(|rival| (rival.name(), DAYS_KNOWN.map(tally).into())));
    for film in tested.iter().map(|film| (*film, &films[*film])) {
        for (k, known) in DAYS_KNOWN.into_iter().enumerate() {
            let Some(case) = Case::of(film.1, known) else { continue };
            let Ok(forecast) = watch.forecast(film.0, case.origin) else { continue };
            let whole = film.1.release.days_until(newest) >= RUN;
            let decay = watch.decay_alone(film.0, case.origin).map_err(said)?;
            tallies[0].1[k].add_forecast(&case, &forecast, whole);
            tallies[1].1[k].add(&case, &decay, whole);
            for (rival, (_, tally)) in rivals.iter().zip(&mut tallies[2..]) {
                if let Some(days) = rival.forecast(&case) {
                    tally[k].add(&case, &days, whole);
                }
            }
        }
    }
    Ok(Outcome {
        market: options.market.code(),
        train_until: options.train_until.to_string(),
        test_from: options.test_from.to_string(),
        test_until: options.test_until.to_string(),
        films_learned_from,
        films_judged: tested.len(),
        methods: tallies
            .into_iter()
            .map(|(name, tallies)| Method {
                name,
                by_days_known: tallies.iter().map(Tally::scores).collect(),
            })
            .collect(),
    })
}

/// Says which releases there are instead.
fn none_released(releases: impl Iterator<Item = Day> + Clone, options: &Options) -> anyhow::Error {
    let (from, until) = (options.test_from, options.test_until);
    let (en, zh) = match (releases.clone().min(), releases.max()) {
        (Some(first), Some(last)) => (
            format!("; those here were released {first} to {last}"),
            format!("；这里的影片上映于 {first} 至 {last}"),
        ),
        _ => (String::new(), String::new()),
    };
    report::refusal(
        format!("No film was released from {from} to {until}{en}."),
        format!("{from} 至 {until} 没有影片上映{zh}。"),
    )
}

fn calendar(market: Market) -> Calendar {
    match market {
        Market::China => Calendar::mainland_china(),
        Market::Us => Calendar::united_states(),
        Market::Korea => Calendar::south_korea(),
        Market::Taiwan => Calendar::of_weekdays(),
    }
}

/// Films released up to a day, with their days up to it.
fn trained_on(films: &[Film], until: Day) -> Vec<Film> {
    let released = films.iter().filter(|film| film.release <= until);
    released
        .map(|film| Film {
            days: film.days.iter().filter(|one| one.day <= until).copied().collect(),
            ..film.clone()
        })
        .collect()
}

/// Reads a chart, or every chart of a folder, into films with a release day.
pub fn read(path: &Path, market: Market) -> Result<Vec<Film>> {
    let chart = charts::read(path, market)?;
    let mut films: Vec<Film> = chart.runs().filter_map(|(film, days)| film_of(film, days, market)).collect();
    films.sort_by_key(|film| film.release);
    Ok(films)
}

fn film_of(film: &series::Film, days: &[series::FilmDay], market: Market) -> Option<Film> {
    let count = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
    let share = |one: &series::FilmDay| one.share_of_showings.map(|share| (share * 10_000.0).round() as u32);
    let observed = days.iter().filter_map(|one| {
        Some(Observed {
            day: one.day,
            amount: one.gross?,
            screens: count(one.screens),
            showings: count(one.showings).or(share(one)),
        })
    });
    let kinds = film.genres.iter().chain(&film.versions).chain(&film.distributor);
    let release = film.release?;
    Some(Film {
        name: film.title.clone(),
        kinds: kinds.cloned().collect(),
        ..Film::of(release, Measure::Gross(market.currency()), observed.collect())
    })
}

impl Outcome {
    /// The table and the charts, for a terminal.
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
        for (k, known) in DAYS_KNOWN.into_iter().enumerate() {
            let (from, until) = (known + 1, known + AHEAD);
            text.push_str(&format!(
                "\nGiven the first {}, days {from} to {until}  已知前 {known} 天，预测第 {from} 至 {until} 天\n\n",
                report::days(known),
            ));
            let rows: Vec<Vec<String>> =
                self.methods.iter().map(|one| one.by_days_known[k].cells(one.name)).collect();
            text.push_str(&report::table(&scores::HEAD, &rows));
            let wapes: Vec<(String, f64)> = self
                .methods
                .iter()
                .map(|one| (one.name.to_owned(), one.by_days_known[k].wape.unwrap_or(f64::NAN)))
                .filter(|(_, wape)| *wape < 1.5)
                .collect();
            text.push_str(&format!("\nWAPE\n{}", report::bars(&wapes, 40)));
        }
        text + scores::LEGEND
    }
}
