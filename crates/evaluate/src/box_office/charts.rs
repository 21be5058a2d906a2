//! Daily charts as the public series have them, read into films.

use anyhow::{Context, Result};
use demand::in_release::{Film, Measure, Observed};
use kernel::{Currency, Day};
use std::collections::BTreeMap;
use std::path::Path;

use super::Market;

pub(super) fn read(path: &Path, market: Market) -> Result<Vec<Film>> {
    let file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
    let mut reader = csv::Reader::from_reader(flate2::read::GzDecoder::new(file));
    let headers = reader.headers()?.clone();
    let column = |name: &str| headers.iter().position(|header| header == name).with_context(|| name.to_owned());
    let names = match market {
        Market::China => ["movie_id", "date", "box_wan", "title", "release_date", "show_share"],
        Market::UnitedStates => ["release_id", "date", "gross", "title", "days", "theaters"],
        Market::Korea => ["movieCd", "date", "salesAmt", "movieNm", "openDt", "scrnCnt"],
    };
    let at: Vec<usize> = names.iter().map(|name| column(name)).collect::<Result<_>>()?;
    let shows = headers.iter().position(|h| h == "showCnt");
    let category = headers.iter().position(|h| h == "category" || h == "distributor");
    let version = headers.iter().position(|h| h == "version");
    let mut films: BTreeMap<String, Film> = BTreeMap::new();
    for row in reader.records() {
        let row = row?;
        let Ok(day) = Day::parse(&row[at[1]]) else { continue };
        let Ok(amount) = row[at[2]].parse::<f64>() else { continue };
        let release = match market {
            Market::UnitedStates => row[at[4]].parse::<f64>().ok().map(|days| day.plus(1 - days as i32)),
            _ => Day::parse(row[at[4]].get(..10).unwrap_or("")).ok(),
        };
        let Some(release) = release else { continue };
        let scale = if market == Market::China { 1_000_000.0 } else if market == Market::UnitedStates { 100.0 } else { 1.0 };
        let number = |i: usize| row[i].parse::<f64>().ok();
        let (screens, showings) = match market {
            Market::China => (None, number(at[5]).map(|share| (share * 100.0) as u32)),
            Market::UnitedStates => (number(at[5]).map(|n| n as u32), None),
            Market::Korea => (number(at[5]).map(|n| n as u32), shows.and_then(number).map(|n| n as u32)),
        };
        let observed = Observed { day, amount: (amount * scale).round() as i64, screens, showings };
        let currency = match market { Market::China => Currency::CNY, Market::UnitedStates => Currency::USD, Market::Korea => Currency::KRW };
        let film = films.entry(row[at[0]].to_owned()).or_insert_with(|| {
            let mut film = Film::of(release, Measure::Gross(currency), Vec::new());
            film.name = row[at[3]].to_owned();
            if let Some(i) = category { film.kinds.extend(row[i].split(',').map(str::to_owned)); }
            if let Some(i) = version { film.kinds.extend(row[i].split('/').map(str::to_owned)); }
            film
        });
        film.days.push(observed);
    }
    let mut films: Vec<Film> = films.into_values().collect();
    films.iter_mut().for_each(|film| film.days.sort_by_key(|one| one.day));
    films.sort_by_key(|film| film.release);
    Ok(films)
}

pub fn read_for_exploration(path: &Path, market: Market) -> Result<Vec<Film>> { read(path, market) }
