//! Ticket orders: held, then paid or expired; a paid one may be refunded.

pub mod hold;
pub mod list;
pub mod refund;
pub mod refund_seats;
pub mod show;

use crate::money::Amount;
use crate::payments::Payment;
use ::payments::Intent;
use box_office::Order;
use serde::Serialize;
use utoipa::ToSchema;

/// Seats that somebody holds or bought.
#[derive(Serialize, ToSchema)]
pub struct TicketOrder {
    place: String,
    id: String,
    showtime: String,
    title: String,
    /// `held`, `paid`, `expired` or `refunded`.
    state: String,
    /// The seats are kept until then, unless they are paid for.
    held_until: String,
    /// What the buyer pays, service fee included.
    total: Amount,
    /// The service fee in it.
    fee: Amount,
    created_at: String,
}

impl From<&Order> for TicketOrder {
    fn from(order: &Order) -> TicketOrder {
        TicketOrder {
            place: order.place.0.clone(),
            id: order.id.0.clone(),
            showtime: order.showtime.0.clone(),
            title: order.title.0.clone(),
            state: order.state.code().into(),
            held_until: order.held_until.rfc3339(),
            total: order.paid.into(),
            fee: order.fee.into(),
            created_at: order.created_at.rfc3339(),
        }
    }
}

/// A ticket order with the payment that it waits for.
#[derive(Serialize, ToSchema)]
pub struct HeldSeats {
    order: TicketOrder,
    payment: Payment,
}

impl HeldSeats {
    fn new(order: &Order, intent: &Intent) -> HeldSeats {
        HeldSeats { order: order.into(), payment: intent.into() }
    }
}
