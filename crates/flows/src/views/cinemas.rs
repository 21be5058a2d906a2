//! Cinemas at work: what each sold on a day, showing by showing.

use box_office::{Cinema, Showtime};
use db::{FromRow, Row, View};
use kernel::{Day, OrgId, PlaceId, Result, Words};

/// Cinemas in one list, at most.
pub const LIST_MAX: i64 = 2000;

/// A cinema's business day in sums; money in minor units of its currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DaySums {
    pub showings: i64,
    pub seats: i64,
    pub admissions: i64,
    pub base_minor: i64,
    pub fee_minor: i64,
}

impl FromRow for DaySums {
    fn from_row(row: &mut Row) -> Result<DaySums> {
        Ok(DaySums {
            showings: row.next()?,
            seats: row.next()?,
            admissions: row.next()?,
            base_minor: row.next()?,
            fee_minor: row.next()?,
        })
    }
}

pub fn day_sums(view: &View, place: &PlaceId, day: Day) -> Result<DaySums> {
    view.one(
        "with sold as (
           select showtime_id, sum(seats) as admissions, sum(base_minor) as base, sum(fee_minor) as fee
           from ticket_order
           where place_id = $1 and state = 'paid'
           group by showtime_id
         )
         select count(*), cast(coalesce(sum(showtime.seats), 0) as bigint),
           cast(coalesce(sum(coalesce(sold.admissions, 0)), 0) as bigint),
           cast(coalesce(sum(coalesce(sold.base, 0)), 0) as bigint),
           cast(coalesce(sum(coalesce(sold.fee, 0)), 0) as bigint)
         from showtime
         left join sold on sold.showtime_id = showtime.id
         where showtime.place_id = $1 and showtime.day = $2",
        &[place, &day],
    )
}

/// A showtime of a day with its film, its hall and what it sold.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub showtime: Showtime,
    pub film: Words,
    pub hall: Words,
    pub admissions: i64,
    pub base_minor: i64,
}

impl FromRow for Shown {
    fn from_row(row: &mut Row) -> Result<Shown> {
        Ok(Shown {
            showtime: Showtime::from_row(row)?,
            film: row.words()?,
            hall: row.words()?,
            admissions: row.next()?,
            base_minor: row.next()?,
        })
    }
}

/// A cinema's business day, in order of time.
pub fn day(view: &View, place: &PlaceId, day: Day) -> Result<Vec<Shown>> {
    view.all(
        "with sold as (
           select showtime_id, sum(seats) as admissions, sum(base_minor) as base
           from ticket_order
           where place_id = $1 and state = 'paid'
           group by showtime_id
         )
         select showtime.place_id, showtime.id, showtime.hall_id, showtime.title_id, showtime.starts_at,
           showtime.ends_at, showtime.day, showtime.version, showtime.state, showtime.seats, showtime.currency,
           showtime.price_minor, showtime.minimum_minor, title.name_en, title.name_zh, hall.name_en, hall.name_zh,
           cast(coalesce(sold.admissions, 0) as bigint), cast(coalesce(sold.base, 0) as bigint)
         from showtime
         join title on title.id = showtime.title_id
         join hall on hall.place_id = showtime.place_id and hall.id = showtime.hall_id
         left join sold on sold.showtime_id = showtime.id
         where showtime.place_id = $1 and showtime.day = $2
         order by showtime.starts_at, showtime.id",
        &[place, &day],
    )
}

/// The cinemas of an organisation, by city and name.
pub fn of_org(view: &View, org: &OrgId) -> Result<Vec<Cinema>> {
    view.all(
        "select place_id, org_id, city_code, slug, name_en, name_zh, address_en, address_zh, zone, currency,
           service_fee_minor
         from cinema
         where org_id = $1
         order by city_code, slug
         limit $2",
        &[org, &LIST_MAX],
    )
}

/// How many halls and seats a cinema has.
pub fn halls(view: &View, place: &PlaceId) -> Result<(i64, i64)> {
    view.one(
        "select count(*), cast(coalesce(sum(seats), 0) as bigint) from hall where place_id = $1",
        &[place],
    )
}
