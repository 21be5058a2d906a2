//! Product orders: stock promised for fifteen minutes, then paid for or given back, whole or by the piece.

pub mod list;
pub mod of_shop;
pub mod place;
pub mod refund;
pub mod return_pieces;
pub mod ship;
pub mod show;

use crate::money::Amount;
use crate::payments::Payment;
use ::shops::Order;
use serde::Serialize;
use utoipa::ToSchema;

/// Goods that somebody ordered in one shop.
#[derive(Serialize, ToSchema)]
pub struct ProductOrder {
    place: String,
    id: String,
    /// `placed`, `paid`, `shipped`, `expired` or `refunded`.
    state: String,
    /// The stock is kept until then, unless it is paid for.
    pay_until: String,
    /// What was ordered comes to, whatever went back since.
    total: Amount,
    /// What the pieces that went back had cost.
    returned: Amount,
    recipient: String,
    address: String,
    created_at: String,
}

impl From<&Order> for ProductOrder {
    fn from(order: &Order) -> ProductOrder {
        ProductOrder {
            place: order.place.0.clone(),
            id: order.id.0.clone(),
            state: order.state.code().into(),
            pay_until: order.pay_until.rfc3339(),
            total: order.total.into(),
            returned: order.back.into(),
            recipient: order.recipient.clone(),
            address: order.address.clone(),
            created_at: order.created_at.rfc3339(),
        }
    }
}

/// A product order with the payment that it waits for.
#[derive(Serialize, ToSchema)]
pub struct PromisedGoods {
    order: ProductOrder,
    payment: Payment,
}
