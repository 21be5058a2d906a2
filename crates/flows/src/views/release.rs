//! A release on one of its days: how it goes by the hour, in which cities, in which halls nobody sits.

use db::{FromRow, Row, View};
use kernel::{Day, Instant, PlaceId, Result, ShowtimeId, TitleId, Words, Zone};

/// Showings in one list, at most.
pub const SHOWINGS_MAX: i64 = 500;

/// What a day's showings had sold by a moment; split base in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    pub admissions: i64,
    pub base_minor: i64,
    /// Showings that had begun.
    pub begun: i64,
    /// Admissions to those.
    pub begun_admissions: i64,
}

impl FromRow for Pace {
    fn from_row(row: &mut Row) -> Result<Pace> {
        Ok(Pace {
            admissions: row.next()?,
            base_minor: row.next()?,
            begun: row.next()?,
            begun_admissions: row.next()?,
        })
    }
}

impl Pace {
    /// Admissions to one of the showings that had begun; `None` before the first.
    pub fn per_showing(&self) -> Option<f64> {
        (self.begun > 0).then(|| self.begun_admissions as f64 / self.begun as f64)
    }
}

/// How far a film's business day had come by a moment: two days compare only at the same hour.
pub fn pace(view: &View, title: &TitleId, day: Day, by: Instant) -> Result<Pace> {
    view.one(
        "with sold as (
           select place_id, showtime_id, sum(seats) as admissions, sum(base_minor) as base
           from ticket_order
           where title_id = $1 and state = 'paid' and closed_at <= $3
           group by place_id, showtime_id
         )
         select cast(coalesce(sum(coalesce(sold.admissions, 0)), 0) as bigint),
           cast(coalesce(sum(coalesce(sold.base, 0)), 0) as bigint),
           cast(coalesce(sum(case when showtime.starts_at <= $3 then 1 else 0 end), 0) as bigint),
           cast(coalesce(sum(case when showtime.starts_at <= $3 then coalesce(sold.admissions, 0) else 0 end), 0) as bigint)
         from showtime
         left join sold on sold.place_id = showtime.place_id and sold.showtime_id = showtime.id
         where showtime.title_id = $1 and showtime.day = $2",
        &[title, &day, &by],
    )
}

/// Halls in which the showings that had begun by a moment had fewer than this many people on average.
pub fn thin_halls(view: &View, title: &TitleId, day: Day, by: Instant, fewer: i64) -> Result<i64> {
    let (halls,): (i64,) = view.one(
        "with sold as (
           select place_id, showtime_id, sum(seats) as admissions
           from ticket_order
           where title_id = $1 and state = 'paid'
           group by place_id, showtime_id
         ), shown as (
           select showtime.place_id, showtime.hall_id, count(*) as showings,
             sum(coalesce(sold.admissions, 0)) as admissions
           from showtime
           left join sold on sold.place_id = showtime.place_id and sold.showtime_id = showtime.id
           where showtime.title_id = $1 and showtime.day = $2 and showtime.starts_at <= $3
           group by showtime.place_id, showtime.hall_id
         )
         select count(*) from shown where admissions < showings * $4",
        &[title, &day, &by, &fewer],
    )?;
    Ok(halls)
}

/// A film's day in one city; split base in minor units.
#[derive(Clone, Debug, PartialEq)]
pub struct City {
    pub code: String,
    pub name: Words,
    pub cinemas: i64,
    pub showings: i64,
    pub seats: i64,
    pub admissions: i64,
    pub base_minor: i64,
    /// Showings of all films.
    pub all_showings: i64,
    /// Split base of all films.
    pub all_base_minor: i64,
}

impl FromRow for City {
    fn from_row(row: &mut Row) -> Result<City> {
        Ok(City {
            code: row.next()?,
            name: row.words()?,
            cinemas: row.next()?,
            showings: row.next()?,
            seats: row.next()?,
            admissions: row.next()?,
            base_minor: row.next()?,
            all_showings: row.next()?,
            all_base_minor: row.next()?,
        })
    }
}

