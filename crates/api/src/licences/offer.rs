//! Offering a title of one's own studio to merchants.

use super::LicenceOffer;
use crate::answer::{Answer, Made};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, StudioStaff};
use crate::money::Amount;
use crate::read;
use crate::titles::of_own_studio;
use crate::words::Bilingual;
use flows::license_product;
use kernel::{OrgId, Refusal, Share, TitleId};
use licensing::offers::NewOffer;
use serde::Deserialize;
use utoipa::ToSchema;

/// An offer that is to be. Its royalty holds for every channel.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferDraft {
    name: Bilingual,
    #[serde(default)]
    about: Bilingual,
    #[schema(min_items = 1, max_items = 30)]
    categories: Vec<String>,
    #[schema(max_length = 40)]
    territory: String,
    #[schema(minimum = 0, maximum = 1000000)]
    royalty_ppm: i64,
    #[schema(minimum = 0, maximum = 1000000)]
    fund_ppm: i64,
    #[schema(minimum = 0, maximum = 1000000)]
    platform_ppm: i64,
    guarantee: Amount,
    #[schema(minimum = 1, maximum = 3660)]
    term_days: i64,
    /// The last day on which merchants may apply.
    closes_on: String,
}

impl OfferDraft {
    fn read(self, title: TitleId, licensor: OrgId) -> Result<NewOffer, Refusal> {
        Ok(NewOffer {
            title,
            licensor,
            name: self.name.into(),
            about: self.about.into(),
            categories: self.categories,
            territory: self.territory,
            royalty: Share::ppm(self.royalty_ppm),
            rates: Vec::new(),
            fund: Share::ppm(self.fund_ppm),
            platform: Share::ppm(self.platform_ppm),
            guarantee: self.guarantee.read("guarantee")?,
            term_days: self.term_days,
            closes_on: read::day("closes_on", &self.closes_on)?,
        })
    }
}

pub async fn offer(
    call: Call,
    staff: StudioStaff,
    At((title,)): At<(TitleId,)>,
    Body(asked): Body<OfferDraft>,
) -> Answer<Made<LicenceOffer>> {
    let title = of_own_studio(&call, &staff, title).await?;
    let new = asked.read(title.id, title.studio)?;
    let made = call.write_in_house(move |scene| license_product::offer(scene, &new)).await?;
    Ok(Made(made.into()))
}
