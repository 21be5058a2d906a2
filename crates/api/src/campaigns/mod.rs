//! Campaigns: drafted, then live or paused, then ended.

pub mod change;
pub mod create;
pub mod lift;
pub mod of_org;
pub mod report;
pub mod show;
pub mod split;

use crate::call::{Call, ReleaseTeam};
use crate::money::Amount;
use ::ads::campaigns;
use kernel::{CampaignId, Result};
use serde::Serialize;
use utoipa::ToSchema;

/// Who pays for which title to be seen where, from when to when, for how much.
#[derive(Serialize, ToSchema)]
pub struct Campaign {
    id: String,
    title: String,
    /// Who pays.
    org: String,
    name: String,
    /// `draft`, `live`, `paused` or `ended`.
    state: String,
    starts_at: String,
    /// The first moment at which it is no longer shown.
    ends_at: String,
    budget: Amount,
    /// What one click costs.
    click_price: Amount,
    /// How many in a hundred never see it, so that its lift shows.
    holdout_percent: f64,
}

impl From<campaigns::Campaign> for Campaign {
    fn from(campaign: campaigns::Campaign) -> Campaign {
        Campaign {
            id: campaign.id.0,
            title: campaign.title.0,
            org: campaign.org.0,
            name: campaign.name,
            state: campaign.state.code().into(),
            starts_at: campaign.starts_at.rfc3339(),
            ends_at: campaign.ends_at.rfc3339(),
            budget: campaign.budget.into(),
            click_price: campaign.click_price.into(),
            holdout_percent: campaign.holdout.ppm as f64 / 1e4,
        }
    }
}

/// A campaign that the caller's team pays for.
async fn own(call: &Call, team: &ReleaseTeam, id: CampaignId) -> Result<campaigns::Campaign> {
    let campaign = call.read(move |view| campaigns::any(view, &id)).await?;
    team.check(&campaign.org)?;
    Ok(campaign)
}
