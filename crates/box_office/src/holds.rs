//! Seats of a showtime while they are held or sold.

use db::{Tx, View};
use kernel::{Instant, Kind, OrderId, PlaceId, Refusal, Result, ShowtimeId};
use std::collections::HashSet;

pub const HOLD_MINUTES: i64 = 10;

/// A seat that is not free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub seat: String,
    pub sold: bool,
    pub order: OrderId,
}

/// Holds every seat for the order, or refuses and, by the transaction, holds none.
/// A hold whose time is over gives way.
pub fn take(
    tx: &Tx,
    place: &PlaceId,
    showtime: &ShowtimeId,
    seats: &[&str],
    order: &OrderId,
    until: Instant,
    now: Instant,
) -> Result<()> {
    for seat in seats {
        let held = tx.run(
            "insert into showtime_seat (place_id, showtime_id, seat, state, order_id, held_until)
             values ($1, $2, $3, 'held', $4, $5)
             on conflict (place_id, showtime_id, seat) do update
             set order_id = excluded.order_id, held_until = excluded.held_until
             where showtime_seat.place_id = $1 and showtime_seat.state = 'held' and showtime_seat.held_until < $6",
            &[place, showtime, seat, order, &until, &now],
        )?;
        if held == 0 {
            return Err(Refusal::new(
                Kind::Conflict,
                "seat_taken",
                format!("Seat {seat} was taken a moment ago."),
                format!("{seat} 刚刚被别人选走了。"),
            )
            .into());
        }
    }
    Ok(())
}

/// Turns an order's holds into sold seats; how many.
pub fn sell(tx: &Tx, place: &PlaceId, showtime: &ShowtimeId, order: &OrderId) -> Result<u64> {
    tx.run(
        "update showtime_seat
         set state = 'sold'
         where place_id = $1 and showtime_id = $2 and order_id = $3 and state = 'held'",
        &[place, showtime, order],
    )
}

/// Makes an order's seats free again, held or sold.
pub fn release(tx: &Tx, place: &PlaceId, showtime: &ShowtimeId, order: &OrderId) -> Result<u64> {
    tx.run(
        "delete from showtime_seat where place_id = $1 and showtime_id = $2 and order_id = $3",
        &[place, showtime, order],
    )
}

/// Lets go of some of the seats of an order; how many.
pub fn release_some(
    tx: &Tx,
    place: &PlaceId,
    showtime: &ShowtimeId,
    order: &OrderId,
    seats: &[String],
) -> Result<u64> {
    let mut released = 0;
    for seat in seats {
        released += tx.run(
            "delete from showtime_seat where place_id = $1 and showtime_id = $2 and order_id = $3 and seat = $4",
            &[place, showtime, order, seat],
        )?;
    }
    Ok(released)
}

/// The seats nobody else can have now, by seat.
pub fn taken(view: &View, place: &PlaceId, showtime: &ShowtimeId, now: Instant) -> Result<Vec<Taken>> {
    let rows: Vec<(String, String, OrderId)> = view.all(
        "select seat, state, order_id
         from showtime_seat
         where place_id = $1 and showtime_id = $2 and (state = 'sold' or held_until >= $3)
         order by seat",
        &[place, showtime, &now],
    )?;
    Ok(rows.into_iter().map(|(seat, state, order)| Taken { seat, sold: state == "sold", order }).collect())
}

/// The ids of the seats that are not free.
pub fn taken_ids(
    view: &View,
    place: &PlaceId,
    showtime: &ShowtimeId,
    now: Instant,
) -> Result<HashSet<String>> {
    Ok(taken(view, place, showtime, now)?.into_iter().map(|taken| taken.seat).collect())
}
