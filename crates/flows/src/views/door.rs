//! Who is expected at a cinema's door.

use box_office::Ticket;
use db::{FromRow, Row, View};
use kernel::{Day, Instant, PlaceId, Result};

struct Expected(Ticket, Instant);

impl FromRow for Expected {
    fn from_row(row: &mut Row) -> Result<Expected> {
        Ok(Expected(Ticket::from_row(row)?, row.next()?))
    }
}

/// The live tickets of a business day that were not used yet, with when their showing starts.
pub fn live_tickets(view: &View, place: &PlaceId, day: Day) -> Result<Vec<(Ticket, Instant)>> {
    let rows: Vec<Expected> = view.all(
        "select ticket.place_id, ticket.id, ticket.order_id, ticket.showtime_id, ticket.seat, ticket.issued_at,
           ticket.admitted_at, ticket.voided_at, showtime.starts_at
         from ticket
         join showtime on showtime.place_id = ticket.place_id and showtime.id = ticket.showtime_id
         where ticket.place_id = $1 and showtime.day = $2 and ticket.voided_at is null and ticket.admitted_at is null
         order by showtime.starts_at, ticket.id",
        &[place, &day],
    )?;
    Ok(rows.into_iter().map(|Expected(ticket, starts_at)| (ticket, starts_at)).collect())
}
