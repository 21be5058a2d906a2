//! What is known of openings in the home market, and since when: imported charts, TMDB tables, our own slate and other
//! houses' announced films, presales and wishes.
//!
//! A chart does not say since when a film's day, name, genres and people were known; they are taken to have been
//! announced a year ahead. What we count ourselves has its own instants.

use super::{market_series, release_calendar, takings};
use db::View;
use demand::opening::{Fact, Film, Known, Past, Taken, Version};
use kernel::{Day, Instant, Lang, Result, TitleId, Zone};
use market::films::{self, Facts};
use market::release_calendar::Entry;
use market::series::{self, Grain};
use std::collections::HashMap;
use titles::Title;
use titles::credits::{self, Job};

/// Since when a chart's facts are taken to have been known.
const ANNOUNCED_DAYS: i32 = 365;
/// A film opens abroad and at home within so many days.
const SAME_FILM_DAYS: i32 = 400;
/// Instants of counts that are kept of a film, the newest.
const COUNTS_MAX: usize = 400;

/// What opened and what will.
#[derive(Clone, Debug, Default)]
pub struct Openings {
    pub past: Vec<Past>,
    pub slate: Vec<Film>,
}

/// Everything known of openings at an instant; without a daily chart only our own.
pub fn all(view: &View, now: Instant) -> Result<Openings> {
    let home = people::home::of(view)?;
    let today = now.day_in(&home.zone);
    let mut openings = Openings { past: charted(view, &home.zone, now)?, slate: Vec::new() };
    let scale = market_series::one_stands_for(view)?;
    // Beside a chart our own films count as far as it goes: after its last day they alone would be the market.
    let charted_until = openings.past.iter().flat_map(|one| &one.days).map(|taken| taken.day).max();
    let until = charted_until.unwrap_or(today.plus(-1)).min(today.plus(-1));
    let slate = titles::all(view)?;
    openings.slate.extend(release_calendar::of_others(view, &slate, now)?.iter().map(of_calendar));
    for title in slate {
        let Some(release) = title.premiere else { continue };
        let film = film(view, &title, release, now)?;
        if release >= today {
            openings.slate.extend(release_calendar::is_coming(&title, release, today).then_some(film));
        } else if release <= until && !openings.past.iter().any(|one| is_same(&one.film, &title, release)) {
            let days = takings::by_day(view, &title.id)?;
            let days = days.into_iter().filter(|one| one.day <= until).map(|one| Taken {
                day: one.day,
                amount: (one.base_minor as f64 * scale).round() as i64,
                to_date: None,
            });
            openings.past.push(Past { film, days: days.collect() });
        }
    }
    Ok(openings)
}

/// A title with what we know of it, each with its instant, were it to open on a day.
pub fn film(view: &View, title: &Title, release: Day, now: Instant) -> Result<Film> {
    let at = title.created_at.min(now);
    let mut facts = vec![Known { at, fact: Fact::Domestic(title.domestic) }];
    let mut say = |fact: Fact| facts.push(Known { at, fact });
    if !title.genre.is_empty() {
        say(Fact::Genres(vec![title.genre.clone()]));
    }
    if title.runtime_minutes > 0 {
        say(Fact::Minutes(title.runtime_minutes));
    }
    let credits = credits::of(view, &title.id)?;
    let named = |job: Job| -> Vec<String> {
        let of_job = credits.iter().filter(|credit| credit.job == job);
        of_job.map(|credit| credit.name.in_(Lang::En).to_owned()).filter(|name| !name.is_empty()).collect()
    };
    let (directors, cast) = (named(Job::Director), named(Job::Cast));
    if !directors.is_empty() {
        say(Fact::Directors(directors));
    }
    if !cast.is_empty() {
        say(Fact::Cast(cast));
    }
    facts.extend(presales(view, &title.id, release, now)?);
    facts.extend(wishes(view, &title.id, now)?);
    let film = Film { id: title.id.0.clone(), name: title.name.zh.clone(), release, facts };
    let previews = previews(view, &film, &title.id, now)?;
    Ok(Film { facts: [film.facts, previews].concat(), ..film })
}

/// What showings before the release have brought, day by day, at real proportions; of days that are over.
fn previews(view: &View, film: &Film, title: &TitleId, now: Instant) -> Result<Vec<Known>> {
    let zone = people::home::of(view)?.zone;
    let scale = market_series::one_stands_for(view)?;
    let until = film.release.min(now.day_in(&zone));
    let taken: Vec<(Day, i64)> = view.all(
        "select showtime.day, cast(sum(base_minor) as bigint)
         from ticket_order
         join showtime on showtime.place_id = ticket_order.place_id and showtime.id = ticket_order.showtime_id
         where ticket_order.title_id = $1 and ticket_order.state = 'paid' and showtime.day < $2
         group by showtime.day
         order by showtime.day",
        &[title, &until],
    )?;
    let days = taken.into_iter().map(|(day, minor)| Taken {
        day,
        amount: (minor as f64 * scale).round() as i64,
        to_date: None,
    });
    Ok(Past { film: film.clone(), days: days.collect() }.previews(&zone))
}

