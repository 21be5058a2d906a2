//! Putting a merchant's own product on a shop's shelf.

use super::Listing;
use crate::answer::{Answer, Made};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, MerchantStaff};
use crate::money::Amount;
use crate::read;
use flows::license_product;
use kernel::{PlaceId, ProductId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A product with its price and its stock.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewListing {
    product: String,
    /// What a buyer pays for one, tax included.
    price: Amount,
    #[schema(minimum = 0, maximum = 1000000)]
    stock: i64,
}

pub async fn create(
    call: Call,
    staff: MerchantStaff,
    At((place,)): At<(PlaceId,)>,
    Body(asked): Body<NewListing>,
) -> Answer<Made<Listing>> {
    let product: ProductId = read::id("product", &asked.product)?;
    let price = asked.price.read("price")?;
    let lane = place.clone();
    let listed = call.write(&lane, move |scene| {
        let merchant = ::shops::products::any(scene.tx, &product)?.merchant;
        staff.check(&merchant)?;
        license_product::list(scene, &merchant, &place, &product, price, asked.stock)
    });
    Ok(Made((&listed.await?).into()))
}
