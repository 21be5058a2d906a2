//! The showings of a circuit, as the forecast of a showing learns from them (`demand::showing`).

use super::earlier_showings;
use db::{FromRow, Row, View};
use demand::showing::{Booked, Played, Showing};
use kernel::{Day, Instant, OrgId, Result, ShowtimeId, Zone};
use std::collections::BTreeSet;

/// Showings and bookings that are read at once, at most: the newest.
const SHOWINGS_MAX: i64 = 30_000;
const BOOKINGS_MAX: i64 = 100_000;
/// The small hours up to this one belong to the evening before.
pub const NIGHT_ENDS_HOUR: i8 = 6;

/// The business day of an instant, and its minutes from that day's midnight as the clock has it: half past midnight is
/// minute 1,470 of the evening before.
pub fn business_time(at: Instant, zone: &Zone) -> (Day, u16) {
    let (hour, minute) = at.clock_in(zone);
    let minute = hour as u16 * 60 + minute as u16;
    let day = at.day_in(zone);
    if hour < NIGHT_ENDS_HOUR { (day.plus(-1), minute + 24 * 60) } else { (day, minute) }
}

/// A showing with its key, what it sold and when it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    pub id: ShowtimeId,
    pub starts_at: Instant,
    pub played: Played,
}

impl FromRow for Known {
    fn from_row(row: &mut Row) -> Result<Known> {
        let (id, cinema): (ShowtimeId, String) = (row.next()?, row.next()?);
        let (film, hall) = (row.next()?, row.next()?);
        let starts_at: Instant = row.next()?;
        let (seats, price, sold): (i64, i64, i64) = (row.next()?, row.next()?, row.next()?);
        let release = row.next()?;
        let (day, minute) = business_time(starts_at, &Zone::stored(&row.next::<String>()?));
        let count = |count: i64| u32::try_from(count).unwrap_or_default();
        let showing = Showing {
            film,
            cinema,
            hall,
            day,
            minute,
            seats: Some(count(seats)),
            price_minor: Some(price),
            release,
        };
        Ok(Known { id, starts_at, played: Played { showing, sold: Some(count(sold)) } })
    }
}

/// A circuit's showings of these business days, both included, in order of time; the newest when there are very many.
/// One that was taken off sale counts when it sold.
pub fn of_circuit(view: &View, org: &OrgId, first: Day, last: Day) -> Result<Vec<Known>> {
    let mut known: Vec<Known> = view.all(
        "with sold as (
           select ticket_order.place_id, ticket_order.showtime_id, sum(ticket_order.seats) as admissions
           from ticket_order
           join cinema on cinema.place_id = ticket_order.place_id
           join showtime on showtime.place_id = ticket_order.place_id and showtime.id = ticket_order.showtime_id
           where cinema.org_id = $1 and showtime.day >= $2 and showtime.day <= $3 and ticket_order.state = 'paid'
           group by ticket_order.place_id, ticket_order.showtime_id
         )
         select showtime.id, showtime.place_id, showtime.title_id, showtime.hall_id, showtime.starts_at,
           showtime.seats, showtime.price_minor, cast(coalesce(sold.admissions, 0) as bigint), title.premiere,
           cinema.zone
         from showtime
         join cinema on cinema.place_id = showtime.place_id
         join title on title.id = showtime.title_id
         left join sold on sold.place_id = showtime.place_id and sold.showtime_id = showtime.id
         where cinema.org_id = $1 and showtime.day >= $2 and showtime.day <= $3
           and (showtime.state = 'open' or sold.admissions > 0)
         order by showtime.starts_at desc, showtime.place_id, showtime.id
         limit $4",
        // A showing is filed under the day on which it begins, which in the small hours is the next.
        &[org, &first, &last.plus(1), &SHOWINGS_MAX],
    )?;
    known.retain(|one| (first..=last).contains(&one.played.showing.day));
    known.reverse();
    Ok(known)
}

/// What a circuit's showings of these days sold, in order of time: its own, and those it brought from before it joined.
/// Where both tell of a cinema's day, its own count.
pub fn past(view: &View, org: &OrgId, (first, last): (Day, Day), now: Instant) -> Result<Vec<Played>> {
    let own: Vec<Played> = of_circuit(view, org, first, last)?.into_iter().map(|one| one.played).collect();
    let earlier = earlier_showings::of_circuit(view, org, (first, last), now)?;
    let known: BTreeSet<(Day, String)> =
        own.iter().map(|one| (one.showing.day, one.showing.cinema.clone())).collect();
    let earlier = earlier.into_iter().map(|one| one.played());
    let mut past: Vec<Played> =
        earlier.filter(|one| !known.contains(&(one.showing.day, one.showing.cinema.clone()))).collect();
    past.extend(own);
    past.sort_by_key(|one| (one.showing.day, one.showing.minute));
    Ok(past)
}

/// How long before its showing each paid order of these days was made, by showing; the newest when there are very many.
pub fn bookings(view: &View, org: &OrgId, first: Day, last: Day) -> Result<Vec<Vec<Booked>>> {
    let rows: Vec<(String, i64, i64)> = view.all(
        "select ticket_order.showtime_id, showtime.starts_at - ticket_order.created_at, ticket_order.seats
         from ticket_order
         join cinema on cinema.place_id = ticket_order.place_id
         join showtime on showtime.place_id = ticket_order.place_id and showtime.id = ticket_order.showtime_id
         where cinema.org_id = $1 and showtime.day >= $2 and showtime.day <= $3 and ticket_order.state = 'paid'
         order by showtime.starts_at desc, showtime.place_id, showtime.id
         limit $4",
        &[org, &first, &last, &BOOKINGS_MAX],
    )?;
    let mut showings: Vec<(String, Vec<Booked>)> = Vec::new();
    for (showtime, micros, seats) in rows {
        let minutes_before = u32::try_from(micros.max(0) / 60_000_000).unwrap_or(u32::MAX);
        let booked = Booked { minutes_before, seats: u32::try_from(seats).unwrap_or_default() };
        match showings.last_mut().filter(|(last, _)| *last == showtime) {
            Some((_, bookings)) => bookings.push(booked),
            None => showings.push((showtime, vec![booked])),
        }
    }
    Ok(showings.into_iter().map(|(_, bookings)| bookings).collect())
}
