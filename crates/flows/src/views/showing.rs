//! What is on: the films that consumers may see, and when and where one of them plays.

use box_office::{Cinema, Showtime};
use db::{FromRow, Row, View};
use kernel::{Currency, Day, Instant, Money, Result, TitleId, Words};
use titles::Title;

/// Films in one answer, at most.
pub const FILMS_MAX: i64 = 200;
/// Showings of one film on one day in one city, at most.
pub const SHOWINGS_MAX: i64 = 400;
/// Days and cities of one film in one answer, at most.
const STOPS_MAX: i64 = 2_000;

/// A film with what is on sale of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Film {
    pub title: Title,
    /// Showings that still sell.
    pub showings: i64,
    pub cinemas: i64,
    /// What the cheapest seat costs, service fee included; none when nothing sells, or in several currencies.
    pub from: Option<Money>,
    /// How many people want to see it.
    pub wanted: i64,
    /// Goods of its licence that shops list.
    pub goods: i64,
}

impl FromRow for Film {
    fn from_row(row: &mut Row) -> Result<Film> {
        let (title, showings, cinemas) = (Title::from_row(row)?, row.next()?, row.next()?);
        let (minor, currency): (Option<i64>, Option<Currency>) = (row.next()?, row.next()?);
        let from = minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency));
        Ok(Film { title, showings, cinemas, from, wanted: row.next()?, goods: row.next()? })
    }
}

/// Every film that consumers may see, the latest premiere first.
pub fn films(view: &View, now: Instant) -> Result<Vec<Film>> {
    view.all(
        "with on_sale as (
           select showtime.title_id, count(*) as showings, count(distinct showtime.place_id) as cinemas,
             min(showtime.price_minor + cinema.service_fee_minor) as from_minor,
             min(showtime.currency) as currency, count(distinct showtime.currency) as currencies
           from showtime
           join cinema on cinema.place_id = showtime.place_id
           where showtime.state = 'open' and showtime.starts_at > $1
           group by showtime.title_id
         )
         select title.id, title.slug, title.studio_org_id, title.status, title.original_name, title.name_en,
           title.name_zh, title.synopsis_en, title.synopsis_zh, title.genre, title.runtime_minutes, title.premiere,
           title.artwork, title.domestic, title.created_at, title.updated_at,
           cast(coalesce(on_sale.showings, 0) as bigint), cast(coalesce(on_sale.cinemas, 0) as bigint),
           case when on_sale.currencies = 1 then on_sale.from_minor end, on_sale.currency,
           (select count(*) from want_to_see where want_to_see.title_id = title.id),
           (select count(*) from listing where listing.title_id = title.id and listing.state = 'listed')
         from title
         left join on_sale on on_sale.title_id = title.id
         where title.status in ('announced', 'released')
         order by title.premiere desc nulls last, title.id
         limit $2",
        &[&now, &FILMS_MAX],
    )
}

/// A city on a day in which a film still plays.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    pub day: Day,
    pub city: String,
    pub city_name: Words,
    pub showings: i64,
    pub version: String,
}

impl FromRow for Stop {
    fn from_row(row: &mut Row) -> Result<Stop> {
        Ok(Stop {
            day: row.next()?,
            city: row.next()?,
            city_name: row.words()?,
            version: row.next()?,
            showings: row.next()?,
        })
    }
}

/// Where a film stops: by day, then the largest cities first; one for each version that it plays in.
pub fn stops(view: &View, title: &TitleId, now: Instant) -> Result<Vec<Stop>> {
    view.all(
        "select showtime.day, city.code, city.name_en, city.name_zh, showtime.version, count(*)
         from showtime
         join cinema on cinema.place_id = showtime.place_id
         join city on city.code = cinema.city_code
         where showtime.title_id = $1 and showtime.state = 'open' and showtime.starts_at > $2
         group by showtime.day, city.tier, city.code, city.name_en, city.name_zh, showtime.version
         order by showtime.day, city.tier, city.code, showtime.version
         limit $3",
        &[title, &now, &STOPS_MAX],
    )
}

/// One showing with where it is and how full.
#[derive(Clone, Debug, PartialEq)]
pub struct Showing {
    pub showtime: Showtime,
    pub cinema: Cinema,
    pub hall: Words,
    /// Seats that are held or sold now.
    pub taken: i64,
}

impl Showing {
    pub fn free(&self) -> i64 {
        (self.showtime.seats - self.taken).max(0)
    }

    /// What a seat costs, service fee included.
    pub fn price(&self) -> Result<Money> {
        self.showtime.price.plus(self.cinema.service_fee)
    }
}

impl FromRow for Showing {
    fn from_row(row: &mut Row) -> Result<Showing> {
        Ok(Showing {
            showtime: Showtime::from_row(row)?,
            cinema: Cinema::from_row(row)?,
            hall: row.words()?,
            taken: row.next()?,
        })
    }
}

/// The showings of a film on a business day in a city that have not begun, cinema by cinema.
pub fn of_day(view: &View, title: &TitleId, day: Day, city: &str, now: Instant) -> Result<Vec<Showing>> {
    view.all(
        "select showtime.place_id, showtime.id, showtime.hall_id, showtime.title_id, showtime.starts_at,
           showtime.ends_at, showtime.day, showtime.version, showtime.state, showtime.seats, showtime.currency,
           showtime.price_minor, showtime.minimum_minor,
           cinema.place_id, cinema.org_id, cinema.city_code, cinema.slug, cinema.name_en, cinema.name_zh,
           cinema.address_en, cinema.address_zh, cinema.zone, cinema.currency, cinema.service_fee_minor,
           hall.name_en, hall.name_zh,
           (select count(*)
            from showtime_seat
            where showtime_seat.place_id = showtime.place_id and showtime_seat.showtime_id = showtime.id
              and (showtime_seat.state = 'sold' or showtime_seat.held_until >= $4))
         from cinema
         join showtime on showtime.place_id = cinema.place_id
         join hall on hall.place_id = showtime.place_id and hall.id = showtime.hall_id
         where cinema.city_code = $3 and showtime.title_id = $1 and showtime.day = $2 and showtime.state = 'open'
           and showtime.starts_at > $4
         order by cinema.slug, showtime.starts_at, showtime.id
         limit $5",
        &[title, &day, &city, &now, &SHOWINGS_MAX],
    )
}
