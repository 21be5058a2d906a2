//! Closing an offer of one's own studio; what was applied for is still decided. A second time changes nothing.

use super::LicenceOffer;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Empty;
use crate::call::{Call, StudioStaff};
use flows::license_product;
use kernel::OfferId;
use licensing::offers::{self, State};

pub async fn close(
    call: Call,
    staff: StudioStaff,
    At((id,)): At<(OfferId,)>,
    _: Empty,
) -> Answer<Found<LicenceOffer>> {
    let closed = call.write_in_house(move |scene| {
        let offer = offers::any(scene.tx, &id)?;
        staff.check(&offer.licensor)?;
        if offer.state == State::Closed {
            return Ok(offer);
        }
        license_product::close_offer(scene, &offer.licensor, &id)
    });
    Ok(Found(closed.await?.into()))
}
