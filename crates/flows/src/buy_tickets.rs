//! Buying tickets: seats are held with an order and a payment to make; the payment's notice sells
//! them, or comes too late and is paid back; a hold that nobody pays for is let go.

use crate::house::{House, Scene};
use crate::{views, wait_in_line};
use box_office::orders::{Buyer, Changed, Confirmed, Opened, Part};
use box_office::{Order, Ticket, cinemas, halls, holds, orders, showtimes, tariff, tickets};
use db::View;
use events::{Kind, log};
use kernel::{
    Currency, Instant, Kind as Why, Lang, Money, OrderId, PersonId, PlaceId, Refusal, Result, ShowtimeId,
    TitleId,
};
use ledger::Transfer;
use payments::intents::{Bill, Purpose};
use payments::{Intent, Refund, intents, refunds};
use serde_json::json;
use std::sync::Arc;

/// What a consumer wants.
#[derive(Clone, Debug)]
pub struct Wish {
    pub place: PlaceId,
    pub showtime: ShowtimeId,
    pub seats: Vec<String>,
    /// Made once a checkout; the same key never orders twice.
    pub key: String,
    /// The signed token of the ad click that brought the consumer.
    pub click: Option<String>,
    /// The signed place of a consumer who stood in line.
    pub turn: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub order: Order,
    pub intent: Intent,
}

/// Holds seats for ten minutes, for the signed-in actor. The same key again is the same order.
pub fn hold(scene: &mut Scene, wish: &Wish) -> Result<Held> {
    let click =
        wish.click.clone().filter(|token| crate::serve_ad::attribution(scene, token, scene.now()).is_some());
    let buyer = Buyer { person: scene.act.person()?, key: wish.key.clone(), click };
    if let Some(order) = orders::before(scene.tx, &wish.place, &wish.showtime, &wish.seats, &buyer)? {
        return held_before(scene, order);
    }
    let showtime = showtimes::on_sale(scene.tx, &wish.place, &wish.showtime, scene.now())?;
    let turn = wish.turn.as_deref();
    wait_in_line::may_buy(scene.house, &showtime.title, &buyer.person, turn, scene.now())?;
    orders::may_hold(scene.tx, &wish.place, &buyer.person, scene.now())?;
    let cinema = cinemas::any(scene.tx, &wish.place)?;
    let hall = halls::any(scene.tx, &wish.place, &showtime.hall)?;
    let title = views::film(scene.tx, &showtime.title)?;

    let quote = tariff::quote(&hall.seat_map, &showtime, cinema.service_fee, &wish.seats)?;
    let order = match orders::open(scene.tx, &mut scene.act, &showtime, &quote, &title.studio, &buyer)? {
        Opened::Again(order) => return held_before(scene, order),
        Opened::New(order) => order,
    };
    let bill = Bill {
        place: &order.place,
        purpose: Purpose::Tickets,
        order: &order.id,
        payer: &order.buyer,
        provider: scene.house.provider().name(),
        subject: subject(&title.name.zh, &cinema.name.zh, &showtime.starts_at.say(&cinema.zone, Lang::Zh)),
        amount: order.paid,
        expires_at: order.held_until,
    };
    let intent = intents::open(scene.tx, &mut scene.act, &bill)?;
    let body = json!({ "showtime": order.showtime, "seats": wish.seats, "paid_minor": order.paid.minor });
    log::append(
        scene.tx,
        &mut scene.act,
        &order.place,
        Kind::SeatsHeld,
        Some(&order.title),
        &order.id,
        body,
    )?;
    Ok(Held { order, intent })
}

fn held_before(scene: &Scene, order: Order) -> Result<Held> {
    let intent = intents::of_order(scene.tx, &order.place, &order.id)?;
    Ok(Held { order, intent })
}

fn subject(film: &str, cinema: &str, when: &str) -> String {
    format!("《{film}》{cinema} {when}").chars().take(120).collect()
}

/// The money for an order is captured: sells its seats, or books the way back.
pub(crate) fn paid(scene: &mut Scene, intent: &Intent) -> Result<()> {
    match orders::confirm(scene.tx, &intent.place, &intent.order, scene.act.at)? {
        Confirmed::Now(order) => sold(scene, &order, intent),
        Confirmed::Before(_) | Confirmed::Late(_) => crate::take_payment::late(scene, intent),
    }
}

