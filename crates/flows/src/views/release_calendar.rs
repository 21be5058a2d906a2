//! What opens next in the home market: our own slate, and what imported calendars announce of other houses' films.

use super::{market_series, openings};
use db::View;
use demand::in_release::{Film, Measure};
use kernel::{Day, Instant, Result, TitleId, Words};
use market::release_calendar::{self, Entry};
use market::series::Market;
use titles::Title;

/// A film of a calendar and one of ours are one when they open within so many days under one name.
const SAME_FILM_DAYS: i32 = 60;
/// How far ahead a calendar is believed.
pub const AHEAD_DAYS: i32 = 400;

/// Films that calendars announce for today or later, but for those on our own slate.
pub fn of_others(view: &View, slate: &[Title], now: Instant) -> Result<Vec<Entry>> {
    let Some(market) = market_series::home(view)? else { return Ok(Vec::new()) };
    let today = now.day_in(&people::home::of(view)?.zone);
    let entries = release_calendar::entries(view, market, now)?;
    let is_to_come = |entry: &Entry| (0..=AHEAD_DAYS).contains(&today.days_until(entry.release));
    let is_ours = |entry: &Entry| slate.iter().any(|title| is_same(entry, title));
    Ok(entries.into_iter().filter(|entry| is_to_come(entry) && !is_ours(entry)).collect())
}

/// A film that opens today or later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    /// The title's, or the calendar's own.
    pub id: String,
    pub release: Day,
    pub name: Words,
    pub genres: Vec<String>,
    pub distributor: Option<String>,
    /// The title, when it is ours.
    pub ours: Option<TitleId>,
    /// When a calendar first said so, when it is another house's.
    pub since: Option<Instant>,
}

/// What opens next, ours and others', by day; ours first.
pub fn coming(view: &View, now: Instant) -> Result<Vec<Coming>> {
    let slate = titles::all(view)?;
    let others = of_others(view, &slate, now)?;
    let today = now.day_in(&people::home::of(view)?.zone);
    let ours = slate.iter().filter_map(|title| {
        let release = title.premiere.filter(|day| is_coming(title, *day, today))?;
        Some(Coming {
            id: title.id.0.clone(),
            release,
            name: title.name.clone(),
            genres: Some(title.genre.clone()).filter(|genre| !genre.is_empty()).into_iter().collect(),
            distributor: None,
            ours: Some(title.id.clone()),
            since: None,
        })
    });
    let others = others.into_iter().map(|entry| Coming {
        id: openings::calendar_id(&entry.key),
        release: entry.release,
        name: Words::new(entry.film.title.clone(), entry.film.title),
        genres: entry.film.genres,
        distributor: entry.film.distributor,
        ours: None,
        since: Some(entry.since),
    });
    let mut coming: Vec<Coming> = ours.chain(others).collect();
    coming.sort_by_key(|one| one.release);
    Ok(coming)
}

/// Films without a day yet of which everybody knows when they open: rivals to come of those in release.
pub fn rivals(view: &View, market: Market, now: Instant) -> Result<Vec<Film>> {
    let today = now.day_in(&people::home::of(view)?.zone);
    if market_series::home(view)? != Some(market) {
        let entries = release_calendar::entries(view, market, now)?;
        return Ok(entries
            .iter()
            .filter(|entry| entry.release >= today)
            .map(|one| rival(one, market))
            .collect());
    }
    let slate = titles::all(view)?;
    let others = of_others(view, &slate, now)?;
    let own = slate.iter().filter_map(|title| {
        let release = title.premiere.filter(|day| is_coming(title, *day, today))?;
        let kinds = Some(title.genre.clone()).filter(|genre| !genre.is_empty()).into_iter().collect();
        let film = Film::of(release, Measure::Gross(market.currency()), Vec::new());
        Some(Film { name: title.name.zh.clone(), kinds, ..film })
    });
    Ok(own.chain(others.iter().map(|entry| rival(entry, market))).collect())
}

fn rival(entry: &Entry, market: Market) -> Film {
    let Entry { release, film, .. } = entry;
    let kinds = [film.genres.clone(), film.distributor.iter().cloned().collect(), film.versions.clone()];
    let none = Film::of(*release, Measure::Gross(market.currency()), Vec::new());
    Film { name: film.title.clone(), kinds: kinds.concat(), ..none }
}

/// Whether a title of ours is announced for a day to come.
pub fn is_coming(title: &Title, release: Day, today: Day) -> bool {
    title.status.is_public() && release >= today
}

fn is_same(entry: &Entry, title: &Title) -> bool {
    let near = title.premiere.is_none_or(|day| day.days_until(entry.release).abs() <= SAME_FILM_DAYS);
    let names = [&title.name.zh, &title.name.en, &title.original_name];
    near && names.into_iter().any(|name| !name.is_empty() && *name == entry.film.title)
}
