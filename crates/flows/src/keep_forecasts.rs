//! Keeping forecasts: what the house foretells of its releases, once a day and for good, so that it can be held
//! against what happened. The sweep makes them; nothing changes them.

use crate::house::House;
use crate::learn_market::Foresight;
use crate::views::{market_series, outlook};
use db::{Lane, View};
use demand::in_release::{DayAhead, Expected, Forecast, RUN_DAYS, Range};
use kernel::{Day, Instant, Result, TitleId};
use market::learned::{self, Learned};
use serde::{Deserialize, Serialize};
use std::sync::Mutex;

/// The day before is counted by this hour; forecasts are made from then on.
const HOUR: i8 = 6;
/// Releases that one morning speaks of, at most.
const TITLES_MAX: usize = 200;

/// A forecast as it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// When it was made.
    pub at: Instant,
    /// The newest day it knew.
    pub as_of: Day,
    /// Which model made it.
    pub model: String,
    /// How many real tickets one of ours stood for.
    pub one_stands_for: f64,
    pub so_far: i64,
    pub total: Expected,
    pub days: Vec<DayAhead>,
}

/// How a forecast is written down: amounts are `[expected, half low, half high, wide low, wide high]`, the days
/// follow the newest known one.
#[derive(Serialize, Deserialize)]
struct Body {
    as_of: Day,
    model: String,
    one_stands_for: f64,
    so_far: i64,
    total: [i64; 5],
    days: Vec<[i64; 5]>,
}

fn written(expected: &Expected) -> [i64; 5] {
    let Expected { amount, half, wide } = expected;
    [*amount, half.low, half.high, wide.low, wide.high]
}

fn read([amount, half_low, half_high, low, high]: [i64; 5]) -> Expected {
    Expected { amount, half: Range { low: half_low, high: half_high }, wide: Range { low, high } }
}

/// The day of which every forecast is made already.
#[derive(Default)]
pub(crate) struct Morning(Mutex<Option<Day>>);

/// Makes and keeps today's forecasts, unless that was done. How many were kept.
pub fn keep(house: &House) -> Result<usize> {
    let now = house.now();
    let zone = house.zone();
    let today = now.day_in(&zone);
    let since = today.at(HOUR, 0, &zone);
    let mut done = house.morning().0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if now < since || *done == Some(today) {
        return Ok(0);
    }
    let inside = house.clone();
    let made = house.read_blocking(move |view| make(&inside, view, now))?;
    let count = made.len();
    if count > 0 {
        house.db().write_blocking(Lane::house(), move |tx| {
            let source = source(tx)?;
            made.iter().try_for_each(|row| {
                // Another node may have been first.
                let newest = learned::newest_at(tx, &source, learned::Kind::Forecast, &row.subject, now)?;
                match newest {
                    Some(at) if at >= since => Ok(()),
                    _ => learned::append(tx, None, &source, learned::Kind::Forecast, row),
                }
            })
        })?;
    }
    *done = Some(today);
    Ok(count)
}

/// What forecasts of our own films are kept under: the market they run in, or its territory.
fn source(view: &View) -> Result<String> {
    let territory = || people::home::of(view).map(|home| home.territory.code().to_owned());
    market_series::home(view)?.map_or_else(territory, |market| Ok(market.code().to_owned()))
}

/// Forecasts of the releases under way that have none of today yet. What cannot be forecast is left out.
fn make(house: &House, view: &View, now: Instant) -> Result<Vec<Learned>> {
    let zone = people::home::of(view)?.zone;
    let today = now.day_in(&zone);
    let since = today.at(HOUR, 0, &zone);
    let source = source(view)?;
    let mut asked = Vec::new();
    for title in titles::all(view)? {
        let in_run = title.premiere.is_some_and(|day| (0..RUN_DAYS).contains(&day.days_until(today)));
        if !in_run || asked.len() == TITLES_MAX {
            continue;
        }
        let newest = learned::newest_at(view, &source, learned::Kind::Forecast, &title.id.0, now)?;
        if newest.is_some_and(|at| at >= since) {
            continue;
        }
        if let Ok(film) = outlook::film(view, &title, now)?
            && !film.days.is_empty()
        {
            asked.push((title.id, film));
        }
    }
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let foresight = Foresight::of_home(house, view)?;
    let (model, scale) = (foresight.version(), market_series::one_stands_for(view)?);
    let films: Vec<_> = asked.iter().map(|(_, film)| film.clone()).collect();
    let until = |film: &demand::in_release::Film| film.days.last().map_or(film.release, |one| one.day);
    let Ok(told) = foresight.watch_all(&films, |watched, film| watched.forecast(until(film))) else {
        return Ok(Vec::new());
    };
    let rows = asked.iter().zip(told).filter_map(|((title, _), told)| Some((title, told.ok()?)));
    rows.map(|(title, told)| {
        Ok(Learned {
            subject: title.0.clone(),
            at: now,
            body: serde_json::to_string(&body(&told, &model, scale))?,
        })
    })
    .collect()
}

fn body(told: &Forecast, model: &str, one_stands_for: f64) -> Body {
    Body {
        as_of: told.as_of,
        model: model.to_owned(),
        one_stands_for,
        so_far: told.so_far,
        total: written(&told.total),
        days: told.days.iter().map(|ahead| written(&ahead.expected)).collect(),
    }
}

/// Every forecast kept of a title by an instant, oldest first; of one evening the first that was made.
pub fn of(view: &View, title: &TitleId, now: Instant) -> Result<Vec<Kept>> {
    let mut kept: Vec<Kept> = Vec::new();
    for row in learned::of(view, &source(view)?, learned::Kind::Forecast, &title.0, now)? {
        let body: Body = serde_json::from_str(&row.body)?;
        if kept.last().is_some_and(|last| last.as_of == body.as_of) {
            continue;
        }
        let days = body.days.iter().zip(1..);
        let days = days.map(|(one, ahead)| DayAhead { day: body.as_of.plus(ahead), expected: read(*one) });
        kept.push(Kept {
            at: row.at,
            as_of: body.as_of,
            days: days.collect(),
            model: body.model,
            one_stands_for: body.one_stands_for,
            so_far: body.so_far,
            total: read(body.total),
        });
    }
    Ok(kept)
}