fn sold(scene: &mut Scene, order: &Order, intent: &Intent) -> Result<()> {
    let issued = tickets::issue(scene.tx, &mut scene.act, order)?;
    ledger::post_all(scene.tx, &sale(order, &intent.provider, scene.act.at), scene.act.at)?;
    crate::serve_ad::credit(scene, order.click.as_deref(), &Sale::of_tickets(order))?;
    let body = json!({
        "admissions": issued.len(),
        "paid_minor": order.paid.minor,
        "fee_minor": order.fee.minor,
        "base_minor": order.base.minor,
        "showtime": order.showtime,
    });
    log::append(
        scene.tx,
        &mut scene.act,
        &order.place,
        Kind::TicketsSold,
        Some(&order.title),
        &order.id,
        body,
    )
}

/// A sale that an ad may be credited with.
pub(crate) struct Sale<'a> {
    pub place: &'a PlaceId,
    pub order: &'a OrderId,
    pub kind: Purpose,
    /// The films it is of.
    pub titles: Vec<TitleId>,
    pub amount: Money,
}

impl Sale<'_> {
    fn of_tickets(order: &Order) -> Sale<'_> {
        Sale {
            place: &order.place,
            order: &order.id,
            kind: Purpose::Tickets,
            titles: vec![order.title.clone()],
            amount: order.paid,
        }
    }
}

/// The postings of a ticket sale, in the cinema's book: the price and the subsidy make the split base.
fn sale(order: &Order, provider: &str, at: kernel::Instant) -> Vec<Transfer> {
    let box_office = format!("box_office:{}", order.title);
    let funder = order.subsidy_funder.as_ref().map_or(String::new(), |funder| format!("subsidy:{funder}"));
    let price = Money::new(order.paid.minor - order.fee.minor, order.paid.currency);
    let wallet = format!("provider:{provider}");
    [
        ("base", wallet.clone(), box_office.clone(), price, "ticket_sale"),
        ("fee", wallet, "service_fee".into(), order.fee, "service_fee"),
        ("subsidy", funder, box_office, order.subsidy, "ticket_subsidy"),
    ]
    .into_iter()
    .map(|(part, debit, credit, amount, code)| Transfer {
        book: order.place.clone(),
        id: format!("{}/{part}", order.id),
        debit,
        credit,
        amount,
        code,
        reference: order.id.0.clone(),
        happened_at: at,
    })
    .collect()
}

/// The postings of a refund: the sale backwards, with the consumer's money waiting in `refunds:due`.
fn back(order: &Order, provider: &str, at: kernel::Instant) -> Vec<Transfer> {
    let wallet = format!("provider:{provider}");
    sale(order, provider, at)
        .into_iter()
        .map(|sale| Transfer {
            id: format!("{}/back", sale.id),
            credit: if sale.debit == wallet { "refunds:due".into() } else { sale.debit },
            debit: sale.credit,
            code: "ticket_refund",
            ..sale
        })
        .collect()
}

/// Takes a paid order back at its buyer's wish, before the showing begins; asked again, the same refund.
pub fn refund(scene: &mut Scene, place: &PlaceId, order: &OrderId) -> Result<Refund> {
    let buyer = scene.act.person()?;
    let order = orders::of(scene.tx, &buyer, place, order)?;
    let showtime = showtimes::any(scene.tx, place, &order.showtime)?;
    let changed = orders::refund(scene.tx, &order, &showtime, scene.act.at)?;
    let intent = intents::of_order(scene.tx, place, &order.id)?;
    take_back_all(scene, &intent, changed)
}

/// What follows when all that was left of an order is taken back.
fn take_back_all(scene: &mut Scene, intent: &Intent, changed: Changed) -> Result<Refund> {
    let order = match changed {
        Changed::Now(order) => order,
        Changed::Already(_) => return taken_back(scene, intent),
    };
    let place = &order.place.clone();
    ledger::post_all(scene.tx, &back(&order, &intent.provider, scene.act.at), scene.act.at)?;
    let refund = crate::take_payment::take_back(scene, intent, ALL, order.paid)?;
    crate::serve_ad::reverse_credit(scene, place, &order.id)?;
    let body = json!({
        "admissions": order.seats,
        "paid_minor": order.paid.minor,
        "base_minor": order.base.minor,
        "refund": refund.id,
    });
    log::append(scene.tx, &mut scene.act, place, Kind::TicketsRefunded, Some(&order.title), &order.id, body)?;
    Ok(refund)
}

