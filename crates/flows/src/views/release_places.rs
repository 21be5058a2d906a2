//! A release by city and by cinema: what each sold, what is forecast of it, and how far its newest day was from what
//! had been forecast the evening before.
//!
//! A city takes its share of the nation's run, a cinema its share of the city's (`demand::in_release::forecast_place`).
//! A place with fewer days of its own than a forecast needs is pooled to the level above by what other films took
//! there, and says so; one of which that is not known either has no forecast.

use super::market_series;
use super::outlook::{self, Outlook};
use crate::house::House;
use box_office::cities::{self, City};
use db::{FromRow, Row, View};
use demand::in_release::{self, DAYS_MIN, Expected, Forecast, Observed, forecast_place};
use kernel::{Day, Instant, Kind, PlaceId, Refusal, Result, TitleId, Words, counted};
use std::collections::BTreeMap;
use std::sync::Arc;
use titles::Title;

/// What a place usually takes is what other films took there in so many days before.
const USUAL_DAYS: i32 = 28;

/// A film's day in one cinema; split base in minor units.
#[derive(Clone, Debug, PartialEq)]
pub struct CinemaDay {
    pub place: PlaceId,
    pub name: Words,
    pub city: String,
    pub day: Day,
    pub showings: i64,
    pub seats: i64,
    pub admissions: i64,
    pub base_minor: i64,
}

impl FromRow for CinemaDay {
    fn from_row(row: &mut Row) -> Result<CinemaDay> {
        Ok(CinemaDay {
            place: row.next()?,
            name: row.words()?,
            city: row.next()?,
            day: row.next()?,
            showings: row.next()?,
            seats: row.next()?,
            admissions: row.next()?,
            base_minor: row.next()?,
        })
    }
}

/// A film's days up to one in every cinema that showed it, in order.
pub fn by_cinema(view: &View, title: &TitleId, until: Day) -> Result<Vec<CinemaDay>> {
    view.all(
        "with sold as (
           select place_id, showtime_id, sum(seats) as admissions, sum(base_minor) as base
           from ticket_order
           where title_id = $1 and state = 'paid'
           group by place_id, showtime_id
         )
         select cinema.place_id, cinema.name_en, cinema.name_zh, cinema.city_code, showtime.day,
           cast(count(*) as bigint), cast(sum(showtime.seats) as bigint),
           cast(coalesce(sum(coalesce(sold.admissions, 0)), 0) as bigint),
           cast(coalesce(sum(coalesce(sold.base, 0)), 0) as bigint)
         from showtime
         join cinema on cinema.place_id = showtime.place_id
         left join sold on sold.place_id = showtime.place_id and sold.showtime_id = showtime.id
         where showtime.title_id = $1 and showtime.day <= $2
         group by cinema.place_id, cinema.name_en, cinema.name_zh, cinema.city_code, showtime.day
         order by cinema.place_id, showtime.day",
        &[title, &until],
    )
}

/// What other films took in each cinema between two days, both included.
fn usual(view: &View, title: &TitleId, first: Day, last: Day) -> Result<Vec<(PlaceId, String, i64)>> {
    view.all(
        "select cinema.place_id, cinema.city_code, cast(sum(ticket_order.base_minor) as bigint)
         from ticket_order
         join showtime on showtime.place_id = ticket_order.place_id and showtime.id = ticket_order.showtime_id
         join cinema on cinema.place_id = ticket_order.place_id
         where ticket_order.title_id <> $1 and ticket_order.state = 'paid'
           and showtime.day >= $2 and showtime.day <= $3
         group by cinema.place_id, cinema.city_code
         order by cinema.place_id",
        &[title, &first, &last],
    )
}

/// What a forecast of a place stands on.
#[derive(Clone, Debug, PartialEq)]
pub enum Basis {
    /// Enough days of its own.
    Own { days: usize },
    /// Too few of its own: it takes its usual part of the level above.
    Pooled { days: usize, onto: Words },
}

/// A city or a cinema. Amounts in minor units at real proportions; counts as they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Here {
    pub name: Words,
    /// Its days up to the newest one that is over.
    pub days: Vec<Observed>,
    /// Of that newest day.
    pub showings: i64,
    pub seats: i64,
    pub admissions: i64,
    /// What that day was expected to take the evening before.
    pub expected: Option<Expected>,
    pub told: Result<(Forecast, Basis), Refusal>,
}

impl Here {
    /// What it took on a day; nothing when it did not show the film.
    pub fn took(&self, day: Day) -> i64 {
        self.days.iter().find(|one| one.day == day).map_or(0, |one| one.amount)
    }

