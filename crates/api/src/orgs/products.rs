//! What a merchant makes, the newest first.

use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, MerchantStaff};
use crate::listings::Product;
use ::shops::products;
use kernel::OrgId;

pub async fn list(
    call: Call,
    staff: MerchantStaff,
    At((merchant,)): At<(OrgId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Product>> {
    staff.check(&merchant)?;
    let found = call.read(move |view| products::of_merchant(view, &merchant)).await?;
    Ok(paging.page(found, |one| one.id.0.clone(), |one| (&one).into())?)
}
