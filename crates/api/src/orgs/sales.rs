//! What a merchant's goods sold, by product and shop: what was sold, never to whom.

use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, MerchantStaff};
use crate::money::Amount;
use crate::words::Bilingual;
use flows::views::merchant_sales::{self, Sales};
use kernel::OrgId;
use serde::Serialize;
use utoipa::ToSchema;

/// One product in one shop, over orders that were paid; what was refunded is not in it.
#[derive(Serialize, ToSchema)]
pub struct ProductSales {
    product: String,
    name: Bilingual,
    shop: Bilingual,
    pieces: i64,
    amount: Amount,
    /// Pieces that were paid for and given back.
    refunded: i64,
}

impl From<Sales> for ProductSales {
    fn from(sales: Sales) -> ProductSales {
        ProductSales {
            product: sales.product.0,
            name: sales.name.into(),
            shop: sales.shop.into(),
            pieces: sales.pieces,
            amount: sales.amount.into(),
            refunded: sales.refunded,
        }
    }
}

pub async fn list(
    call: Call,
    staff: MerchantStaff,
    At((merchant,)): At<(OrgId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<ProductSales>> {
    staff.check(&merchant)?;
    let sales = call.read(move |view| merchant_sales::of(view, &merchant)).await?;
    let id = |one: &Sales| format!("{} {}", one.product, one.shop.en);
    Ok(paging.page(sales, id, ProductSales::from)?)
}
