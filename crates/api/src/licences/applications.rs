//! An organisation's applications: those that a merchant made, or those that a studio received.

use super::Application;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, LicenceParty};
use crate::orgs::{Side, side};
use kernel::OrgId;
use licensing::applications;

pub async fn list(
    call: Call,
    party: LicenceParty,
    At((org,)): At<(OrgId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Application>> {
    let found = call.read(move |view| match side(view, &party, &org)? {
        Side::Merchant => applications::of_merchant(view, &org),
        Side::Studio => applications::of_licensor(view, &org),
    });
    Ok(paging.page(found.await?, |one| one.id.0.clone(), |one| (&one).into())?)
}
