//! A studio's own offers, the newest first.

use super::LicenceOffer;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, StudioStaff};
use kernel::OrgId;
use licensing::offers;

pub async fn list(
    call: Call,
    staff: StudioStaff,
    At((studio,)): At<(OrgId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<LicenceOffer>> {
    staff.check(&studio)?;
    let own = call.read(move |view| offers::of_licensor(view, &studio)).await?;
    Ok(paging.page(own, |offer| offer.id.0.clone(), LicenceOffer::from)?)
}
