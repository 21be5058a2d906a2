//! Launching, pausing, resuming, ending a campaign. A second time changes nothing.

use super::{Campaign, own};
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Empty;
use crate::call::{Call, ReleaseTeam};
use flows::House;
use flows::run_campaign::{self, Change};
use kernel::CampaignId;

pub async fn launch(
    call: Call,
    team: ReleaseTeam,
    At((id,)): At<(CampaignId,)>,
    _: Empty,
) -> Answer<Found<Campaign>> {
    change(call, team, id, Change::Launch).await
}

pub async fn pause(
    call: Call,
    team: ReleaseTeam,
    At((id,)): At<(CampaignId,)>,
    _: Empty,
) -> Answer<Found<Campaign>> {
    change(call, team, id, Change::Pause).await
}

pub async fn resume(
    call: Call,
    team: ReleaseTeam,
    At((id,)): At<(CampaignId,)>,
    _: Empty,
) -> Answer<Found<Campaign>> {
    change(call, team, id, Change::Resume).await
}

pub async fn end(
    call: Call,
    team: ReleaseTeam,
    At((id,)): At<(CampaignId,)>,
    _: Empty,
) -> Answer<Found<Campaign>> {
    change(call, team, id, Change::End).await
}

async fn change(call: Call, team: ReleaseTeam, id: CampaignId, what: Change) -> Answer<Found<Campaign>> {
    let org = own(&call, &team, id.clone()).await?.org;
    let changed = call.write_in_house(move |scene| run_campaign::change(scene, &org, &id, what));
    let changed = changed.await?;
    call.blocking(House::reload_ads).await?;
    Ok(Found(changed.into()))
}
