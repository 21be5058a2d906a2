//! The audiences of an organisation, the newest first.

use super::Audience;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, ReleaseTeam};
use ::ads::audiences;
use kernel::{OrgId, Result};

pub async fn list(
    call: Call,
    team: ReleaseTeam,
    At((org,)): At<(OrgId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Audience>> {
    team.check(&org)?;
    let found = call
        .read(move |view| {
            let all = audiences::of_org(view, &org)?;
            all.into_iter().map(Audience::of).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(paging.page(found, |one| one.id.clone(), |one| one)?)
}
