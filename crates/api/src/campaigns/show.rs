//! One campaign.

use super::{Campaign, own};
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, ReleaseTeam};
use kernel::CampaignId;

pub async fn show(call: Call, team: ReleaseTeam, At((id,)): At<(CampaignId,)>) -> Answer<Found<Campaign>> {
    Ok(Found(own(&call, &team, id).await?.into()))
}