/// The refund of what was left of an order that is taken back already.
fn taken_back(scene: &Scene, intent: &Intent) -> Result<Refund> {
    let before = refunds::requested_for(scene.tx, intent, ALL)?;
    Ok(before.unwrap_or_else(|| Refund::of_nothing(intent, ALL)))
}

/// The reason of a refund of all that was left.
const ALL: &str = "refund";

/// Who takes seats back, which decides by which rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    /// Their buyer, before the showing begins.
    Buyer,
    /// Whoever works at the cinema: until its day is settled. Whether they do is for the caller to know.
    Cinema,
}

/// Takes some seats of a paid order back, each with its fee; all that are left is [`refund`] at either desk. The same
/// seats again are the refund that there is. Refuses a day that is settled (`period_settled`).
pub fn refund_seats(
    scene: &mut Scene,
    place: &PlaceId,
    id: &OrderId,
    seats: &[String],
    desk: Desk,
) -> Result<Refund> {
    let order = match desk {
        Desk::Buyer => orders::of(scene.tx, &scene.act.person()?, place, id)?,
        Desk::Cinema => orders::any(scene.tx, place, id)?,
    };
    let intent = intents::of_order(scene.tx, place, id)?;
    let part = orders::part(scene.tx, &order, seats)?;
    if let Some(before) = part_before(scene, &intent, &part)? {
        return Ok(before);
    }
    if order.state == box_office::orders::State::Refunded {
        return taken_back(scene, &intent);
    }
    let showtime = may_take_back(scene, &order, desk)?;
    if part.seats == orders::seats_left(scene.tx, &order)? {
        let changed = orders::refund(scene.tx, &order, &showtime, scene.act.at)?;
        return take_back_all(scene, &intent, changed);
    }
    orders::refund_some(scene.tx, &order, &part, scene.act.at)?;
    let reason = part_reason(&part);
    let postings = back(&part.order, &intent.provider, scene.act.at).into_iter();
    let postings: Vec<Transfer> =
        postings.map(|back| Transfer { id: format!("{}/{reason}", back.id), ..back }).collect();
    ledger::post_all(scene.tx, &postings, scene.act.at)?;
    let refund = crate::take_payment::take_back(scene, &intent, &reason, part.order.paid)?;
    crate::serve_ad::shrink_credit(scene, place, id, part.order.paid)?;
    let body = json!({
        "admissions": part.order.seats,
        "paid_minor": part.order.paid.minor,
        "base_minor": part.order.base.minor,
        "refund": refund.id,
        "part": true,
    });
    log::append(scene.tx, &mut scene.act, place, Kind::TicketsRefunded, Some(&order.title), &order.id, body)?;
    Ok(refund)
}

/// A seat goes back once, so the first of a part names it.
fn part_reason(part: &Part) -> String {
    let first = part.seats.first().map_or("", String::as_str);
    let plain = first.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase());
    format!("{PART}{}", plain.collect::<String>())
}

/// How the reasons of refunds of some seats begin.
const PART: &str = "seat_";

/// The refund of exactly these seats, if there is one.
fn part_before(scene: &Scene, intent: &Intent, part: &Part) -> Result<Option<Refund>> {
    let before = refunds::requested_for(scene.tx, intent, &part_reason(part))?;
    let left = orders::seats_left(scene.tx, &part.order)?;
    let all_back = part.seats.iter().all(|seat| !left.contains(seat));
    Ok(before.filter(|before| all_back && before.amount == part.order.paid))
}

/// The showing of an order whose seats may still be taken back at this desk.
fn may_take_back(scene: &Scene, order: &Order, desk: Desk) -> Result<box_office::Showtime> {
    let showtime = showtimes::any(scene.tx, &order.place, &order.showtime)?;
    let day = showtime.day;
    if desk == Desk::Cinema {
        // Its day may be closed at this moment on another node; a buyer's showing has not begun, so its day is not over.
        cinemas::take_turn(scene.tx, &order.place)?;
    }
    if settlement::statements::overlapping(scene.tx, &order.place, &order.title, day, day)? {
        return Err(Refusal::new(
            Why::Conflict,
            "period_settled",
            "The day of this showing is settled, so its tickets cannot be taken back.",
            "该场次所在日期已结算，不能退票。",
        )
        .into());
    }
    if desk == Desk::Cinema {
        // At the cinema's own desk it does not matter whether the film has begun.
        let never = Instant::from_micros(i64::MAX);
        return Ok(box_office::Showtime { starts_at: never, ..showtime });
    }
    if showtime.starts_at <= scene.act.at {
        return Err(Refusal::new(
            Why::Conflict,
            "showtime_begun",
            "The showing has begun, so its tickets cannot be refunded.",
            "电影已开场，不能退票。",
        )
        .into());
    }
    Ok(showtime)
}

