//! Putting a merchant's own listing on the shelf again; a second time changes nothing.

use super::Listing;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Empty;
use crate::call::{Call, MerchantStaff};
use ::shops::listings::{self, State};
use flows::license_product;
use kernel::{ListingId, PlaceId};

pub async fn relist(
    call: Call,
    staff: MerchantStaff,
    At((place, id)): At<(PlaceId, ListingId)>,
    _: Empty,
) -> Answer<Found<Listing>> {
    let lane = place.clone();
    let relisted = call.write(&lane, move |scene| {
        let listing = listings::any(scene.tx, &place, &id)?;
        staff.check(&listing.merchant)?;
        if listing.state == State::Listed {
            return Ok(listing);
        }
        license_product::relist(scene, &listing.merchant, &place, &id)
    });
    Ok(Found((&relisted.await?).into()))
}
