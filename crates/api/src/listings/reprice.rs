//! Asking another price for a merchant's own listing; the same again changes nothing.

use super::Listing;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, MerchantStaff};
use crate::money::Amount;
use ::shops::listings;
use flows::license_product;
use kernel::{ListingId, PlaceId};
use serde::Deserialize;
use utoipa::ToSchema;

/// What one costs from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPrice {
    price: Amount,
}

pub async fn reprice(
    call: Call,
    staff: MerchantStaff,
    At((place, id)): At<(PlaceId, ListingId)>,
    Body(asked): Body<NewPrice>,
) -> Answer<Found<Listing>> {
    let price = asked.price.read("price")?;
    let lane = place.clone();
    let repriced = call.write(&lane, move |scene| {
        let listing = listings::any(scene.tx, &place, &id)?;
        staff.check(&listing.merchant)?;
        if listing.price == price {
            return Ok(listing);
        }
        license_product::reprice(scene, &listing.merchant, &place, &id, price)
    });
    Ok(Found((&repriced.await?).into()))
}
