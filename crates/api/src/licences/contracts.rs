//! An organisation's contracts: those that a merchant has, or those that a studio gave.

use super::Contract;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, LicenceParty};
use crate::orgs::{Side, side};
use kernel::OrgId;
use licensing::contracts;

pub async fn list(
    call: Call,
    party: LicenceParty,
    At((org,)): At<(OrgId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Contract>> {
    let found = call.read(move |view| match side(view, &party, &org)? {
        Side::Merchant => contracts::of_merchant(view, &org),
        Side::Studio => contracts::of_licensor(view, &org),
    });
    Ok(paging.page(found.await?, |one| one.id.0.clone(), |one| (&one).into())?)
}
