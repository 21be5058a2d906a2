//! Drafting a campaign with its first creative. A draft costs nothing.

use super::Campaign;
use crate::answer::{Answer, Made};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, ReleaseTeam};
use crate::money::Amount;
use crate::read;
use crate::titles::visible;
use crate::words::Bilingual;
use ::ads::campaigns::NewCampaign;
use ::ads::creatives::NewCreative;
use ::ads::holdout::PROPOSED;
use flows::run_campaign;
use kernel::{OrgId, Refusal, Share, TitleId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A campaign that is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignDraft {
    title: String,
    #[schema(max_length = 80)]
    name: String,
    starts_at: String,
    ends_at: String,
    budget: Amount,
    click_price: Amount,
    /// How many in a hundred never see it, so that its lift shows; 10 unless it is said.
    #[schema(minimum = 0, maximum = 50)]
    holdout_percent: Option<i64>,
    /// Where it may be shown.
    #[schema(min_items = 1, max_items = 50)]
    surfaces: Vec<String>,
    creative: CreativeDraft,
}

/// What the ad says and shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreativeDraft {
    headline: Bilingual,
    #[serde(default)]
    text: Bilingual,
    #[serde(default)]
    artwork: String,
}

impl CampaignDraft {
    fn read(self, org: OrgId, title: TitleId) -> Result<NewCampaign, Refusal> {
        let surfaces = self.surfaces.iter().map(|surface| read::id("surfaces", surface));
        Ok(NewCampaign {
            title,
            org,
            starts_at: read::moment("starts_at", &self.starts_at)?,
            ends_at: read::moment("ends_at", &self.ends_at)?,
            budget: self.budget.read("budget")?,
            click_price: self.click_price.read("click_price")?,
            holdout: self.holdout_percent.map_or(PROPOSED, |percent| Share::percent(percent.clamp(-1, 100))),
            surfaces: surfaces.collect::<Result<_, _>>()?,
            creative: NewCreative {
                headline: self.creative.headline.into(),
                text: self.creative.text.into(),
                artwork: self.creative.artwork,
            },
            name: self.name,
        })
    }
}

pub async fn create(
    call: Call,
    team: ReleaseTeam,
    At((org,)): At<(OrgId,)>,
    Body(asked): Body<CampaignDraft>,
) -> Answer<Made<Campaign>> {
    team.check(&org)?;
    let title = visible(&call, read::id("title", &asked.title)?).await?.id;
    let new = asked.read(org, title)?;
    let made = call.write_in_house(move |scene| {
        crate::orgs::any(scene.tx, &new.org)?;
        run_campaign::draft(scene, &new)
    });
    Ok(Made(made.await?.into()))
}
