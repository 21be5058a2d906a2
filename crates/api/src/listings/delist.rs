//! Taking a merchant's own listing off the shelf; a second time changes nothing.

use super::Listing;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Empty;
use crate::call::{Call, MerchantStaff};
use ::shops::listings::{self, State};
use flows::license_product;
use kernel::{ListingId, PlaceId};

pub async fn delist(
    call: Call,
    staff: MerchantStaff,
    At((place, id)): At<(PlaceId, ListingId)>,
    _: Empty,
) -> Answer<Found<Listing>> {
    let lane = place.clone();
    let delisted = call.write(&lane, move |scene| {
        let listing = listings::any(scene.tx, &place, &id)?;
        staff.check(&listing.merchant)?;
        if listing.state == State::Delisted {
            return Ok(listing);
        }
        license_product::delist(scene, &listing.merchant, &place, &id)
    });
    Ok(Found((&delisted.await?).into()))
}
