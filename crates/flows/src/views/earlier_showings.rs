//! What a circuit showed before it joined, met with its cinemas and halls and with the house's films by their names.
//!
//! A name is met when it is the same in any language, whatever its case; it is sought each time, so that a cinema or a
//! film that is entered later still meets its past. A name that nothing is met by stays as it is told.

use super::cinemas;
use super::showing_history::business_time;
use box_office::{Cinema, halls};
use db::View;
use demand::showing::{Played, Showing};
use kernel::{Currency, Day, HallId, Instant, OrgId, PlaceId, Result, TitleId, Words};
use market::showings::{self, Showing as Told};
use std::collections::{BTreeMap, HashMap};

/// A showing that was brought, with what the house knows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    pub told: Told,
    pub cinema: Option<PlaceId>,
    pub hall: Option<HallId>,
    pub film: Option<TitleId>,
    release: Option<Day>,
    currency: Currency,
}

impl Earlier {
    /// As the forecast of a showing learns from it.
    pub fn played(self) -> Played {
        let Earlier { told, cinema, hall, film, release, currency } = self;
        let minor = |hundredths: i64| hundredths * 10_i64.pow(currency.exponent()) / 100;
        let showing = Showing {
            film: film.map_or(told.film, |film| film.0),
            cinema: cinema.map_or(told.cinema, |cinema| cinema.0),
            hall: hall.map_or(told.hall, |hall| hall.0),
            day: told.day,
            minute: told.minute,
            seats: told.seats,
            price_minor: told.price_hundredths.map(minor),
            release,
        };
        Played { showing, sold: told.sold }
    }
}

/// What a circuit brought of these days, both included, as it is known at an instant.
pub fn of_circuit(view: &View, org: &OrgId, days: (Day, Day), now: Instant) -> Result<Vec<Earlier>> {
    let told = showings::of_circuit(view, org, days, now)?;
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let mut names = Names::of(view, org)?;
    told.into_iter().map(|one| names.meet(view, one)).collect()
}

/// What tells that something else may be known of a circuit's past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    newest: Option<Instant>,
    halls: i64,
}

/// When a circuit last brought some of its past, and in how many halls it may be met.
pub fn state(view: &View, org: &OrgId) -> Result<State> {
    let (halls,): (i64,) = view.one(
        "select count(*)
         from hall
         join cinema on cinema.place_id = hall.place_id
         where cinema.org_id = $1",
        &[org],
    )?;
    Ok(State { newest: showings::newest_at(view, org)?, halls })
}

/// The last business day that is over in all of a circuit's cinemas.
pub fn last_day_over(view: &View, org: &OrgId, now: Instant) -> Result<Day> {
    let cinemas = cinemas::of_org(view, org)?;
    let today = cinemas.iter().map(|cinema| business_time(now, &cinema.zone).0).min();
    let today = match today {
        Some(today) => today,
        None => business_time(now, &people::home::of(view)?.zone).0,
    };
    Ok(today.plus(-1))
}

