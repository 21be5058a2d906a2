//! One of the caller's own ticket orders, with its tickets and their codes.

use super::TicketOrder;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, Consumer};
use crate::money::Amount;
use crate::payments::Payment;
use crate::showtimes::Showtime;
use crate::words::Bilingual;
use box_office::orders::Line;
use box_office::{Signer, Ticket};
use flows::buy_tickets::{self, Bought};
use kernel::{Currency, Money, OrderId, PlaceId};
use serde::Serialize;
use utoipa::ToSchema;

/// A ticket order with all that belongs to it.
#[derive(Serialize, ToSchema)]
pub struct BoughtTickets {
    order: TicketOrder,
    payment: Payment,
    showtime: Showtime,
    film: Bilingual,
    cinema: Bilingual,
    hall: Bilingual,
    lines: Vec<SeatLine>,
    /// Nothing until the payment has been captured.
    tickets: Vec<IssuedTicket>,
}

/// A seat of an order with its amounts.
#[derive(Serialize, ToSchema)]
pub struct SeatLine {
    seat: String,
    kind: String,
    /// Service fee included.
    total: Amount,
    fee: Amount,
}

impl SeatLine {
    fn new(line: &Line, currency: Currency) -> SeatLine {
        SeatLine {
            seat: line.seat.clone(),
            kind: line.kind.clone(),
            total: Money::new(line.paid_minor, currency).into(),
            fee: Money::new(line.fee_minor, currency).into(),
        }
    }
}

/// A ticket; its code lets its bearer in, once.
#[derive(Serialize, ToSchema)]
pub struct IssuedTicket {
    id: String,
    seat: String,
    /// Nothing once the ticket is void.
    code: Option<String>,
    admitted_at: Option<String>,
    voided_at: Option<String>,
}

impl IssuedTicket {
    fn new(ticket: &Ticket, signer: &Signer) -> IssuedTicket {
        IssuedTicket {
            id: ticket.id.0.clone(),
            seat: ticket.seat.clone(),
            code: ticket.voided_at.is_none().then(|| signer.code(ticket)),
            admitted_at: ticket.admitted_at.map(|at| at.rfc3339()),
            voided_at: ticket.voided_at.map(|at| at.rfc3339()),
        }
    }
}

pub async fn show(
    call: Call,
    consumer: Consumer,
    At((place, order)): At<(PlaceId, OrderId)>,
) -> Answer<Found<BoughtTickets>> {
    let bought =
        call.read(move |view| buy_tickets::bought(view, &consumer.person.id, &place, &order)).await?;
    Ok(Found(shape(bought, &call.house.keys().tickets)))
}

fn shape(bought: Bought, signer: &Signer) -> BoughtTickets {
    let currency = bought.order.paid.currency;
    BoughtTickets {
        order: (&bought.order).into(),
        payment: (&bought.intent).into(),
        showtime: (&bought.showtime).into(),
        film: bought.title.name.into(),
        cinema: bought.cinema.name.into(),
        hall: bought.hall.name.into(),
        lines: bought.lines.iter().map(|line| SeatLine::new(line, currency)).collect(),
        tickets: bought.tickets.iter().map(|ticket| IssuedTicket::new(ticket, signer)).collect(),
    }
}
