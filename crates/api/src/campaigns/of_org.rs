//! The campaigns that an organisation pays for, the newest first.

use super::Campaign;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, ReleaseTeam};
use ::ads::campaigns;
use kernel::OrgId;

pub async fn list(
    call: Call,
    team: ReleaseTeam,
    At((org,)): At<(OrgId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Campaign>> {
    team.check(&org)?;
    let found = call.read(move |view| campaigns::of_org(view, &org)).await?;
    Ok(paging.page(found, |one| one.id.0.clone(), Campaign::from)?)
}
