//! What merchants may apply for now, what closes first before the rest.

use super::LicenceOffer;
use crate::answer::{Answer, Page, Paging};
use crate::body::Asked;
use crate::call::{Call, MerchantStaff};
use licensing::offers;

pub async fn list(call: Call, _: MerchantStaff, Asked(paging): Asked<Paging>) -> Answer<Page<LicenceOffer>> {
    let today = call.house.today();
    let open = call.read(move |view| offers::open_for_merchants(view, today)).await?;
    Ok(paging.page(open, |offer| offer.id.0.clone(), LicenceOffer::from)?)
}