/// A film's business day by city as it stood at a moment, the largest first; cities that do not show it are
/// left out.
pub fn cities(view: &View, title: &TitleId, day: Day, by: Instant) -> Result<Vec<City>> {
    view.all(
        "with sold as (
           select place_id, showtime_id, sum(seats) as admissions, sum(base_minor) as base
           from ticket_order
           where state = 'paid' and closed_at <= $3
           group by place_id, showtime_id
         ), shown as (
           select cinema.city_code, case when showtime.title_id = $1 then showtime.place_id end as place_id,
             case when showtime.title_id = $1 then 1 else 0 end as ours, showtime.seats,
             coalesce(sold.admissions, 0) as admissions, coalesce(sold.base, 0) as base
           from showtime
           join cinema on cinema.place_id = showtime.place_id
           left join sold on sold.place_id = showtime.place_id and sold.showtime_id = showtime.id
           where showtime.day = $2
         )
         select city.code, city.name_en, city.name_zh, count(distinct shown.place_id),
           cast(sum(shown.ours) as bigint), cast(sum(shown.ours * shown.seats) as bigint),
           cast(sum(shown.ours * shown.admissions) as bigint), cast(sum(shown.ours * shown.base) as bigint),
           count(*), cast(sum(shown.base) as bigint)
         from shown
         join city on city.code = shown.city_code
         group by city.code, city.name_en, city.name_zh
         having sum(shown.ours) > 0
         order by sum(shown.ours * shown.base) desc, city.code",
        &[title, &day, &by],
    )
}

/// One showing with what it sold; split base in minor units.
#[derive(Clone, Debug, PartialEq)]
pub struct Showing {
    pub place: PlaceId,
    pub id: ShowtimeId,
    pub cinema: Words,
    pub city: Words,
    pub hall: Words,
    pub zone: Zone,
    pub starts_at: Instant,
    pub version: String,
    pub seats: i64,
    pub admissions: i64,
    pub base_minor: i64,
}

impl FromRow for Showing {
    fn from_row(row: &mut Row) -> Result<Showing> {
        Ok(Showing {
            place: row.next()?,
            id: row.next()?,
            cinema: row.words()?,
            city: row.words()?,
            hall: row.words()?,
            zone: Zone::stored(&row.next::<String>()?),
            starts_at: row.next()?,
            version: row.next()?,
            seats: row.next()?,
            admissions: row.next()?,
            base_minor: row.next()?,
        })
    }
}

/// A film's showings of a business day that began by a moment, in one cinema or in all, the emptiest first:
/// [`SHOWINGS_MAX`] of them.
pub fn emptiest(
    view: &View,
    title: &TitleId,
    place: Option<&PlaceId>,
    day: Day,
    by: Instant,
) -> Result<Vec<Showing>> {
    view.all(
        "with sold as (
           select place_id, showtime_id, sum(seats) as admissions, sum(base_minor) as base
           from ticket_order
           where title_id = $1 and state = 'paid'
           group by place_id, showtime_id
         )
         select showtime.place_id, showtime.id, cinema.name_en, cinema.name_zh, city.name_en, city.name_zh,
           hall.name_en, hall.name_zh, cinema.zone, showtime.starts_at, showtime.version, showtime.seats,
           cast(coalesce(sold.admissions, 0) as bigint), cast(coalesce(sold.base, 0) as bigint)
         from showtime
         join cinema on cinema.place_id = showtime.place_id
         join city on city.code = cinema.city_code
         join hall on hall.place_id = showtime.place_id and hall.id = showtime.hall_id
         left join sold on sold.place_id = showtime.place_id and sold.showtime_id = showtime.id
         where showtime.title_id = $1 and showtime.day = $2 and showtime.starts_at <= $3
           and showtime.place_id = coalesce($5, showtime.place_id)
         order by coalesce(sold.admissions, 0), showtime.starts_at, showtime.id
         limit $4",
        &[title, &day, &by, &SHOWINGS_MAX, &place],
    )
}

/// Applications for a title's goods that wait for the studio's word.
pub fn applications_waiting(view: &View, title: &TitleId) -> Result<i64> {
    let (waiting,): (i64,) = view.one(
        "select count(*) from application where title_id = $1 and state in ('concept', 'sample')",
        &[title],
    )?;
    Ok(waiting)
}

/// The latest events of a title that move money or minds, newest first; holds, views and clicks come and go and are
/// left out.
pub fn happenings(view: &View, title: &TitleId, limit: i64) -> Result<Vec<events::log::Event>> {
    view.all(
        "select place_id, id, at, kind, actor, title_id, subject, body
         from event
         where title_id = $1 and kind not in ('seats_held', 'seats_released', 'product_order_placed',
           'product_order_expired', 'ticket_admitted', 'ad_clicked', 'ad_seen', 'page_viewed', 'song_played',
           'product_carted')
         order by at desc, id desc
         limit $2",
        &[title, &limit.min(events::log::PAGE_MAX)],
    )
}