    /// Part of the newest day's seats that were sold, 0 to 1.
    pub fn occupancy(&self) -> f64 {
        if self.seats == 0 { 0.0 } else { self.admissions as f64 / self.seats as f64 }
    }

    /// How far the newest day was from what had been expected: 0.3 is 30 % more. `None` without a forecast.
    pub fn against(&self, day: Day) -> Option<f64> {
        let expected = self.expected.filter(|expected| expected.amount > 0)?;
        Some(self.took(day) as f64 / expected.amount as f64 - 1.0)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct InCity {
    pub city: City,
    pub here: Here,
    pub cinemas: Vec<InCinema>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct InCinema {
    pub place: PlaceId,
    pub here: Here,
}

/// Every city with its cinemas, the one that took most on the newest day first.
pub fn read(view: &View, title: &Title, outlook: &Outlook) -> Result<Vec<InCity>> {
    let until = outlook.newest.as_of;
    let usual = usual(view, &title.id, until.plus(1 - USUAL_DAYS), until)?;
    let known = Known {
        rows: by_cinema(view, &title.id, until)?,
        usual,
        cities: cities::all(view)?,
        scale: market_series::one_stands_for(view)?,
    };
    Ok(of(outlook, &known))
}

/// A release's outlook, and its places.
pub type Foretold = (Arc<Outlook>, Vec<InCity>);

/// The same with its outlook, as it is known at an instant.
pub fn foretold(
    house: &House,
    view: &View,
    title: &Title,
    now: Instant,
) -> Result<Result<Foretold, Refusal>> {
    match outlook::read(house, view, title, now)? {
        Err(refusal) => Ok(Err(refusal)),
        Ok(outlook) => {
            let cities = read(view, title, &outlook)?;
            Ok(Ok((outlook, cities)))
        }
    }
}

/// What places are forecast from.
struct Known {
    rows: Vec<CinemaDay>,
    /// What other films took: place, city, minor units.
    usual: Vec<(PlaceId, String, i64)>,
    cities: Vec<City>,
    scale: f64,
}

fn of(outlook: &Outlook, known: &Known) -> Vec<InCity> {
    let mut by_city: BTreeMap<&str, BTreeMap<&PlaceId, Vec<&CinemaDay>>> = BTreeMap::new();
    for row in &known.rows {
        by_city.entry(&row.city).or_default().entry(&row.place).or_default().push(row);
    }
    let nation = Above {
        name: Words::new("the nation", "全国"),
        newest: Ok(outlook.newest.clone()),
        before: evening_before(outlook),
        days: outlook.film.days.clone(),
    };
    let all: i64 = known.usual.iter().map(|(_, _, minor)| minor).sum();
    let cities = by_city.into_iter().filter_map(|(code, cinemas)| {
        let city = known.cities.iter().find(|city| city.code == code)?.clone();
        let rows: Vec<&CinemaDay> = cinemas.values().flatten().copied().collect();
        let usual_here: i64 =
            known.usual.iter().filter(|(_, of, _)| of == code).map(|(_, _, minor)| minor).sum();
        let (here, below) = nation.place(city.name.clone(), &rows, part(usual_here, all), known.scale);
        let is_alone = cinemas.len() == 1;
        let cinemas = cinemas.into_iter().map(|(place, rows)| {
            let name = rows[0].name.clone();
            if is_alone {
                return InCinema { place: place.clone(), here: Here { name, ..here.clone() } };
            }
            let usual = known.usual.iter().find(|(of, _, _)| of == place).map_or(0, |(_, _, minor)| *minor);
            let (here, _) = below.place(name, &rows, part(usual, usual_here), known.scale);
            InCinema { place: place.clone(), here }
        });
        let mut cinemas: Vec<InCinema> = cinemas.collect();
        let day = outlook.newest.as_of;
        cinemas.sort_by_key(|cinema| std::cmp::Reverse(cinema.here.took(day)));
        Some(InCity { city, here, cinemas })
    });
    let mut cities: Vec<InCity> = cities.collect();
    cities.sort_by_key(|one| std::cmp::Reverse(one.here.took(outlook.newest.as_of)));
    cities
}

/// A usual share; `None` of nothing.
fn part(minor: i64, all: i64) -> Option<f64> {
    (minor > 0 && all > 0).then(|| minor as f64 / all as f64)
}

/// What had been foretold the evening before the newest day.
fn evening_before(outlook: &Outlook) -> Option<Forecast> {
    let evening = outlook.evenings.iter().rev().find(|evening| evening.as_of < outlook.newest.as_of)?;
    Some(Forecast {
        measure: outlook.newest.measure,
        as_of: evening.as_of,
        so_far: evening.so_far,
        days: evening.days.clone(),
        total: evening.total,
        because: Vec::new(),
    })
}

/// The level above a place: its forecasts, now and of the evening before, and its days.
struct Above {
    name: Words,
    newest: Result<Forecast, Refusal>,
    before: Option<Forecast>,
    days: Vec<Observed>,
}

impl Above {
    /// A place below, and the same as a level above others.
    fn place(&self, name: Words, rows: &[&CinemaDay], usual_share: Option<f64>, scale: f64) -> (Here, Above) {
        let mut days: BTreeMap<Day, i64> = BTreeMap::new();
        for row in rows {
            *days.entry(row.day).or_default() += (row.base_minor as f64 * scale).round() as i64;
        }
        let days: Vec<Observed> =
            days.into_iter().map(|(day, minor)| Observed::amount(day, self.at_most(day, minor))).collect();
        let place = in_release::Place { name: name.clone(), usual_share, days: days.clone() };
        let told = self.newest.clone().and_then(|above| self.told(&above, &place));
        let before = self.before.as_ref().and_then(|above| self.told(above, &place).ok());
        let newest = self.newest.as_ref().ok().map(|above| above.as_of);
        let expected = newest
            .zip(before.as_ref())
            .and_then(|(day, (told, _))| told.days.iter().find(|ahead| ahead.day == day))
            .map(|ahead| ahead.expected);
        let of_newest = || rows.iter().filter(|row| Some(row.day) == newest);
        let here = Here {
            name: name.clone(),
            days: days.clone(),
            showings: of_newest().map(|row| row.showings).sum(),
            seats: of_newest().map(|row| row.seats).sum(),
            admissions: of_newest().map(|row| row.admissions).sum(),
            expected,
            told: told.clone(),
        };
        let below = Above {
            name,
            newest: told.map(|(forecast, _)| forecast),
            before: before.map(|(forecast, _)| forecast),
            days,
        };
        (here, below)
    }

    /// Rounding each cinema apart may come to a fen more than rounding them together.
    fn at_most(&self, day: Day, minor: i64) -> i64 {
        self.days.iter().find(|one| one.day == day).map_or(minor, |all| minor.min(all.amount))
    }

    fn told(&self, above: &Forecast, place: &in_release::Place) -> Result<(Forecast, Basis), Refusal> {
        let days = place.days.iter().filter(|one| one.day <= above.as_of && one.amount > 0).count();
        let basis = match (days >= DAYS_MIN, place.usual_share) {
            (true, _) => Basis::Own { days },
            (false, Some(_)) => Basis::Pooled { days, onto: self.name.clone() },
            (false, None) => return Err(too_few(days)),
        };
        Ok((forecast_place(above, &self.days, place)?, basis))
    }
}

fn too_few(days: usize) -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "too_few_days",
        format!(
            "Sold on {} here, of the {DAYS_MIN} days that a forecast needs, and no other film tells what is usual.",
            days_en(days)
        ),
        format!("这里只有 {days} 天有售票，预测至少需要 {DAYS_MIN} 天，也没有其他影片可作参照。"),
    )
}

impl Basis {
    pub fn words(&self) -> Words {
        match self {
            Basis::Own { days } => {
                Words::new(format!("its own {}", days_en(*days)), format!("自身 {days} 天"))
            }
            Basis::Pooled { days, onto } => Words::new(
                format!("pooled to {}: only {} of its own", onto.en, days_en(*days)),
                format!("并入{}：自身仅 {days} 天", onto.zh),
            ),
        }
    }
}

fn days_en(days: usize) -> String {
    counted(days, "day", "days")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn_market::Foresight;
    use demand::in_release::{Film, Measure};
    use kernel::Currency;

    fn day(i: i32) -> Day {
        Day::new(2016, 12, 23).expect("a day").plus(i)
    }

    fn city(code: &str) -> City {
        City { code: code.into(), name: Words::new(code, code), tier: 1, longitude: 121.0, latitude: 31.0 }
    }

    fn row(place: &str, city: &str, i: i32, base_minor: i64) -> CinemaDay {
        CinemaDay {
            place: PlaceId(place.into()),
            name: Words::new(place, place),
            city: city.into(),
            day: day(i),
            showings: 4,
            seats: 400,
            admissions: 300,
            base_minor,
        }
    }

    /// Five days of 10, 12, 9, 4 and 4 million fen; `a` and `b` of SHA take a half and a quarter of each, `c` of LZH
    /// the last quarter, but only from the fifth day on (before, `a` has it).
    fn season(usual: Vec<(PlaceId, String, i64)>) -> (Outlook, Known) {
        let amounts = [1_000_000_000_i64, 1_200_000_000, 900_000_000, 400_000_000, 400_000_000];
        let days = amounts.iter().zip(0..).map(|(amount, i)| Observed::amount(day(i), *amount)).collect();
        let film = Film::of(day(0), Measure::Gross(Currency::CNY), days);
        let outlook = outlook::of(&Foresight::shipped(), film, &[]).expect("a forecast");
        let mut rows = Vec::new();
        for (amount, i) in amounts.iter().zip(0..) {
            let own = if i < 4 { amount / 4 * 3 } else { amount / 2 };
            rows.push(row("plc_a", "SHA", i, own / 1000));
            rows.push(row("plc_b", "SHA", i, amount / 4 / 1000));
        }
        rows.push(row("plc_c", "LZH", 4, amounts[4] / 4 / 1000));
        let cities = vec![city("SHA"), city("LZH")];
        (outlook, Known { rows, usual, cities, scale: 1000.0 })
    }

    fn usual() -> Vec<(PlaceId, String, i64)> {
        let of = |place: &str, city: &str, minor| (PlaceId(place.into()), city.to_owned(), minor);
        vec![of("plc_a", "SHA", 500), of("plc_b", "SHA", 300), of("plc_c", "LZH", 200)]
    }

    /// By hand. The nation took 3,900 m in five days, so three mean days weigh 2,340 m. SHA took 3,800 m of it and
    /// usually takes 80 %: (3,800 + 2,340 × 0.8) ÷ (3,900 + 2,340) = 90.897 %. LZH took 100 m and usually takes 20 %:
    /// (100 + 468) ÷ 6,240 = 9.103 %; together 100 %.
    #[test]
    fn cities_share_the_nations_run() {
        let (outlook, known) = season(usual());
        let told = of(&outlook, &known);
        assert_eq!(told.iter().map(|one| one.city.code.as_str()).collect::<Vec<_>>(), ["SHA", "LZH"]);
        let next = |one: &InCity| one.here.told.as_ref().expect("a forecast").0.days[0].expected.amount;
        let nation = outlook.newest.days[0].expected.amount;
        assert_eq!(next(&told[0]), (nation as f64 * 0.908_974_359).round() as i64);
        assert!((next(&told[0]) + next(&told[1]) - nation).abs() <= 1);
        assert_eq!(told[0].here.took(day(4)), 300_000_000);
        assert_eq!((told[0].here.admissions, told[0].here.occupancy()), (600, 0.75));
    }

    #[test]
    fn a_place_with_too_few_days_is_pooled_and_says_to_what() {
        let (outlook, known) = season(usual());
        let told = of(&outlook, &known);
        let basis = |here: &Here| here.told.as_ref().expect("a forecast").1.clone();
        assert_eq!(basis(&told[0].here), Basis::Own { days: 5 });
        let pooled = basis(&told[1].here);
        assert_eq!(pooled, Basis::Pooled { days: 1, onto: Words::new("the nation", "全国") });
        assert_eq!(pooled.words().en, "pooled to the nation: only 1 day of its own");
        let cinemas: Vec<&str> = told[0].cinemas.iter().map(|one| one.place.0.as_str()).collect();
        assert_eq!(cinemas, ["plc_a", "plc_b"]);
        assert_eq!(basis(&told[0].cinemas[0].here), Basis::Own { days: 5 });
        assert_eq!(told[1].cinemas[0].here.told, told[1].here.told, "the only cinema is the city");
    }

    #[test]
    fn a_place_of_which_nothing_is_known_has_no_forecast() {
        let (outlook, known) = season(Vec::new());
        let told = of(&outlook, &known);
        assert!(told[0].here.told.is_ok());
        assert_eq!(told[1].here.told.as_ref().expect_err("one day").code, "too_few_days");
        assert_eq!((told[1].here.expected, told[1].here.against(day(4))), (None, None));
    }

    /// The evening before knew four days of which SHA took all: its forecast of the fifth was the nation's times
    /// (3,500 + 2,625 × 0.8) ÷ (3,500 + 2,625) = 91.4286 %; it took 300 m.
    #[test]
    fn the_newest_day_stands_against_what_was_forecast_of_it() {
        let (outlook, known) = season(usual());
        let told = of(&outlook, &known);
        let before = outlook.of(day(4)).expect("a forecast of the evening before").amount;
        let expected = (before as f64 * 0.914_285_714).round() as i64;
        assert_eq!(told[0].here.expected.map(|one| one.amount), Some(expected));
        let against = told[0].here.against(day(4)).expect("a forecast");
        assert!((against - (300e6 / expected as f64 - 1.0)).abs() < 1e-9);
    }
}
