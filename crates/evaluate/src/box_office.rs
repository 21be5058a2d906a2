//! In release: train on films before a cut-off, forecast the films after it.
//!
//! Given a film's first K days, every reported day of the next 28 is forecast. A film takes part at K when its
//! opening day and its K-th day were reported; a day that was not reported is unknown, not zero. Whatever learns
//! sees films released, and days reported, up to the cut-off; a forecast sees its market up to its film's K-th day,
//! films released after the cut-off included, and of the four weeks after that day which films are announced for
//! which day: never what they took. Its corrections and ranges follow the errors that had come due by then.

mod rivals;
mod scores;

use crate::report;
use anyhow::{Context, Result, bail};
use demand::calendar::Calendar;
use demand::in_release::{Film, MarketModel, Measure, Observed};
use kernel::{Day, Refusal};
use market::series;
use market::table::Packed;
use rivals::Case;
use scores::Tally;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
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
        bail!(
            "films are judged from {}, but the days learned from end on {}",
            options.test_from,
            options.train_until
        );
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
        bail!("no film was released from {} to {}", options.test_from, options.test_until);
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

/// A refusal as this program's callers read it, in both languages.
fn said(refusal: Refusal) -> anyhow::Error {
    report::spoken(&refusal)
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
///
/// A day that two files report of one film is refused when the films are learned from.
pub fn read(path: &Path, market: Market) -> Result<Vec<Film>> {
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        let entries = std::fs::read_dir(path).with_context(|| path.display().to_string())?;
        files = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        files.retain(|file| is_table(file));
        files.sort();
        if files.is_empty() {
            bail!("{} holds no .csv or .csv.gz", path.display());
        }
    }
    // A film may begin in one file and end in the next.
    let mut films: BTreeMap<String, Film> = BTreeMap::new();
    for file in files {
        let file = Packed::open(&file).map_err(said)?;
        let reading = series::read(&file, Some(chart_of(&file, market)?)).map_err(said)?;
        for (film, days) in reading.series.runs() {
            let Some(read) = film_of(film, days, market) else { continue };
            match films.entry(film.key.clone()) {
                Entry::Vacant(new) => drop(new.insert(read)),
                Entry::Occupied(known) => known.into_mut().days.extend(read.days),
            }
        }
    }
    let mut films: Vec<Film> = films.into_values().collect();
    films.iter_mut().for_each(|film| film.days.sort_by_key(|one| one.day));
    films.sort_by_key(|film| film.release);
    Ok(films)
}

/// A folder may hold what is no table: what its tables are is said of it.
fn is_table(path: &Path) -> bool {
    let name = path.to_string_lossy().to_lowercase();
    path.is_file() && (name.ends_with(".csv") || name.ends_with(".csv.gz"))
}

/// Which chart of a market a file is; refuses that of another market, and a weekly one.
fn chart_of(file: &Packed, market: Market) -> Result<&'static series::Dialect> {
    let chart = series::recognise(file).unwrap_or_else(|_| series::Dialect::of(market));
    if chart.market != market {
        bail!("“{}” is a {} chart, not one of {}", file.name(), chart.code, market.code());
    }
    if chart.grain != series::Grain::Day {
        bail!("“{}” is a {} chart; runs are forecast day by day, from a daily one", file.name(), chart.code);
    }
    Ok(chart)
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
            text.push_str(&format!(
                "\nGiven the first {known} day(s), days {} to {}:\n\n",
                known + 1,
                known + AHEAD
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
        text
    }
}
