//! A merchant's own listings in every shop, on the shelf or not.

use super::Listing;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, MerchantStaff};
use ::shops::listings;
use kernel::OrgId;

pub async fn list(
    call: Call,
    staff: MerchantStaff,
    At((merchant,)): At<(OrgId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Listing>> {
    staff.check(&merchant)?;
    let found = call.read(move |view| {
        let mut found = Vec::new();
        for shop in ::shops::shops::all(view)? {
            found.extend(listings::of_merchant(view, &shop.place, &merchant)?);
        }
        Ok(found)
    });
    Ok(paging.page(found.await?, |one| one.id.0.clone(), |one| (&one).into())?)
}