/// A name as it is compared.
fn same(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn spellings(name: &Words) -> [String; 2] {
    [same(&name.en), same(&name.zh)]
}

/// The house's names; one that two things of a kind have in common is nobody's.
struct Names {
    cinemas: HashMap<String, Option<Cinema>>,
    /// Of the cinemas that were asked for.
    halls: HashMap<PlaceId, HashMap<String, Option<HallId>>>,
    /// Films of one name are told apart by their premieres.
    films: HashMap<String, Vec<(TitleId, Option<Day>)>>,
    currency: Currency,
}

fn index<T: Clone + PartialEq>(all: impl Iterator<Item = (Vec<String>, T)>) -> HashMap<String, Option<T>> {
    let mut found: HashMap<String, Option<T>> = HashMap::new();
    for (names, thing) in all {
        for name in names.into_iter().filter(|name| !name.is_empty()) {
            let known = found.entry(name).or_insert_with(|| Some(thing.clone()));
            if known.as_ref().is_some_and(|known| *known != thing) {
                *known = None;
            }
        }
    }
    found
}

impl Names {
    fn of(view: &View, org: &OrgId) -> Result<Names> {
        let cinemas = cinemas::of_org(view, org)?;
        let cinemas = index(cinemas.into_iter().map(|cinema| (spellings(&cinema.name).to_vec(), cinema)));
        let mut further: HashMap<TitleId, Vec<String>> = HashMap::new();
        for (title, name) in titles::names::all(view)? {
            further.entry(title).or_default().push(same(&name));
        }
        let mut films: HashMap<String, Vec<(TitleId, Option<Day>)>> = HashMap::new();
        for title in titles::all(view)?.into_iter().filter(|title| title.status.is_public()) {
            let mut names = further.remove(&title.id).unwrap_or_default();
            names.extend(spellings(&title.name));
            names.push(same(&title.original_name));
            names.sort();
            names.dedup();
            for name in names.into_iter().filter(|name| !name.is_empty()) {
                films.entry(name).or_default().push((title.id.clone(), title.premiere));
            }
        }
        let currency = people::home::of(view)?.currency;
        Ok(Names { cinemas, halls: HashMap::new(), films, currency })
    }

    fn meet(&mut self, view: &View, told: Told) -> Result<Earlier> {
        let cinema = self.cinemas.get(&same(&told.cinema)).cloned().flatten();
        let hall = match &cinema {
            Some(cinema) => self.hall(view, &cinema.place, &told.hall)?,
            None => None,
        };
        let film = self.film(&told.film, told.day);
        Ok(Earlier {
            currency: cinema.as_ref().map_or(self.currency, |cinema| cinema.service_fee.currency),
            cinema: cinema.map(|cinema| cinema.place),
            hall,
            release: film.as_ref().and_then(|(_, premiere)| *premiere),
            film: film.map(|(film, _)| film),
            told,
        })
    }

    fn hall(&mut self, view: &View, place: &PlaceId, name: &str) -> Result<Option<HallId>> {
        if !self.halls.contains_key(place) {
            let halls = halls::of_cinema(view, place)?;
            let halls = index(halls.into_iter().map(|hall| (spellings(&hall.name).to_vec(), hall.id)));
            self.halls.insert(place.clone(), halls);
        }
        Ok(self.halls[place].get(&same(name)).cloned().flatten())
    }

    /// The film of that name whose premiere lies nearest to a day.
    fn film(&self, name: &str, day: Day) -> Option<(TitleId, Option<Day>)> {
        let far = |premiere: &Option<Day>| premiere.map_or(i32::MAX, |one| one.days_until(day).abs());
        self.films.get(&same(name))?.iter().min_by_key(|(_, premiere)| far(premiere)).cloned()
    }
}

/// A name of a file, how many showings have it, and what it is called here when it is met.
#[derive(Clone, Debug, PartialEq)]
pub struct Met {
    pub name: String,
    pub showings: usize,
    pub here: bool,
}

/// All that a circuit brought, in sums.
#[derive(Clone, Debug, PartialEq)]
pub struct Brought {
    pub showings: usize,
    /// Of how many the sold seats are known.
    pub counted: usize,
    pub first: Day,
    pub last: Day,
    /// Counted showings from a day on, which are near enough to be learned from.
    pub recent: usize,
    /// Names with the most showings first.
    pub cinemas: Vec<Met>,
    pub halls: Vec<Met>,
    pub films: Vec<Met>,
}

/// What a circuit brought, and what of it counts from a day on; nothing where it brought nothing.
pub fn brought(view: &View, org: &OrgId, from: Day, now: Instant) -> Result<Option<Brought>> {
    let ever = (Day::new(1900, 1, 1)?, now.day_in(&kernel::Zone::stored("UTC")).plus(1));
    let all = of_circuit(view, org, ever, now)?;
    let days = || all.iter().map(|one| one.told.day);
    let Some((first, last)) = days().min().zip(days().max()) else { return Ok(None) };
    let counted = || all.iter().filter(|one| one.told.sold.is_some());
    Ok(Some(Brought {
        showings: all.len(),
        counted: counted().count(),
        first,
        last,
        recent: counted().filter(|one| one.told.day >= from).count(),
        cinemas: met(all.iter().map(|one| (one.told.cinema.clone(), one.cinema.is_some()))),
        halls: met(all
            .iter()
            .filter(|one| one.cinema.is_some())
            .map(|one| (format!("{} · {}", one.told.cinema, one.told.hall), one.hall.is_some()))),
        films: met(all.iter().map(|one| (one.told.film.clone(), one.film.is_some()))),
    }))
}

fn met(names: impl Iterator<Item = (String, bool)>) -> Vec<Met> {
    let mut found: BTreeMap<(String, bool), usize> = BTreeMap::new();
    for name in names {
        *found.entry(name).or_default() += 1;
    }
    let mut met: Vec<Met> =
        found.into_iter().map(|((name, here), showings)| Met { name, showings, here }).collect();
    met.sort_by_key(|one| std::cmp::Reverse(one.showings));
    met
}
