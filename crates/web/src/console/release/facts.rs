//! Everything the release page is made of, read from one snapshot.

use ads::campaigns::{self, Campaign};
use db::View;
use events::log::Event;
use flows::House;
use flows::learn_market::{self, Standing};
use flows::views::outlook::{self, Outlook};
use flows::views::release::{self, City, Pace};
use flows::views::release_places::{self, InCity};
use flows::views::takings::{self, FilmDay};
use flows::views::{self, market_series, merchandise};
use kernel::{Home, Instant, PlaceId, Refusal, Result, Words};
use std::collections::HashMap;
use std::sync::Arc;
use titles::{Title, want_to_see};

/// A showing with fewer people than this counts as thin.
pub const THIN: i64 = 15;
/// Events that are looked at for the timeline, at most.
const EVENTS_MAX: i64 = 200;

/// How many real tickets one of ours stands for; a demonstration sells one in a thousand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale(f64);

impl Scale {
    pub const ONE: Scale = Scale(1.0);

    /// As the installation's settings have it; one when they say nothing that makes sense.
    fn stored(view: &View) -> Result<Scale> {
        market_series::one_stands_for(view).map(Scale)
    }

    /// Box office at real proportions; an estimate, never booked.
    pub fn minor(self, minor: i64) -> i64 {
        (minor as f64 * self.0).round() as i64
    }

    /// The number to say on the page; `None` when a ticket is a ticket.
    pub fn said(self) -> Option<f64> {
        (self != Scale::ONE).then_some(self.0)
    }
}

/// The newest day with showings that has begun.
pub struct Latest {
    pub film: FilmDay,
    /// Whether the day is over, so that its sums are final.
    pub over: bool,
    pub pace: Pace,
    /// The day before at the same hour.
    pub before: Option<(FilmDay, Pace)>,
    pub thin_halls: i64,
    pub tomorrow: Option<FilmDay>,
}

pub struct Facts {
    pub title: Title,
    pub now: Instant,
    /// Where the log stood.
    pub mark: String,
    pub scale: Scale,
    /// Whose days, hours and currency the page speaks in: the house's.
    pub home: Home,
    /// Every day up to the latest.
    pub days: Vec<FilmDay>,
    /// Days after it, on sale already.
    pub ahead: Vec<FilmDay>,
    pub latest: Option<Latest>,
    pub outlook: Result<Arc<Outlook>, Refusal>,
    /// What became of the market's chart, which names comparable films.
    pub market: Standing,
    /// By city, with their cinemas; of the newest day that is over.
    pub places: Vec<InCity>,
    pub campaigns: Vec<(Campaign, views::campaigns::Sums)>,
    pub goods: merchandise::Sums,
    pub wanted: i64,
    pub applications_waiting: i64,
    pub has_terms: bool,
    pub cities: Vec<City>,
    pub cities_before: Vec<City>,
    /// With the name of the place where each happened.
    pub happenings: Vec<(Event, Words)>,
}

impl Facts {
    pub fn read(house: &House, view: &View, title: &Title, now: Instant) -> Result<Facts> {
        let home = ::people::home::of(view)?;
        let (id, today) = (&title.id, now.day_in(&home.zone));
        let outlook = outlook::read(house, view, title, now)?;
        let places = match &outlook {
            Ok(outlook) => release_places::read(view, title, outlook)?,
            Err(_) => Vec::new(),
        };
        let scale = Scale::stored(view)?;
        let all = takings::by_day(view, id)?;
        let begun = all.partition_point(|one| one.day <= today);
        let (days, ahead) = (all[..begun].to_vec(), all[begun..].to_vec());
        let latest = latest(view, title, &days, &ahead, now)?;
        let (cities, cities_before) = match &latest {
            Some(latest) => cities_of(view, title, latest, now)?,
            None => (Vec::new(), Vec::new()),
        };
        Ok(Facts {
            title: title.clone(),
            now,
            mark: mark(view)?,
            scale,
            home,
            outlook,
            market: learn_market::standing(house, view)?,
            places,
            campaigns: campaigns_of(view, title)?,
            goods: merchandise::sums(view, id)?,
            wanted: want_to_see::count(view, id)?,
            applications_waiting: release::applications_waiting(view, id)?,
            has_terms: !settlement::terms::of_title(view, id)?.is_empty(),
            cities,
            cities_before,
            happenings: happenings(view, title)?,
            latest,
            days,
            ahead,
        })
    }
}

/// How far the log has come, as text that changes whenever anything happened.
pub fn mark(view: &View) -> Result<String> {
    let (at, id) = views::events::mark(view)?;
    Ok(id.map_or_else(|| at.to_string(), |id| id.0))
}

fn latest(
    view: &View,
    title: &Title,
    days: &[FilmDay],
    ahead: &[FilmDay],
    now: Instant,
) -> Result<Option<Latest>> {
    let Some(film) = days.last() else { return Ok(None) };
    let over = film.day < now.day_in(&::people::home::of(view)?.zone);
    let [by, then] = moments(over, now);
    let before = days.iter().rev().nth(1).filter(|before| before.day == film.day.plus(-1));
    let before = match before {
        None => None,
        Some(before) => Some((before.clone(), release::pace(view, &title.id, before.day, then)?)),
    };
    Ok(Some(Latest {
        pace: release::pace(view, &title.id, film.day, by)?,
        before,
        thin_halls: release::thin_halls(view, &title.id, film.day, by, THIN)?,
        tomorrow: ahead.first().filter(|next| next.day == film.day.plus(1)).cloned(),
        film: film.clone(),
        over,
    }))
}

/// The latest day by city, and the day before at the same hour.
fn cities_of(view: &View, title: &Title, latest: &Latest, now: Instant) -> Result<(Vec<City>, Vec<City>)> {
    let [by, then] = moments(latest.over, now);
    let before = match &latest.before {
        Some((film, _)) => release::cities(view, &title.id, film.day, then)?,
        None => Vec::new(),
    };
    Ok((release::cities(view, &title.id, latest.film.day, by)?, before))
}

/// Until when a day and the one before it are counted, so that they compare.
fn moments(over: bool, now: Instant) -> [Instant; 2] {
    if over { [Instant::from_micros(i64::MAX); 2] } else { [now, now.plus_seconds(-24 * 60 * 60)] }
}

fn campaigns_of(view: &View, title: &Title) -> Result<Vec<(Campaign, views::campaigns::Sums)>> {
    let list = campaigns::of_title(view, &title.id)?;
    list.into_iter()
        .map(|campaign| {
            let sums = views::campaigns::sums(view, &campaign.id)?;
            Ok((campaign, sums))
        })
        .collect()
}

fn happenings(view: &View, title: &Title) -> Result<Vec<(Event, Words)>> {
    let mut names: HashMap<PlaceId, Words> = HashMap::new();
    let mut found = Vec::new();
    for event in release::happenings(view, &title.id, EVENTS_MAX)? {
        if !names.contains_key(&event.place) {
            names.insert(event.place.clone(), views::places::name(view, &event.place)?);
        }
        let name = names[&event.place].clone();
        found.push((event, name));
    }
    Ok(found)
}