/// Another house's film, as a calendar announces it.
fn of_calendar(entry: &Entry) -> Film {
    let Entry { key, release, since, film } = entry;
    let known = series::Film {
        genres: film.genres.clone(),
        country: film.country.clone(),
        duration_minutes: film.duration_minutes,
        versions: film.versions.clone(),
        ..series::Film::default()
    };
    let facts = announced(&known, None, *since);
    Film { id: calendar_id(key), name: film.title.clone(), release: *release, facts }
}

/// What a film of a calendar is called beside titles of ours.
pub fn calendar_id(key: &str) -> String {
    format!("calendar:{key}")
}

/// What the first day's tickets had brought by the last sale of each day, at real proportions.
fn presales(view: &View, title: &TitleId, release: Day, now: Instant) -> Result<Vec<Known>> {
    let scale = market_series::one_stands_for(view)?;
    let sold: Vec<(Instant, i64)> = view.all(
        "select max(closed_at), cast(sum(base_minor) as bigint)
         from ticket_order
         join showtime on showtime.place_id = ticket_order.place_id and showtime.id = ticket_order.showtime_id
         where ticket_order.title_id = $1 and ticket_order.state = 'paid' and showtime.day = $2
           and closed_at <= $3 and closed_at < showtime.starts_at
         group by closed_at / 86400000000
         order by max(closed_at)",
        &[title, &release, &now],
    )?;
    Ok(running(sold, |sum| Fact::Presales((sum as f64 * scale).round() as i64)))
}

/// How many people had said that they want to see it, by the last wish of each day.
fn wishes(view: &View, title: &TitleId, now: Instant) -> Result<Vec<Known>> {
    let wished: Vec<(Instant, i64)> = view.all(
        "select max(at), count(*)
         from want_to_see
         where title_id = $1 and at <= $2
         group by at / 86400000000
         order by max(at)",
        &[title, &now],
    )?;
    Ok(running(wished, Fact::WantToSee))
}

fn running(counts: Vec<(Instant, i64)>, fact: impl Fn(i64) -> Fact) -> Vec<Known> {
    let sums = counts.into_iter().scan(0_i64, |sum, (at, count)| {
        *sum += count;
        Some(Known { at, fact: fact(*sum) })
    });
    let known: Vec<Known> = sums.collect();
    known[known.len().saturating_sub(COUNTS_MAX)..].to_vec()
}

/// The films of the fullest daily chart, with what TMDB tables know of them.
fn charted(view: &View, zone: &Zone, now: Instant) -> Result<Vec<Past>> {
    let Some(market) = market_series::home(view)? else { return Ok(Vec::new()) };
    let chart = series::fullest_chart(view, market)?.filter(|chart| chart.grain == Grain::Day);
    let Some(series) = chart.map(|chart| series::load(view, chart, now)).transpose()?.flatten() else {
        return Ok(Vec::new());
    };
    let tables = films::all(view, market::imports::Kind::Tmdb.code(), now)?;
    let mut by_name: HashMap<&str, Vec<&Facts>> = HashMap::new();
    for facts in tables.values() {
        for name in facts.original_title.iter().chain([&facts.title]) {
            by_name.entry(name).or_default().push(facts);
        }
    }
    let past = series.runs().filter_map(|(film, days)| {
        let release = film.release?;
        let close = |facts: &&&Facts| {
            facts.release.is_some_and(|day| day.days_until(release).abs() <= SAME_FILM_DAYS)
        };
        let table = by_name.get(film.title.as_str()).and_then(|all| all.iter().find(close));
        let at = release.plus(-ANNOUNCED_DAYS).at(0, 0, zone);
        let facts = announced(film, table.copied(), at);
        let days = days
            .iter()
            .filter_map(|one| Some(Taken { day: one.day, amount: one.gross?, to_date: one.gross_to_date }));
        let known = Film { id: film.key.clone(), name: film.title.clone(), release, facts };
        let mut past = Past { film: known, days: days.collect() };
        let previews = past.previews(zone);
        past.film.facts.extend(previews);
        Some(past)
    });
    Ok(past.collect())
}

/// What is public of a film, known since an instant.
fn announced(film: &series::Film, table: Option<&Facts>, at: Instant) -> Vec<Known> {
    let mut facts = Vec::new();
    let mut say = |fact: Fact| facts.push(Known { at, fact });
    if !film.genres.is_empty() {
        say(Fact::Genres(film.genres.clone()));
    }
    if let Some(country) = &film.country {
        say(Fact::Domestic(is_domestic(country)));
    }
    if let Some(minutes) = film.duration_minutes.filter(|minutes| (1..=1_000).contains(minutes)) {
        say(Fact::Minutes(minutes));
    }
    if !film.versions.is_empty() {
        say(Fact::Versions(Version::named(&film.versions)));
    }
    if let Some(table) = table {
        say(Fact::Cast(table.cast.clone()));
        say(Fact::Directors(table.directors.clone()));
    }
    facts
}

/// Whether a country, as charts and calendars write it, is ours.
pub fn is_domestic(country: &str) -> bool {
    country.contains("中国") || country.contains("China")
}

/// Whether a film of the chart is a title of ours.
fn is_same(charted: &Film, title: &Title, release: Day) -> bool {
    let names = [&title.name.zh, &title.name.en, &title.original_name];
    charted.release.days_until(release).abs() <= 3 && names.into_iter().any(|name| *name == charted.name)
}
