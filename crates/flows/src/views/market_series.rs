//! A market's films as the forecast learns from them: imported charts, and what we sold ourselves.

use super::takings;
use db::View;
use demand::in_release::{Film, Measure, Observed};
use kernel::{Day, Instant, Result};
use market::series::{self, FilmDay, Grain, Market, Series};
use titles::Title;

/// A film on a chart and on our own books is one when it opened within so many days under one name.
const SAME_OPENING_DAYS: i32 = 3;
/// Days of one run that are learned from, at most; re-runs of old films would go on for years.
const RUN_DAYS_MAX: i32 = 365;

/// How many real tickets one of ours stands for; one when the settings say nothing that makes sense.
pub fn one_stands_for(view: &View) -> Result<f64> {
    let text = people::settings::get(view, "one_stands_for")?;
    let number = text.and_then(|text| text.trim().parse::<f64>().ok());
    Ok(number.filter(|number| number.is_finite() && *number > 0.0).unwrap_or(1.0))
}

/// The market whose charts our own films are on: that of the house's territory. `None` where no charts are known, and
/// where the house keeps its books in another currency than they do, so that nothing of ours compares with them.
pub fn home(view: &View) -> Result<Option<Market>> {
    let home = people::home::of(view)?;
    Ok(Market::of(home.territory).filter(|market| market.currency() == home.currency))
}

/// Every film of a market with its days, as all of it was known at an instant. Films on the chart come first;
/// our own follow, up to the day before, unless the chart has them.
pub fn films(view: &View, market: Market, as_of: Instant) -> Result<Vec<Film>> {
    let mut films = charted(view, market, as_of)?;
    if home(view)? == Some(market) {
        for title in titles::all(view)? {
            if let Some(own) = own(view, &title, as_of)?
                && !films.iter().any(|film| is_same(film, &title))
            {
                films.push(own);
            }
        }
    }
    Ok(films)
}

/// The films of a market's fullest daily chart; of a weekly one nothing can be learned.
pub fn charted(view: &View, market: Market, as_of: Instant) -> Result<Vec<Film>> {
    let Some(chart) = series::fullest_chart(view, market)?.filter(|chart| chart.grain == Grain::Day) else {
        return Ok(Vec::new());
    };
    let series = series::load(view, chart, as_of)?;
    Ok(series.map_or_else(Vec::new, |series| of_series(&series)))
}

/// The films of a series that have a release day and a run with takings.
pub fn of_series(series: &Series) -> Vec<Film> {
    let measure = Measure::Gross(series.currency);
    let film = |(film, days): (&series::Film, &[FilmDay])| {
        let release = film.release?;
        let in_run = |day: Day| release.days_until(day) < RUN_DAYS_MAX;
        let days: Vec<Observed> = days.iter().filter(|one| in_run(one.day)).filter_map(observed).collect();
        let kinds = [film.genres.clone(), film.distributor.iter().cloned().collect(), film.versions.clone()];
        let film =
            Film { name: film.title.clone(), kinds: kinds.concat(), ..Film::of(release, measure, days) };
        (!film.days.is_empty()).then_some(film)
    };
    series.runs().filter_map(film).collect()
}

/// Showings as they are reported; where only their share is, in ten-thousandths of it.
fn observed(one: &FilmDay) -> Option<Observed> {
    let count = |number: i64| u32::try_from(number).ok();
    let share = one.share_of_showings.map(|share| (share * 10_000.0).round() as i64);
    Some(Observed {
        day: one.day,
        amount: one.gross?,
        screens: one.screens.and_then(count),
        showings: one.showings.or(share).and_then(count),
    })
}

/// What a title took here on the days that are over, at real proportions; `None` without a premiere or takings.
pub fn own(view: &View, title: &Title, as_of: Instant) -> Result<Option<Film>> {
    let Some(release) = title.premiere else { return Ok(None) };
    let (scale, home) = (one_stands_for(view)?, people::home::of(view)?);
    let today = as_of.day_in(&home.zone);
    let days: Vec<Observed> = takings::by_day(view, &title.id)?
        .into_iter()
        .filter(|one| one.day < today)
        .map(|one| Observed {
            day: one.day,
            amount: (one.base_minor as f64 * scale).round() as i64,
            screens: None,
            showings: Some((one.share_of_showings() * 10_000.0).round() as u32),
        })
        .collect();
    let film = Film {
        name: title.name.zh.clone(),
        kinds: Some(title.genre.clone()).filter(|genre| !genre.is_empty()).into_iter().collect(),
        ..Film::of(release, Measure::Gross(home.currency), days)
    };
    Ok((!film.days.is_empty()).then_some(film))
}

fn is_same(charted: &Film, title: &Title) -> bool {
    let near = title.premiere.is_some_and(|day| day.days_until(charted.release).abs() <= SAME_OPENING_DAYS);
    let names = [&title.name.zh, &title.name.en, &title.original_name];
    near && names.into_iter().any(|name| *name == charted.name)
}
