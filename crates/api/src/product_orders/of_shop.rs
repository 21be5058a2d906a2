//! A shop's latest orders, with what is to be sent and where.

use super::ProductOrder;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, ShopStaff};
use crate::words::Bilingual;
use flows::views::purchases::{self, Contents};
use kernel::PlaceId;
use serde::Serialize;
use utoipa::ToSchema;

/// A product order as the shop that sends it sees it.
#[derive(Serialize, ToSchema)]
pub struct ShopOrder {
    order: ProductOrder,
    contents: Vec<Pieces>,
}

/// How many of what.
#[derive(Serialize, ToSchema)]
pub struct Pieces {
    listing: String,
    product: Bilingual,
    quantity: i64,
    /// How many of them went back.
    returned: i64,
}

impl ShopOrder {
    fn new((order, contents): (::shops::Order, Contents)) -> ShopOrder {
        let pieces = contents.into_iter().map(|packed| Pieces {
            listing: packed.listing.0,
            product: packed.product.into(),
            quantity: packed.quantity,
            returned: packed.back,
        });
        ShopOrder { order: (&order).into(), contents: pieces.collect() }
    }
}

pub async fn list(
    call: Call,
    staff: ShopStaff,
    At((place,)): At<(PlaceId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<ShopOrder>> {
    let found = call.read(move |view| {
        staff.check(&::shops::shops::any(view, &place)?.org)?;
        purchases::of_shop(view, &place)
    });
    Ok(paging.page(found.await?, |(order, _)| order.id.0.clone(), ShopOrder::new)?)
}