/// Lets go of a place's holds whose time is over; how many. Their payments stay open until the provider has said
/// what became of them (`sweep`).
pub fn expire(scene: &mut Scene, place: &PlaceId) -> Result<usize> {
    let due = orders::expire_due(scene.tx, place, scene.act.at, orders::PAGE_MAX)?;
    for order in &due {
        let body = json!({ "seats": order.seats });
        log::append(
            scene.tx,
            &mut scene.act,
            place,
            Kind::SeatsReleased,
            Some(&order.title),
            &order.id,
            body,
        )?;
    }
    Ok(due.len())
}

/// Admits the bearer of a ticket code at a cinema's door.
pub fn admit(scene: &mut Scene, place: &PlaceId, code: &str) -> Result<Ticket> {
    let cinema = cinemas::any(scene.tx, place)?;
    let signer = scene.keys().tickets.clone();
    let (ticket, showtime) =
        box_office::door::admit(scene.tx, &scene.act, place, &cinema.zone, &signer, code)?;
    let body = json!({ "seat": ticket.seat, "showtime": ticket.showtime });
    log::append(
        scene.tx,
        &mut scene.act,
        place,
        Kind::TicketAdmitted,
        Some(&showtime.title),
        &ticket.id,
        body,
    )?;
    Ok(ticket)
}

/// Everything about an order that its buyer may see.
#[derive(Clone, Debug)]
pub struct Bought {
    pub order: Order,
    pub lines: Vec<orders::Line>,
    pub tickets: Vec<Ticket>,
    pub intent: Intent,
    pub showtime: box_office::Showtime,
    pub cinema: box_office::Cinema,
    pub hall: box_office::Hall,
    pub title: titles::Title,
}

/// A buyer's own order with all that belongs to it.
pub fn bought(view: &View, buyer: &PersonId, place: &PlaceId, order: &OrderId) -> Result<Bought> {
    let order = orders::of(view, buyer, place, order)?;
    let showtime = showtimes::any(view, place, &order.showtime)?;
    Ok(Bought {
        lines: orders::lines(view, place, &order.id)?,
        tickets: tickets::of_order(view, place, &order.id)?,
        intent: intents::of_order(view, place, &order.id)?,
        cinema: cinemas::any(view, place)?,
        hall: halls::any(view, place, &showtime.hall)?,
        title: views::film(view, &showtime.title)?,
        showtime,
        order,
    })
}

/// A showtime with its plan and what is taken, for the seat picker.
#[derive(Clone, Debug)]
pub struct Picker {
    pub showtime: box_office::Showtime,
    pub cinema: box_office::Cinema,
    pub hall: box_office::Hall,
    pub title: titles::Title,
    pub taken: Vec<holds::Taken>,
    /// The two best seats together that are free.
    pub best: Vec<String>,
}

pub fn picker(view: &View, place: &PlaceId, showtime: &ShowtimeId, now: kernel::Instant) -> Result<Picker> {
    let showtime = showtimes::any(view, place, showtime)?;
    let hall = halls::any(view, place, &showtime.hall)?;
    let taken = holds::taken(view, place, &showtime.id, now)?;
    let ids = taken.iter().map(|taken| taken.seat.clone()).collect();
    let best = hall.seat_map.best_together(&ids, 2).or_else(|| hall.seat_map.best_together(&ids, 1));
    Ok(Picker {
        cinema: cinemas::any(view, place)?,
        title: views::film(view, &showtime.title)?,
        best: best.unwrap_or_default().into_iter().map(|seat| seat.id).collect(),
        showtime,
        hall,
        taken,
    })
}

/// The picker as it was at most a moment ago (`fresh`), which everybody shares.
pub async fn recent_picker(house: &House, place: &PlaceId, showtime: &ShowtimeId) -> Result<Arc<Picker>> {
    let (at, id, now) = (place.clone(), showtime.clone(), house.now());
    let key = format!("{place}/{showtime}");
    house.pickers().get(house, key, move |view| picker(view, &at, &id, now)).await
}

/// What stands in a cinema's book for a film and is still to be divided.
pub fn undivided(view: &View, place: &PlaceId, title: &kernel::TitleId, currency: Currency) -> Result<Money> {
    ledger::balances::credit_of(view, place, &format!("box_office:{title}"), currency)
}
