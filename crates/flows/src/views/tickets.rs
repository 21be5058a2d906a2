//! A buyer's tickets over every cinema, the money that went back for them, and whom a door let in.

use box_office::{Cinema, Order, Showtime, Ticket};
use db::{FromRow, Row, View};
use kernel::{Day, Instant, IntentId, OrderId, PersonId, PlaceId, Result, ShowtimeId, Words};
use payments::Refund;
use std::collections::BTreeMap;
use titles::Title;

/// Orders in one answer, at most; the newest.
pub const ORDERS_MAX: i64 = 100;
/// Bearers of a short code in one answer, at most; one of them is meant.
const BEARERS_MAX: i64 = 5;

/// An order with what its buyer remembers it by.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub order: Order,
    pub showtime: Showtime,
    pub cinema: Cinema,
    pub title: Title,
    pub hall: Words,
    /// Those that did not go back; of an order that did, all.
    pub seats: Vec<String>,
}

impl FromRow for Kept {
    fn from_row(row: &mut Row) -> Result<Kept> {
        Ok(Kept {
            order: Order::from_row(row)?,
            showtime: Showtime::from_row(row)?,
            cinema: Cinema::from_row(row)?,
            title: Title::from_row(row)?,
            hall: row.words()?,
            seats: Vec::new(),
        })
    }
}

/// A buyer's latest orders, over every cinema.
pub fn of_buyer(view: &View, buyer: &PersonId) -> Result<Vec<Kept>> {
    let mut kept: Vec<Kept> = view.all(
        "select orders.currency, orders.place_id, orders.id, orders.showtime_id, orders.title_id, orders.buyer_id,
           orders.state, orders.held_until, orders.seats, orders.paid_minor, orders.fee_minor, orders.base_minor,
           orders.subsidy_minor, orders.subsidy_funder, orders.click, orders.created_at, orders.asked,
           showtime.place_id, showtime.id, showtime.hall_id, showtime.title_id, showtime.starts_at,
           showtime.ends_at, showtime.day, showtime.version, showtime.state, showtime.seats, showtime.currency,
           showtime.price_minor, showtime.minimum_minor,
           cinema.place_id, cinema.org_id, cinema.city_code, cinema.slug, cinema.name_en, cinema.name_zh,
           cinema.address_en, cinema.address_zh, cinema.zone, cinema.currency, cinema.service_fee_minor,
           title.id, title.slug, title.studio_org_id, title.status, title.original_name, title.name_en,
           title.name_zh, title.synopsis_en, title.synopsis_zh, title.genre, title.runtime_minutes, title.premiere,
           title.artwork, title.domestic, title.created_at, title.updated_at,
           hall.name_en, hall.name_zh
         from cinema
         join ticket_order orders on orders.place_id = cinema.place_id
         join showtime on showtime.place_id = orders.place_id and showtime.id = orders.showtime_id
         join hall on hall.place_id = showtime.place_id and hall.id = showtime.hall_id
         join title on title.id = orders.title_id
         where orders.buyer_id = $1
         order by orders.created_at desc, orders.id
         limit $2",
        &[buyer, &ORDERS_MAX],
    )?;
    let mut seats = seats_of_buyer(view, buyer)?;
    for one in &mut kept {
        one.seats = seats.remove(&one.order.id).unwrap_or_default();
    }
    Ok(kept)
}

fn seats_of_buyer(view: &View, buyer: &PersonId) -> Result<BTreeMap<OrderId, Vec<String>>> {
    let rows: Vec<(OrderId, String)> = view.all(
        "with latest as (
           select orders.place_id, orders.id, orders.state
           from cinema
           join ticket_order orders on orders.place_id = cinema.place_id
           where orders.buyer_id = $1
           order by orders.created_at desc, orders.id
           limit $2
         )
         select line.order_id, line.seat
         from latest
         join ticket_order_line line on line.place_id = latest.place_id and line.order_id = latest.id
         left join ticket on ticket.place_id = line.place_id and ticket.order_id = line.order_id
           and ticket.seat = line.seat and ticket.voided_at is not null
         where latest.state <> 'paid' or ticket.id is null
         order by line.order_id, line.seat",
        &[buyer, &ORDERS_MAX],
    )?;
    let mut seats: BTreeMap<OrderId, Vec<String>> = BTreeMap::new();
    for (order, seat) in rows {
        seats.entry(order).or_default().push(seat);
    }
    Ok(seats)
}

/// The order with which a buyer holds seats of a showtime at this moment.
pub fn held_by(
    view: &View,
    buyer: &PersonId,
    place: &PlaceId,
    showtime: &ShowtimeId,
    now: Instant,
) -> Result<Option<Order>> {
    view.maybe(
        "select currency, place_id, id, showtime_id, title_id, buyer_id, state, held_until, seats, paid_minor, fee_minor,
           base_minor, subsidy_minor, subsidy_funder, click, created_at, asked
         from ticket_order
         where place_id = $1 and showtime_id = $2 and buyer_id = $3 and state = 'held' and held_until >= $4
         order by held_until desc, id
         limit 1",
        &[place, showtime, buyer, &now],
    )
}

/// What went back of a payment, or is about to.
pub fn refunds(view: &View, place: &PlaceId, intent: &IntentId) -> Result<Vec<Refund>> {
    view.all(
        "select currency, place_id, id, intent_id, amount_minor, reason, state
         from refund
         where place_id = $1 and intent_id = $2
         order by requested_at, id",
        &[place, intent],
    )
}

/// Somebody who was let in.
#[derive(Clone, Debug, PartialEq)]
pub struct Admitted {
    pub seat: String,
    pub hall: Words,
    pub film: Words,
    pub starts_at: Instant,
    pub at: Instant,
}

impl FromRow for Admitted {
    fn from_row(row: &mut Row) -> Result<Admitted> {
        Ok(Admitted {
            seat: row.next()?,
            hall: row.words()?,
            film: row.words()?,
            starts_at: row.next()?,
            at: row.next()?,
        })
    }
}

/// Whom a cinema's door let in last to the showings of two business days, the latest first.
pub fn admitted(view: &View, place: &PlaceId, days: [Day; 2], limit: i64) -> Result<Vec<Admitted>> {
    view.all(
        "select ticket.seat, hall.name_en, hall.name_zh, title.name_en, title.name_zh, showtime.starts_at,
           ticket.admitted_at
         from showtime
         join ticket on ticket.place_id = showtime.place_id and ticket.showtime_id = showtime.id
         join hall on hall.place_id = showtime.place_id and hall.id = showtime.hall_id
         join title on title.id = showtime.title_id
         where showtime.place_id = $1 and showtime.day in ($2, $3) and ticket.voided_at is null
           and ticket.admitted_at is not null
         order by ticket.admitted_at desc, ticket.id desc
         limit $4",
        &[place, &days[0], &days[1], &limit],
    )
}

/// The tickets of two business days whose id ends like this, for a code that somebody reads out.
/// The ending is plain letters and digits.
pub fn ending_in(view: &View, place: &PlaceId, days: [Day; 2], ending: &str) -> Result<Vec<Ticket>> {
    view.all(
        "select ticket.place_id, ticket.id, ticket.order_id, ticket.showtime_id, ticket.seat, ticket.issued_at,
           ticket.admitted_at, ticket.voided_at
         from showtime
         join ticket on ticket.place_id = showtime.place_id and ticket.showtime_id = showtime.id
         where showtime.place_id = $1 and showtime.day in ($2, $3) and ticket.id like $4
         order by ticket.id
         limit $5",
        &[place, &days[0], &days[1], &format!("%{ending}"), &BEARERS_MAX],
    )
}
