//! What films took: the sums that settlement, dashboards and forecasts are made of.

use db::{FromRow, Row, View};
use kernel::{Day, PlaceId, Result, TitleId};

/// Sums over paid ticket orders, in minor units of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Takings {
    pub admissions: i64,
    pub paid_minor: i64,
    pub fee_minor: i64,
    pub base_minor: i64,
    pub subsidy_minor: i64,
}

impl FromRow for Takings {
    fn from_row(row: &mut Row) -> Result<Takings> {
        Ok(Takings {
            admissions: row.next()?,
            paid_minor: row.next()?,
            fee_minor: row.next()?,
            base_minor: row.next()?,
            subsidy_minor: row.next()?,
        })
    }
}

/// One film in one cinema over showtimes of these business days, both included.
pub fn of(view: &View, place: &PlaceId, title: &TitleId, first: Day, last: Day) -> Result<Takings> {
    view.one(
        "select cast(coalesce(sum(ticket_order.seats), 0) as bigint),
           cast(coalesce(sum(paid_minor), 0) as bigint),
           cast(coalesce(sum(fee_minor), 0) as bigint),
           cast(coalesce(sum(base_minor), 0) as bigint),
           cast(coalesce(sum(subsidy_minor), 0) as bigint)
         from ticket_order
         join showtime on showtime.place_id = ticket_order.place_id and showtime.id = ticket_order.showtime_id
         where ticket_order.place_id = $1 and ticket_order.title_id = $2 and ticket_order.state = 'paid'
           and showtime.day >= $3 and showtime.day <= $4",
        &[place, title, &first, &last],
    )
}

/// Orders of the same showtimes that are held, and may yet be paid for.
pub fn undecided(view: &View, place: &PlaceId, title: &TitleId, first: Day, last: Day) -> Result<i64> {
    let (held,): (i64,) = view.one(
        "select count(*)
         from ticket_order
         join showtime on showtime.place_id = ticket_order.place_id and showtime.id = ticket_order.showtime_id
         where ticket_order.place_id = $1 and ticket_order.title_id = $2 and ticket_order.state = 'held'
           and showtime.day >= $3 and showtime.day <= $4",
        &[place, title, &first, &last],
    )?;
    Ok(held)
}

/// One film over all cinemas and days.
pub fn total(view: &View, title: &TitleId) -> Result<Takings> {
    view.one(
        "select cast(coalesce(sum(seats), 0) as bigint), cast(coalesce(sum(paid_minor), 0) as bigint),
           cast(coalesce(sum(fee_minor), 0) as bigint), cast(coalesce(sum(base_minor), 0) as bigint),
           cast(coalesce(sum(subsidy_minor), 0) as bigint)
         from ticket_order
         where title_id = $1 and state = 'paid'",
        &[title],
    )
}

/// One film's business day over all cinemas, with what was shown.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmDay {
    pub day: Day,
    pub showings: i64,
    pub seats: i64,
    pub admissions: i64,
    /// Split base with service fees: what the consumers paid and what was paid for them.
    pub gross_minor: i64,
    pub base_minor: i64,
    /// Showings of all films that day.
    pub all_showings: i64,
    /// Gross of all films that day.
    pub all_gross_minor: i64,
}

impl FromRow for FilmDay {
    fn from_row(row: &mut Row) -> Result<FilmDay> {
        Ok(FilmDay {
            day: row.next()?,
            showings: row.next()?,
            seats: row.next()?,
            admissions: row.next()?,
            gross_minor: row.next()?,
            base_minor: row.next()?,
            all_showings: row.next()?,
            all_gross_minor: row.next()?,
        })
    }
}

impl FilmDay {
    /// Part of all showings, 0 to 1.
    pub fn share_of_showings(&self) -> f64 {
        ratio(self.showings, self.all_showings)
    }

    /// Part of all box office, 0 to 1.
    pub fn share_of_gross(&self) -> f64 {
        ratio(self.gross_minor, self.all_gross_minor)
    }

    pub fn admissions_per_showing(&self) -> f64 {
        ratio(self.admissions, self.showings)
    }

    /// Part of the seats that were sold, 0 to 1.
    pub fn occupancy(&self) -> f64 {
        ratio(self.admissions, self.seats)
    }
}

fn ratio(part: i64, whole: i64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A film day by day over all cinemas, first to last; days without a showing are left out.
pub fn by_day(view: &View, title: &TitleId) -> Result<Vec<FilmDay>> {
    view.all(
        "with sold as (
           select place_id, showtime_id, sum(seats) as admissions, sum(base_minor + fee_minor) as gross,
             sum(base_minor) as base
           from ticket_order
           where state = 'paid'
           group by place_id, showtime_id
         ), shown as (
           select showtime.day as day, showtime.title_id as title_id, count(*) as showings,
             sum(showtime.seats) as seats, sum(coalesce(sold.admissions, 0)) as admissions,
             sum(coalesce(sold.gross, 0)) as gross, sum(coalesce(sold.base, 0)) as base
           from showtime
           left join sold on sold.place_id = showtime.place_id and sold.showtime_id = showtime.id
           group by showtime.day, showtime.title_id
         ), market as (
           select day, sum(showings) as showings, sum(gross) as gross from shown group by day
         )
         select shown.day, cast(shown.showings as bigint), cast(shown.seats as bigint),
           cast(shown.admissions as bigint), cast(shown.gross as bigint), cast(shown.base as bigint),
           cast(market.showings as bigint), cast(market.gross as bigint)
         from shown
         join market on market.day = shown.day
         where shown.title_id = $1
         order by shown.day",
        &[title],
    )
}
