//! The caller's own product orders over every shop, the newest first.

use super::ProductOrder;
use crate::answer::{Answer, Page, Paging};
use crate::body::Asked;
use crate::call::{Call, Consumer};
use crate::words::Bilingual;
use flows::views::purchases;
use serde::Serialize;
use utoipa::ToSchema;

/// A product order at a glance.
#[derive(Serialize, ToSchema)]
pub struct Purchase {
    order: ProductOrder,
    shop: Bilingual,
    /// One of its products.
    product: Bilingual,
    /// Different products in it.
    products: i64,
    pieces: i64,
}

impl From<purchases::Purchase> for Purchase {
    fn from(purchase: purchases::Purchase) -> Purchase {
        Purchase {
            order: (&purchase.order).into(),
            shop: purchase.shop.into(),
            product: purchase.product.into(),
            products: purchase.products,
            pieces: purchase.pieces,
        }
    }
}

pub async fn list(call: Call, consumer: Consumer, Asked(paging): Asked<Paging>) -> Answer<Page<Purchase>> {
    let purchases = call.read(move |view| purchases::of_buyer(view, &consumer.person.id)).await?;
    Ok(paging.page(purchases, |one| one.order.id.0.clone(), Purchase::from)?)
}
