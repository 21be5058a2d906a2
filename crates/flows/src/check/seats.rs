//! Seats and stock: sold once, within what there is, held no longer than agreed.

use super::{HOLD_GRACE_SECONDS, Moment, sentences};
use db::View;
use kernel::Result;

pub(super) fn seat_once(view: &View, _at: Moment) -> Result<Vec<String>> {
    let twice: Vec<(String, String)> = view.all(
        "select place_id, showtime_id || ' ' || seat
         from ticket
         where voided_at is null
         group by place_id, showtime_id, seat
         having count(*) > 1",
        &[],
    )?;
    let ticketless: Vec<(String, String)> = view.all(
        "select sold.place_id, sold.showtime_id || ' ' || sold.seat
         from showtime_seat sold
         left join ticket on ticket.place_id = sold.place_id and ticket.showtime_id = sold.showtime_id
           and ticket.seat = sold.seat and ticket.voided_at is null
         where sold.state = 'sold' and ticket.id is null",
        &[],
    )?;
    let seatless: Vec<(String, String)> = view.all(
        "select ticket.place_id, ticket.id
         from ticket
         left join showtime_seat sold on sold.place_id = ticket.place_id and sold.showtime_id = ticket.showtime_id
           and sold.seat = ticket.seat and sold.state = 'sold' and sold.order_id = ticket.order_id
         where ticket.voided_at is null and sold.seat is null",
        &[],
    )?;
    let mut found = sentences(twice, |place, seat| format!("seat {seat} of {place} has two live tickets"));
    found.extend(sentences(ticketless, |place, seat| {
        format!("seat {seat} of {place} is sold without a ticket")
    }));
    found.extend(sentences(seatless, |place, id| {
        format!("ticket {id} of {place} is for a seat that is not its own")
    }));
    Ok(found)
}

pub(super) fn within_capacity(view: &View, _at: Moment) -> Result<Vec<String>> {
    let over: Vec<(String, String)> = view.all(
        "select showtime.place_id, showtime.id
         from showtime
         join ticket on ticket.place_id = showtime.place_id and ticket.showtime_id = showtime.id
           and ticket.voided_at is null
         group by showtime.place_id, showtime.id, showtime.seats
         having count(*) > showtime.seats",
        &[],
    )?;
    let stock: Vec<(String, String)> = view.all("select place_id, id from listing where stock < 0", &[])?;
    let mut found = sentences(over, |place, id| format!("showtime {id} of {place} is oversold"));
    found.extend(sentences(stock, |place, id| {
        format!("listing {id} of {place} promised more than its stock")
    }));
    Ok(found)
}

pub(super) fn holds_end(view: &View, at: Moment) -> Result<Vec<String>> {
    let overdue: Vec<(String, String)> = view.all(
        "select place_id, id from ticket_order where state = 'held' and held_until < $1
         union all
         select place_id, id from product_order where state = 'placed' and pay_until < $1",
        &[&at.late(HOLD_GRACE_SECONDS)],
    )?;
    let orphans: Vec<(String, String)> = view.all(
        "select seat.place_id, seat.showtime_id || ' ' || seat.seat
         from showtime_seat seat
         left join ticket_order orders on orders.place_id = seat.place_id and orders.id = seat.order_id
         where orders.state is null
           or (seat.state = 'held' and orders.state <> 'held')
           or (seat.state = 'sold' and orders.state <> 'paid')",
        &[],
    )?;
    let lost: Vec<(String, String)> = view.all(
        "select orders.place_id, orders.id
         from ticket_order orders
         left join showtime_seat seat on seat.place_id = orders.place_id and seat.order_id = orders.id
           and seat.showtime_id = orders.showtime_id
         where orders.state = 'held' and orders.held_until >= $1
         group by orders.place_id, orders.id, orders.seats
         having count(seat.seat) <> orders.seats",
        &[&at.now],
    )?;
    let mut found = sentences(overdue, |place, id| format!("the hold of order {id} of {place} is overdue"));
    found.extend(sentences(orphans, |place, seat| {
        format!("seat {seat} of {place} belongs to no order of its kind")
    }));
    found.extend(sentences(lost, |place, id| format!("order {id} of {place} no longer holds its seats")));
    Ok(found)
}
