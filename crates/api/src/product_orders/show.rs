//! One of the caller's own product orders, with its lines.

use super::ProductOrder;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, Consumer};
use crate::money::Amount;
use crate::payments::Payment;
use crate::words::Bilingual;
use flows::buy_product::{self, Bought};
use kernel::{OrderId, PlaceId};
use serde::Serialize;
use utoipa::ToSchema;

/// A product order with all that belongs to it.
#[derive(Serialize, ToSchema)]
pub struct BoughtGoods {
    order: ProductOrder,
    payment: Payment,
    shop: Bilingual,
    lines: Vec<GoodsLine>,
}

/// A listing of an order, as it was when it was ordered.
#[derive(Serialize, ToSchema)]
pub struct GoodsLine {
    listing: String,
    product: Bilingual,
    quantity: i64,
    /// How many of them went back.
    returned: i64,
    /// Of one.
    price: Amount,
    total: Amount,
}

impl From<Bought> for BoughtGoods {
    fn from(bought: Bought) -> BoughtGoods {
        let lines = bought.lines.into_iter().map(|(line, product)| GoodsLine {
            listing: line.listing.0,
            product: product.name.into(),
            quantity: line.quantity,
            returned: line.back,
            price: line.price.into(),
            total: line.total.into(),
        });
        BoughtGoods {
            lines: lines.collect(),
            order: (&bought.order).into(),
            payment: (&bought.intent).into(),
            shop: bought.shop.name.into(),
        }
    }
}

pub async fn show(
    call: Call,
    consumer: Consumer,
    At((place, order)): At<(PlaceId, OrderId)>,
) -> Answer<Found<BoughtGoods>> {
    let bought =
        call.read(move |view| buy_product::bought(view, &consumer.person.id, &place, &order)).await?;
    Ok(Found(bought.into()))
}
