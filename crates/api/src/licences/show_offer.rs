//! One offer: an open one for every merchant, any for the studio that made it.

use super::LicenceOffer;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, LicenceParty};
use kernel::{OfferId, Refusal, Role};
use licensing::offers;

pub async fn show(call: Call, party: LicenceParty, At((id,)): At<(OfferId,)>) -> Answer<Found<LicenceOffer>> {
    let offer = call.read(move |view| offers::any(view, &id)).await?;
    let today = call.house.today();
    let may_apply = party.actor.has(Role::Merchant) && offer.is_open(today);
    if !may_apply && !party.actor.may(Role::Studio, &offer.licensor) {
        return Err(Refusal::not_found("offer", "授权邀约").into());
    }
    Ok(Found(offer.into()))
}
