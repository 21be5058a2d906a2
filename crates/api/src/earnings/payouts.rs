//! One party's payouts, the latest first.

use super::Earned;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, Payee};
use flows::views::payees;
use kernel::OrgId;

pub async fn list(
    call: Call,
    payee: Payee,
    At((org,)): At<(OrgId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Earned>> {
    payee.check(&org)?;
    let found = call.read(move |view| payees::payouts_to(view, &org)).await?;
    Ok(paging.page(found, |one| one.id.0.clone(), |one| (&one).into())?)
}
