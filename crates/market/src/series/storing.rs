//! Where series are kept: a row for what an import taught about a film, a row for what it taught about its days.
//!
//! A run's row holds the days that were new or corrected, as JSON, so that a chart of three hundred thousand
//! film-days is five thousand rows and enters in one short transaction. Shares are kept in parts per billion,
//! because a decimal fraction does not survive JSON to the last bit.

use super::{Dialect, Film, FilmDay, Market, Series};
use crate::learned::{self, Change, Kind, Learned};
use db::{Tx, View};
use kernel::{Day, ImportId, Instant, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A film-day as it is kept: `[day, gross, admissions, screens, showings, share of showings, share of box
/// office, rank, gross to date, admissions to date]`.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Kept(
    Day,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

const BILLION: f64 = 1e9;

impl Kept {
    fn of(one: &FilmDay) -> Kept {
        let ppb = |share: Option<f64>| share.map(|share| (share * BILLION).round() as i64);
        Kept(
            one.day,
            one.gross,
            one.admissions,
            one.screens,
            one.showings,
            ppb(one.share_of_showings),
            ppb(one.share_of_box_office),
            one.rank,
            one.gross_to_date,
            one.admissions_to_date,
        )
    }

    fn film_day(self, film: u32) -> FilmDay {
        let share = |ppb: Option<i64>| ppb.map(|ppb| ppb as f64 / BILLION);
        FilmDay {
            film,
            day: self.0,
            gross: self.1,
            admissions: self.2,
            screens: self.3,
            showings: self.4,
            share_of_showings: share(self.5),
            share_of_box_office: share(self.6),
            rank: self.7,
            gross_to_date: self.8,
            admissions_to_date: self.9,
        }
    }

    /// This day, with what it does not say taken from what was known before.
    fn or(self, before: Kept) -> Kept {
        Kept(
            self.0,
            self.1.or(before.1),
            self.2.or(before.2),
            self.3.or(before.3),
            self.4.or(before.4),
            self.5.or(before.5),
            self.6.or(before.6),
            self.7.or(before.7),
            self.8.or(before.8),
            self.9.or(before.9),
        )
    }
}

/// Days of a film by day, folded from its rows, oldest first.
type Run = BTreeMap<Day, Kept>;

fn runs(view: &View, chart: &str, as_of: Instant) -> Result<HashMap<String, Run>> {
    let mut runs: HashMap<String, Run> = HashMap::new();
    for row in learned::by(view, chart, Kind::Run, as_of)? {
        let days: Vec<Kept> = serde_json::from_str(&row.body)?;
        runs.entry(row.subject).or_default().extend(days.into_iter().map(|kept| (kept.0, kept)));
    }
    Ok(runs)
}

/// Stores a series under its chart: new film-days, and those that now say something else. Counts film-days.
pub(crate) fn store(
    tx: &Tx,
    import: &ImportId,
    at: Instant,
    (chart, series): (&Dialect, &Series),
    step: &dyn Fn(u64),
) -> Result<Change> {
    let keys = known_keys(tx, chart, at, &series.films)?;
    let films: Vec<(String, serde_json::Value)> = (series.films.iter().zip(&keys))
        .map(|(film, key)| {
            Ok((key.clone(), serde_json::to_value(Film { key: key.clone(), ..film.clone() })?))
        })
        .collect::<Result<_>>()?;
    let of_films = learned::store(tx, import, at, (chart.code, Kind::Film), &films, &|_| ())?;
    let known = runs(tx, chart.code, at)?;
    let mut change = Change { corrected: of_films.corrected, ..Change::default() };
    for (done, ((_, days), key)) in series.runs().zip(&keys).enumerate() {
        let fresh = news(known.get(key), days, &mut change);
        if !fresh.is_empty() {
            let body = serde_json::to_string(&fresh)?;
            let row = Learned { subject: key.clone(), at, body };
            learned::append(tx, Some(import), chart.code, Kind::Run, &row)?;
        }
        step(done as u64 + 1);
    }
    Ok(change)
}

/// Under which key each film is known. A file that has the chart's own ids and one that has none speak of one film when
/// its title and release day are the same.
fn known_keys(tx: &Tx, chart: &Dialect, at: Instant, films: &[Film]) -> Result<Vec<String>> {
    let mut by_release: HashMap<(String, Day), Vec<Film>> = HashMap::new();
    let mut keys: HashSet<String> = HashSet::new();
    for row in learned::by(tx, chart.code, Kind::Film, at)? {
        let film: Film = serde_json::from_str(&row.body)?;
        if let Some(release) = film.release.filter(|_| keys.insert(row.subject)) {
            by_release.entry((film.title.clone(), release)).or_default().push(film);
        }
    }
    let key = |film: &Film| {
        let known = film.release.and_then(|release| by_release.get(&(film.title.clone(), release)));
        match known.map(Vec::as_slice) {
            Some([one]) if !keys.contains(&film.key) && one.has_own_id() != film.has_own_id() => {
                one.key.clone()
            }
            _ => film.key.clone(),
        }
    };
    Ok(films.iter().map(key).collect())
}

/// The days that say something that was not known.
fn news(known: Option<&Run>, days: &[FilmDay], change: &mut Change) -> Vec<Kept> {
    let mut fresh = Vec::new();
    for one in days {
        let before = known.and_then(|known| known.get(&one.day)).copied();
        let after = before.map_or(Kept::of(one), |before| Kept::of(one).or(before));
        match before {
            Some(before) if before == after => change.unchanged += 1,
            Some(_) => change.corrected += 1,
            None => change.added += 1,
        }
        if before != Some(after) {
            fresh.push(after);
        }
    }
    fresh
}

/// The series of a chart as it was known at an instant; `None` when nothing was.
pub fn load(view: &View, chart: &'static Dialect, as_of: Instant) -> Result<Option<Series>> {
    let mut films: BTreeMap<String, Film> = BTreeMap::new();
    for row in learned::by(view, chart.code, Kind::Film, as_of)? {
        films.insert(row.subject, serde_json::from_str(&row.body)?);
    }
    let mut films: Vec<Film> = films.into_values().collect();
    films.sort_by(|a, b| {
        (a.release.is_none(), a.release, &a.key).cmp(&(b.release.is_none(), b.release, &b.key))
    });
    let mut runs = runs(view, chart.code, as_of)?;
    let mut days = Vec::new();
    for (film, i) in films.iter().zip(0..) {
        let run = runs.remove(&film.key).unwrap_or_default();
        days.extend(run.into_values().map(|kept| kept.film_day(i)));
    }
    let (market, grain) = (chart.market, chart.grain);
    Ok((!days.is_empty()).then_some(Series { market, currency: market.currency(), grain, films, days }))
}

/// The daily or weekly chart of a market that most is known of.
pub fn fullest_chart(view: &View, market: Market) -> Result<Option<&'static Dialect>> {
    let mut best: Option<(i64, &'static Dialect)> = None;
    for chart in Dialect::ALL.into_iter().filter(|chart| chart.market == market) {
        let films = learned::count(view, chart.code, Kind::Run)?;
        if films > best.map_or(0, |(most, _)| most) {
            best = Some((films, chart));
        }
    }
    Ok(best.map(|(_, chart)| chart))
}
